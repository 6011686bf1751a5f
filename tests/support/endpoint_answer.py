"""An answer of endpoints with made-up figures: told, not told from chance, and one whose folds disagree."""

from __future__ import annotations

from typing import Any

from ctprog_gui.core.inference.prediction import Caution, Prediction

SYNTHETIC = Caution(
    "synthetic_training_data", "fitted on synthetic phantoms: what it says tells nothing about a patient"
)
UNLIKE = Caution(
    "out_of_range", "unlike the cases it was fitted on, so what it says may mislead: HU histogram"
)


def endpoint_answer(*warnings: Caution, bundle: str = "made-up") -> Prediction:
    """Each endpoint has a dozen features; those of T4 add little, and those of LVI much."""
    endpoints = {
        "lvi": _endpoint("Lymphovascular invasion", 0.98, 0.91, 1.0, 0.33, (0.78, 0.74, 0.82)),
        "t4": _endpoint("T4", 0.08, 0.0, 0.21, 0.13, (0.77, 0.71, 0.83)),
        "kras": _endpoint("KRAS mutation", 0.91, 0.004, 0.998, 0.21, (0.65, 0.6, 0.71)),
        "alk": _endpoint("ALK rearrangement", 0.05, 0.0, 0.0, 0.06, (0.59, 0.49, 0.69)),
    }
    strength = {"lvi": 7.31, "t4": 0.04, "kras": 1.5, "alk": 0.2}
    return Prediction(
        bundle,
        "deep_radscore",
        "ab" * 32,
        endpoints=endpoints,
        contributions=tuple(row for name, most in strength.items() for row in _contributions(name, most)),
        ring={"width_mm": 3.0},
        saliency_endpoint="lvi",
        warnings=warnings,
        roi_name="ball",
        roi_sha256="cd" * 32,
    )


def _endpoint(
    label: str, probability: float, lower: float, upper: float, prevalence: float, auc: tuple[float, ...]
) -> dict[str, Any]:
    return {
        "label": label,
        "probability": probability,
        "lower": lower,
        "upper": upper,
        "interval_kind": "range of the models of the 3 folds",
        "prevalence": prevalence,
        "patients": 500,
        "positives": round(500 * prevalence),
        "auc": dict(zip(("value", "lower", "upper"), auc, strict=True)),
        "percentile": 99.8,
        "log_odds": 1.0,
        "base_log_odds": 0.0,
        "rad_scores": {"tumour": -0.0153, "ring": 5486.578},
        "rad_score_sds": {"tumour": -0.2, "ring": 61.04},
    }


def _contributions(endpoint: str, most: float) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"endpoint": endpoint, "feature": "patch", "value": -0.5 * most, "source": "patch"}
    ]
    names = ["original_firstorder_Median", "wavelet-LLH_glszm_SizeZoneNonUniformityNormalized"]
    names += [f"wavelet-{band}_glcm_Contrast" for band in ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH")]
    names += ["original_glcm_Contrast", "original_shape_Sphericity", "original_ngtdm_Busyness"]
    for number, name in enumerate(names):
        row = {
            "endpoint": endpoint,
            "feature": name,
            "value": most * (-0.6) ** number,
            "source": "ring" if number % 2 == 0 else "tumour",
            "measured": 572.4 if number == 0 else 0.25,
            "mean": 310.0 if number == 0 else 0.2,
            "sd": 20.0 if number == 0 else 0.1,
        }
        rows.append(row | ({"unit": "HU"} if number == 0 else {}))
    return rows
