"""A bundle of two endpoints with made-up weights: texture of the tumour, and the ring's brightness."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.networks.radscore_head import RadscoreHead
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec, encoder_json
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.places import resources
from training.radscore.classifiers import make_classifier
from training.radscore.portable import to_onnx, together

ENCODER = EncoderSpec(widths=(4, 4, 8, 8))
RECIPE = PatchRecipe(side=32, spacing_mm=2.0)
DEEP, FOLDS = 3, 3
ENDPOINTS = {"egfr": ("EGFR mutation", 0.3), "kras": ("KRAS mutation", 0.6)}
TUMOUR = {"original_firstorder_Variance": (2000.0, 1500.0), "original_shape_VoxelVolume": (9000.0, 6000.0)}
RING = {"original_firstorder_Mean": (-500.0, 200.0)}


def write_endpoint_bundle(path: Path, **more: Any) -> Path:
    """Write it into a new folder; `more` goes into its ``spec.json``."""
    shipped = resources() / "bundles" / "phantom-slice-attention"
    for name in ("configs/metadata.json", "docs/README.md"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes((shipped / name).read_bytes())
    (path / "models").mkdir()
    (path / "ctprog").mkdir()
    torch.manual_seed(4)
    save_file(build_encoder(ENCODER).state_dict(), path / "models/encoder.safetensors")
    rng = np.random.default_rng(2)
    endpoints, scores, calibration = [], {}, {}
    probability = rng.random((40, len(ENDPOINTS))).round(4)
    for number, (name, (label, share)) in enumerate(ENDPOINTS.items()):
        heads, classifiers, folds = {}, [], []
        for fold in range(FOLDS):
            state = RadscoreHead(ENCODER.feature_size, DEEP, 2).state_dict()
            heads |= {f"{fold}.{key}": value for key, value in state.items()}
            x = rng.normal(size=(80, DEEP + 2))
            label_ = x[:, DEEP + number] + 0.3 * x[:, 0] + 0.3 * rng.normal(size=80) > 0
            kind = ("lr", "rf", "nb")[fold]
            classifiers.append(to_onnx(make_classifier(kind).fit(x, label_), kind))
            folds.append(
                {
                    "regions": {"tumour": _score(TUMOUR, fold), "ring": _score(RING, fold)},
                    "level": [0.1, -0.1],
                    "spread": [0.8, 0.9],
                    "background": [0.0] * DEEP,
                }
            )
        files = {
            "encoder": "models/encoder.safetensors",
            "heads": f"models/{name}.safetensors",
            "classifiers": f"models/{name}.onnx",
        }
        save_file(heads, path / files["heads"])
        (path / files["classifiers"]).write_bytes(together(classifiers))
        endpoints.append({"name": name, "label": label, "models": files})
        scores[name] = folds
        lower = 0.62 if number == 0 else 0.41
        calibration[name] = {
            "patients": 40,
            "positives": round(40 * share),
            "auc": {"value": lower + 0.1, "lower": lower, "upper": lower + 0.2},
        }
    spec = {
        "schema": 1,
        "name": "tiny-endpoints",
        "system": "deep_radscore",
        "preprocessing": RECIPE.to_json(),
        "encoder": encoder_json(ENCODER),
        "deep": DEEP,
        "radiomics": {"settings": RadiomicsSettings(images=("original",)).to_json(), "ring_mm": 6.0},
        "rad_scores": "ctprog/rad_scores.json",
        "endpoints": endpoints,
        "outputs": ["endpoints", "contributions", "saliency"],
        "units": {"image": "HU"},
        "interval_kind": f"range of the models of the {FOLDS} folds",
        "uses_roi": "shape",
        **more,
    }
    (path / "ctprog/spec.json").write_text(json.dumps(spec))
    (path / "ctprog/rad_scores.json").write_text(json.dumps({"schema": 1, "endpoints": scores}))
    ranges = {"roi_volume_mm3": {"low": 1.0, "high": 1e6}}
    told = {"schema": 1, "endpoints": calibration, "training_ranges": ranges}
    (path / "ctprog/calibration.json").write_text(json.dumps(told))
    columns = ",".join(f"p_{name},{name}" for name in ENDPOINTS)
    lines = [
        f"k{n:04d},{','.join(f'{p},{int(p > 0.5)}' for p in row)},train" for n, row in enumerate(probability)
    ]
    (path / "ctprog/reference_cohort.csv").write_text(
        "\n".join([f"patient_key,{columns},split", *lines]) + "\n"
    )
    (path / CHECKSUMS).write_text(checksum_list(path))
    return path


def _score(features: dict[str, tuple[float, float]], fold: int) -> dict[str, Any]:
    return {
        "features": list(features),
        "mean": [mean for mean, _ in features.values()],
        "scale": [scale for _, scale in features.values()],
        "coefficient": [1.0 + 0.1 * fold] + [-0.2] * (len(features) - 1),
    }
