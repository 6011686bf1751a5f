"""Runs of endpoints become one bundle."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.inference.bundle import CALIBRATION, CARD, COHORT, METADATA, SPEC
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.networks.spec import encoder_json
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.statistics.delong import areas
from training.cohorts.reported_rows import cohort_table
from training.configuration.bundle_metadata import bundle_metadata
from training.configuration.experiment import load_config
from training.configuration.radscore import DeepRadscoreConfig
from training.optimisation.checkpoint import half, read_checkpoint, write_tensors
from training.radscore.card import EndpointWorth, endpoints_card
from training.radscore.portable import together
from training.radscore.table import RegionFeatures, read_radiomics
from training.radscore.travelling import Travelling, read_travelling

LABELS = {
    "lvi": "Lymphovascular invasion",
    "pi": "Pleural invasion",
    "t4": "T4",
    "egfr": "EGFR mutation",
    "kras": "KRAS mutation",
    "alk": "ALK rearrangement",
    "tp53": "TP53 mutation",
    "pik3ca": "PIK3CA mutation",
    "ros1": "ROS1 rearrangement",
    "pdl1": "PD-L1 expression",
    "early_stage": "Early stage",
    "t1_2_n0_m0": "T1–2 N0 M0 (proxy of stage I)",
}
_SCORES = "ctprog/rad_scores.json"
_VOLUME = "original_shape_VoxelVolume"
# What runs of one bundle have in common, in words.
_SHARED = (
    *("patch", "encoder", "number of deep features", "set of regions"),
    *("ring", "clip of the ring", "setting of radiomics"),
    # The bundle tells one of each for all its endpoints.
    *("mark of synthetic images", "licence", "told cohort (trained_on)"),
)


@dataclass(frozen=True, eq=False)
class EndpointRun:
    """A finished run of an endpoint, as far as a bundle needs it.

    `probability` are of who was fitted to, each by the fold that left the patient out; `label` in the
    same order.
    """

    path: Path
    config: DeepRadscoreConfig
    folds: tuple[Travelling, ...]
    patients: tuple[str, ...]
    probability: NDArray[np.float64]
    label: NDArray[np.bool_]
    tumour: RegionFeatures
    encoder: dict[str, Tensor]

    @property
    def endpoint(self) -> str:
        return self.config.endpoint

    @property
    def label_in_words(self) -> str:
        return LABELS.get(self.endpoint, self.endpoint.replace("_", " "))

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.folds[0].rad_scores)


def write_endpoints(
    runs: Sequence[Path], folder: Path, name: str | None, spacing_mm: float | None = None
) -> None:
    """Write the bundle of finished runs, each of another endpoint, into an empty folder.

    The runs share recipe, encoder's make and regions; where their encoders have the same weights, the
    bundle holds them once. Without a name it has that of the first run's configuration.

    Raises
    ------
    InputError
        If the runs don't go together, or one isn't finished or holds nothing that may leave.
    """
    read = [_read(run) for run in runs]
    _require_alike(read)
    first = read[0].config
    if spacing_mm is not None and first.radiomics.method.settings.sees_whole_image:
        raise InputError(
            f"the radiomics of {runs[0]} are resampled or normalised and depend on the whole image: "
            "--spacing-mm, which cuts the part around the ROI, can't be given"
        )
    name = name or first.name
    encoders: dict[str, str] = {}
    endpoints, scores, calibration = [], {}, {}
    for one in read:
        key = _fingerprint(one.encoder)
        if key not in encoders:
            encoders[key] = f"models/encoder{'' if not encoders else f'_{len(encoders) + 1}'}.safetensors"
            write_tensors(folder / encoders[key], _smallest(one.encoder))
        files = {
            "encoder": encoders[key],
            "heads": f"models/{one.endpoint}.safetensors",
            "classifiers": f"models/{one.endpoint}.onnx",
        }
        heads = {f"{n}.{k}": v for n, fold in enumerate(one.folds) for k, v in fold.head.items()}
        write_tensors(folder / files["heads"], heads)
        (folder / files["classifiers"]).write_bytes(together([fold.classifier for fold in one.folds]))
        endpoints.append({"name": one.endpoint, "label": one.label_in_words, "models": files})
        scores[one.endpoint] = [_fold_scores(fold) for fold in one.folds]
        worth = _worth(one)
        calibration[one.endpoint] = {
            "patients": worth.patients,
            "positives": worth.positives,
            "auc": {"value": worth.auc[0], "lower": worth.auc[1], "upper": worth.auc[2]},
        }
    _json(folder / METADATA, _metadata(name, read))
    _json(folder / SPEC, _spec(name, read, endpoints, spacing_mm))
    _json(folder / _SCORES, {"schema": 1, "endpoints": scores})
    ranges = _ranges(read)
    _json(folder / CALIBRATION, {"schema": 1, "endpoints": calibration, "training_ranges": ranges})
    _text(folder / COHORT, _cohort(read))
    _text(folder / CARD, endpoints_card(name, first, [_worth(one) for one in read]))
    _text(folder / CHECKSUMS, checksum_list(folder))


def _read(run: Path) -> EndpointRun:
    if not (run / "predictions.csv").is_file():
        raise InputError(f"{run} holds no finished run")
    config = load_config(run / "config.yaml")
    if not isinstance(config, DeepRadscoreConfig):
        raise InputError(f"{run} is no run of an endpoint: only those become one bundle together")
    if config.protocol == "own_split":
        # What a bundle tells (reference cohort, prevalence, AUC, ranges) is of who was fitted to, out of
        # fold; such a run has only predicted who was not.
        raise InputError(
            f"{run} was fitted by the table's own split: only cross-validated runs become a bundle"
        )
    folders = sorted((path for path in run.glob("folds/*")), key=lambda path: int(path.name))
    folds = tuple(read_travelling(folder) for folder in folders)
    if not folds:
        raise InputError(f"{run} holds no fold")
    predicted = {patient: value for fold in folds for patient, value in fold.predicted.items()}
    with (run / "patients.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["patient_id"] in predicted]
    # Patients who stand in no fit are predicted, but are none that a case is held against.
    rows = [row for row in rows if row.get("fitted", "1") == "1"]
    patients = tuple(row["patient_id"] for row in rows)
    (encoder,) = read_checkpoint(run / "encoder.safetensors")
    return EndpointRun(
        run,
        config,
        folds,
        patients,
        np.array([predicted[patient] for patient in patients]),
        np.array([row["label"] == "1" for row in rows]),
        read_radiomics(run / "radiomics.csv", patients)["tumour"],
        encoder,
    )


def _require_alike(runs: Sequence[EndpointRun]) -> None:
    first = runs[0]
    for other in runs[1:]:
        if any(other.endpoint == one.endpoint for one in runs if one is not other):
            raise InputError(f"two of the runs are of the endpoint {other.endpoint}")
        for what, theirs, ours in zip(_SHARED, _shared(other), _shared(first), strict=True):
            if theirs != ours:
                raise InputError(
                    f"{other.path} has another {what} than {first.path}: no one bundle holds both"
                )


def _shared(run: EndpointRun) -> tuple[object, ...]:
    config = run.config
    told = config.bundle
    return (
        *(config.recipe, config.encoder.spec, config.head.deep, run.regions),
        *(config.radiomics.ring_mm, config.radiomics.clip, config.radiomics.method.settings),
        *(told.synthetic, told.license, told.trained_on),
    )


def _worth(run: EndpointRun) -> EndpointWorth:
    area = areas(run.probability, run.label)
    lower, upper = area.interval()
    names = [fold.classifier_name for fold in run.folds]
    told = ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names), key=names.index))
    value = float(area.auc[0])
    return EndpointWorth(
        run.endpoint,
        run.label_in_words,
        len(run.patients),
        int(run.label.sum()),
        (value, max(lower, 0.0), min(upper, 1.0)),
        told,
    )


def _fold_scores(fold: Travelling) -> dict[str, Any]:
    deep = len(fold.background) - len(fold.rad_scores)
    return {
        "regions": {
            region: {
                "features": list(score.names),
                "mean": score.mean.tolist(),
                "scale": score.scale.tolist(),
                "coefficient": score.coefficient.tolist(),
            }
            for region, score in fold.rad_scores.items()
        },
        "level": fold.level.tolist(),
        "spread": fold.spread.tolist(),
        "background": fold.background[:deep].tolist(),
    }


def _spec(
    name: str, runs: Sequence[EndpointRun], endpoints: list[dict[str, Any]], spacing_mm: float | None
) -> dict[str, Any]:
    first = runs[0]
    method = first.config.radiomics.method
    folds = {len(run.folds) for run in runs}
    count = str(folds.pop()) if len(folds) == 1 else f"{min(folds)} to {max(folds)}"
    return {
        "schema": 1,
        "name": name,
        "system": first.config.system,
        "preprocessing": first.config.recipe.to_json(),
        "encoder": encoder_json(first.config.encoder.spec),
        "deep": first.config.head.deep,
        "radiomics": {
            "settings": method.settings.to_json(),
            "ring_mm": method.ring_mm if "ring" in first.regions else None,
            "clip": method.clip if "ring" in first.regions else "none",
            "spacing_mm": spacing_mm,
        },
        "rad_scores": _SCORES,
        "endpoints": endpoints,
        "outputs": ["endpoints", "contributions", "saliency"],
        "units": {"image": "HU", "probability": "of the positive kind, 0 to 1"},
        "interval_kind": f"range of the models of the {count} folds",
        "uses_roi": "shape",
    }


def _metadata(name: str, runs: Sequence[EndpointRun]) -> dict[str, Any]:
    config = runs[0].config
    low, high = config.preprocessing.hu_window
    side = config.preprocessing.side
    image = {
        "type": "image",
        "format": "hounsfield",
        "modality": "CT",
        "dtype": "float32",
        "value_range": [0, 1],
        "num_channels": 1,
        "spatial_shape": [side, side],
        "is_patch_data": True,
        "channel_def": {"0": f"{low:g} to {high:g} HU scaled to 0..1"},
    }
    return bundle_metadata(
        config.bundle,
        runs[0].path,
        system=config.system,
        name=name,
        task="Endpoints of a lung tumour from a chest CT and its ROI",
        description="Radiomics of the tumour and the ring around it, and a network on its largest slice",
        inputs={"image": image},
        channels=[run.label_in_words for run in runs],
        seeds=sorted({run.config.seed for run in runs}),
    )


def _ranges(runs: Sequence[EndpointRun]) -> dict[str, Any]:
    """Of the tumour's volume over all patients that any endpoint was fitted on."""
    if any(_VOLUME not in run.tumour.names for run in runs):
        return {}
    volumes = np.concatenate([run.tumour.values[:, run.tumour.names.index(_VOLUME)] for run in runs])
    return {"roi_volume_mm3": {"low": float(np.nanmin(volumes)), "high": float(np.nanmax(volumes))}}


def _cohort(runs: Sequence[EndpointRun]) -> str:
    patients = {patient for run in runs for patient in run.patients}
    known = [
        {
            p: (repr(float(v)), str(int(one)))
            for p, v, one in zip(run.patients, run.probability, run.label, strict=True)
        }
        for run in runs
    ]
    columns = [column for run in runs for column in (f"p_{run.endpoint}", run.endpoint)]
    rows = [[cell for one in known for cell in one.get(patient, ("", ""))] for patient in patients]
    return cohort_table(columns, rows)


def _fingerprint(state: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for key, value in sorted(state.items()):
        digest.update(key.encode())
        digest.update(value.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _smallest(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """In half precision where that loses nothing."""
    smaller = half(state)
    same = all(bool((smaller[key].to(value.dtype) == value).all()) for key, value in state.items())
    return smaller if same else state


def _json(path: Path, value: dict[str, Any]) -> None:
    _text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
