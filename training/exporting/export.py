"""A run becomes a bundle: exactly the folder that the viewer reads."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.inference.bundle import CALIBRATION, CARD, COHORT, METADATA, SPEC, Bundle
from ctprog_gui.core.inference.integrity import CHECKSUMS, checksum_list
from ctprog_gui.core.networks.spec import SliceAttentionSpec
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.cutoff import median_cutoff
from ctprog_gui.core.survival.sample import FollowUp
from training.cohorts.clinical import read_declaration
from training.cohorts.reported_rows import cohort_table
from training.configuration.bundle_metadata import bundle_metadata
from training.configuration.experiment import (
    Config,
    RoiAttentionConfig,
    SliceAttentionConfig,
    TableConfig,
    load_config,
)
from training.configuration.radscore import DeepRadscoreConfig, RadiomicsSurvivalConfig, RadscoreProofConfig
from training.exporting.model_card import model_card
from training.fitting.run_folder import read_predictions
from training.fitting.transfer import TUNED
from training.optimisation.checkpoint import half, read_checkpoint, write_tensors

_ENCODER = "models/encoder.safetensors"
_HEADS = "models/heads.safetensors"
# The end of each head's own encoder, where the fit changed it.
_TUNED = "models/tuned.safetensors"


def export(
    run: Path,
    out: Path,
    *,
    beside: Sequence[Path] = (),
    name: str | None = None,
    spacing_mm: float | None = None,
) -> str:
    """Write the bundle of a finished run; returns its hash. The same run gives the same bytes.

    Parameters
    ----------
    beside
        Further runs of endpoints, each of another one, for the same bundle.
    name
        Of the bundle; without one it is that of the run's configuration.
    spacing_mm
        Of all images of an endpoint's cohort, where they share one: others are resampled to it.

    Raises
    ------
    InputError
        If the run isn't finished, or the target holds something that is no bundle.
    """
    if not (run / "predictions.csv").is_file():
        raise InputError(f"{run} holds no finished run")
    config = load_config(run / "config.yaml")
    if isinstance(config, TableConfig):
        raise InputError(f"{run} is a run on a table of covariates: no bundle holds it, the viewer reads CT")
    if isinstance(config, RadscoreProofConfig):
        raise InputError(f"{run} is a proof on phantoms, not a system: no bundle holds it")
    if isinstance(config, RadiomicsSurvivalConfig):
        raise InputError(f"{run} is a run of survival from radiomics: bundles of it are not written yet")
    if isinstance(config, DeepRadscoreConfig):
        from training.radscore.exporting import write_endpoints

        return _placed(out, lambda folder: write_endpoints([run, *beside], folder, name, spacing_mm))
    if beside or name is not None or spacing_mm is not None:
        raise InputError(f"{run} is no run of an endpoint: it becomes a bundle by itself, under its own name")
    if not (run / "encoder.safetensors").is_file():
        raise InputError(f"{run} has an encoder for each fold: it is for judging, not for a bundle")
    return _placed(out, lambda folder: _write(config, run, folder))


def _placed(out: Path, write: Callable[[Path], None]) -> str:
    """Have a bundle written beside its place, open it, and put it there."""
    if out.exists() and not (out / SPEC).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} holds something that is no bundle")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=out.parent))
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from error
    try:
        write(partial)
        bundle = Bundle.open(partial)
        put_in_place(partial, out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return bundle.sha256


def put_in_place(partial: Path, out: Path) -> None:
    """Give a finished folder the name of a bundle, in the place of an older one."""
    partial.chmod(0o755)
    if out.exists():
        # Aside first: a kill in between leaves the old bundle, if under another name, or the new one.
        old = Path(tempfile.mkdtemp(prefix=".partial-", dir=out.parent))
        out.rename(old / out.name)
        partial.rename(out)
        shutil.rmtree(old)
    else:
        partial.rename(out)


def _write(config: Config, run: Path, folder: Path) -> None:
    _, _, score, follow_up, _ = read_predictions(run / "predictions.csv")
    (encoder,) = read_checkpoint(run / "encoder.safetensors")
    write_tensors(folder / _ENCODER, half(encoder))
    folds = sorted(run.glob("folds/*/checkpoint.safetensors"), key=lambda path: int(path.parent.name))
    heads = [state for fold in folds for state in read_checkpoint(fold)]
    numbered = {f"{n}.{key}": value for n, state in enumerate(heads) for key, value in state.items()}
    write_tensors(folder / _HEADS, numbered)
    if is_tuned(config):
        ends = [state for fold in folds for state in read_checkpoint(fold.with_name(TUNED))]
        tensors = {f"{n}.{key}": value for n, state in enumerate(ends) for key, value in state.items()}
        write_tensors(folder / _TUNED, half(tensors))
    _json(folder / METADATA, _metadata(config, run))
    _json(folder / SPEC, _spec(config, run, len(heads)))
    _json(folder / CALIBRATION, _calibration(run, score, follow_up))
    _text(folder / COHORT, _cohort(score, follow_up))
    _text(folder / CARD, model_card(config, run))
    _text(folder / CHECKSUMS, checksum_list(folder))


def is_tuned(config: Config) -> bool:
    """Whether each fit of a run has changed its own encoder."""
    return isinstance(config, SliceAttentionConfig) and config.network.encoder.trainable != "none"


def _metadata(config: Config, run: Path) -> dict[str, Any]:
    bins = config.network.bins
    return bundle_metadata(
        config.bundle,
        run,
        system=config.system,
        name=config.name,
        task="Survival within two years from a chest CT",
        description=_description(config),
        inputs=_inputs(config),
        channels=[*(f"death in month {b + 1}" for b in range(bins)), f"alive beyond month {bins}"],
        seeds=[config.seed],  # of this bundle's weights
    )


def _description(config: Config) -> str:
    if isinstance(config, RoiAttentionConfig):
        besides = ", clinical values" if config.clinical else ""
        return (
            f"Frozen slice encoder read at the ROI, attention over the ROI's slices{besides} and DeepHit "
            "heads, as an ensemble"
        )
    if is_tuned(config):
        return "Slice encoders whose end was fitted with soft attention and DeepHit heads, as an ensemble"
    return "Frozen slice encoder, soft attention over slices and DeepHit heads, as an ensemble"


def _inputs(config: Config) -> dict[str, Any]:
    """The network's inputs, in MONAI's terms."""
    image: dict[str, Any] = {
        "type": "image",
        "format": "hounsfield",
        "modality": "CT",
        "dtype": "float32",
        "value_range": [0, 1],
    }
    if isinstance(config, RoiAttentionConfig):
        side = config.preprocessing.side
        windows = config.preprocessing.hu_windows
        shape = {"spatial_shape": [side, side, side], "is_patch_data": True}
        channels = {str(n): f"{low:g} to {high:g} HU scaled to 0..1" for n, (low, high) in enumerate(windows)}
        roi = {
            "type": "image",
            "format": "segmentation",
            "num_channels": 1,
            "dtype": "bool",
            "value_range": [0, 1],
            "channel_def": {"0": "the tumour"},
        }
        return {
            "image": {**image, **shape, "num_channels": len(windows), "channel_def": channels},
            "roi": roi | shape,
        }
    rows, columns = config.preprocessing.slice_size
    shape = {"spatial_shape": ["n", rows, columns], "is_patch_data": False, "num_channels": 1}
    return {
        "image": {
            **image,
            **shape,
            "channel_def": {"0": "axial slices of the chest, HU window scaled to 0..1"},
        }
    }


def _outputs(config: Config) -> list[str]:
    outputs = ["score", "curve", "placement", "attention", "saliency"]
    if isinstance(config.spec, SliceAttentionSpec) and config.spec.encoder.takes_volume:
        outputs.remove("attention")
    return [*outputs, "contributions"] if isinstance(config, RoiAttentionConfig) else outputs


def _spec(config: Config, run: Path, heads: int) -> dict[str, Any]:
    level = config.curve_level if isinstance(config, RoiAttentionConfig) else None
    clinical: dict[str, Any] = {}
    if isinstance(config, RoiAttentionConfig) and config.clinical:
        clinical["clinical"] = [one.to_json() for one in read_declaration(run)]
        if config.tnm_edition is not None:
            clinical["tnm_edition"] = config.tnm_edition
    return {
        "schema": 1,
        "name": config.name,
        "system": config.system,
        "preprocessing": config.recipe.to_json(),
        "network": config.spec.to_json(),
        "models": {"encoder": _ENCODER, "heads": [_HEADS]} | ({"tuned": _TUNED} if is_tuned(config) else {}),
        "outputs": _outputs(config),
        "horizon_months": config.network.bins,
        "units": {
            "image": "HU",
            "time": "months",
            "risk_score": f"expected months of life lost within {config.network.bins} months",
        },
        "interval_kind": f"range of the {heads} heads of the ensemble",
        "uses_roi": "shape" if isinstance(config, RoiAttentionConfig) else "none",
        **({"curve_level": level} if level is not None else {}),
        **clinical,
    }


def _calibration(
    run: Path, score: np.ndarray[Any, np.dtype[np.float64]], follow_up: FollowUp
) -> dict[str, Any]:
    cutoff = median_cutoff(score)
    cox = fit_cox(follow_up, score)
    baseline = np.exp(-cox.baseline)
    ranges = json.loads((run / "training_ranges.json").read_text(encoding="utf-8"))
    ranges["risk_score"] = {"low": float(score.min()), "high": float(score.max())}
    return {
        "schema": 1,
        "cutoff": {"value": cutoff.value, "rule": cutoff.rule, "in_sample": cutoff.in_sample},
        "cox": {
            "log_hazard_ratio": float(cox.coefficient[0]),
            "standard_error": float(cox.standard_error[0]),
            "mean": float(cox.mean[0]),
        },
        "baseline_survival": {
            "months": [0.0, *cox.baseline_time.tolist()],
            "probability": [1.0, *baseline.tolist()],
        },
        "recalibration": None,
        "training_ranges": ranges,
    }


def _cohort(score: np.ndarray[Any, np.dtype[np.float64]], follow_up: FollowUp) -> str:
    rows = zip(score.tolist(), follow_up.time.tolist(), follow_up.event.tolist(), strict=True)
    told = [(repr(one), repr(time), str(int(event))) for one, time, event in rows]
    return cohort_table(["risk_score", "time_months", "event"], told)


def _json(path: Path, value: dict[str, Any]) -> None:
    _text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
