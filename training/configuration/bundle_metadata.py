"""What a bundle says of itself in MONAI's words, and under "ctprog" in ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctprog_gui import __version__
from training.configuration.parts import BundleConfig

VERSION = "1.0.0"


def bundle_metadata(
    bundle: BundleConfig,
    run: Path,
    *,
    system: str,
    name: str,
    task: str,
    description: str,
    inputs: dict[str, Any],
    channels: Sequence[str],
    seeds: Sequence[int],
) -> dict[str, Any]:
    """The content of ``configs/metadata.json``.

    Parameters
    ----------
    run
        The folder of the run that tells with which versions it was fitted.
    inputs
        MONAI's description of what the networks are given, by its name.
    channels
        What each probability that it answers with is of.
    """
    environment = json.loads((run / "environment.json").read_text(encoding="utf-8"))
    packages = environment["packages"]
    return {
        "version": VERSION,
        "changelog": {VERSION: "first version"},
        "monai_version": packages["monai"],
        "pytorch_version": packages["torch"].split("+")[0],
        "numpy_version": packages["numpy"],
        "required_packages_version": {"safetensors": packages["safetensors"]},
        "name": name,
        "task": task,
        "description": description,
        "authors": "The CTProg authors",
        "copyright": "The CTProg authors",
        "intended_use": bundle.intended_use,
        "data_source": bundle.trained_on,
        "network_data_format": {
            "inputs": inputs,
            "outputs": {
                "pred": {
                    "type": "probabilities",
                    "format": "classes",
                    "num_channels": len(channels),
                    "spatial_shape": [],
                    "dtype": "float32",
                    "value_range": [0, 1],
                    "is_patch_data": False,
                    "channel_def": {str(n): what for n, what in enumerate(channels)},
                }
            },
        },
        "ctprog": {
            "system": system,
            "license": bundle.license,
            "intended_use": bundle.intended_use,
            "trained_on": bundle.trained_on,
            "synthetic": bundle.synthetic,
            "seeds": list(seeds),
            "software": {"ctprog": environment["software"]["version"], "exported_by": __version__},
        },
    }
