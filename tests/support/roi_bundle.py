"""A bundle that reads ROIs, with random weights; all but networks and recipe is the phantom bundle's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.networks.registry import build_roi_encoder, build_roi_head
from ctprog_gui.core.networks.spec import RoiAttentionSpec
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from ctprog_gui.core.shared.places import resources

RECIPE = CubeRecipe(side=48, spacing_mm=1.5)


def write_roi_bundle(path: Path, spec: RoiAttentionSpec, **more: Any) -> Path:
    """Write it into a new folder; `more` goes into its ``spec.json``."""
    shipped = resources() / "bundles" / "phantom-slice-attention"
    for name in ("configs/metadata.json", "ctprog/reference_cohort.csv", "docs/README.md"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes((shipped / name).read_bytes())
    calibration = json.loads((shipped / "ctprog/calibration.json").read_text())
    # What the phantom bundle's encoder sees is nothing to a cube's.
    calibration.pop("likeness", None)
    calibration["training_ranges"] = {"roi_volume_mm3": {"low": 1.0, "high": 1e6}}
    (path / "ctprog/calibration.json").write_text(json.dumps(calibration))
    told = json.loads((shipped / "ctprog/spec.json").read_text())
    heads = ["models/head_0.safetensors", "models/head_1.safetensors"]
    told |= {"preprocessing": RECIPE.to_json(), "network": spec.to_json(), "uses_roi": "shape", **more}
    told["models"] = {"encoder": "models/encoder.safetensors", "heads": heads}
    (path / "ctprog/spec.json").write_text(json.dumps(told))
    (path / "models").mkdir()
    torch.manual_seed(4)
    save_file(build_roi_encoder(spec.encoder).state_dict(), path / "models/encoder.safetensors")
    for name in heads:
        head = build_roi_head(spec)
        for parameter in (head.risk, head.attention):
            torch.nn.init.normal_(parameter, std=0.5)
        state = {k: v.clone() for k, v in head.state_dict().items()}
        state["volume_mean"] += 9.0
        save_file(state, path / name)
    (path / CHECKSUMS).write_text(checksum_list(path))
    return path
