"""DeepHit beside Cox on the same inputs, where the truth is known.

``python -m training.phantom.beside_cox RUN TRUTH.csv`` takes a finished run of slice attention. In each
fold a Cox model is fitted to what that fold's heads attend to: the weighted mean of the slices'
vectors, of the patients that the heads were fitted on. So both see the same of an image, and what
differs is the law that they assume. Printed are C-td of both, their paired difference, and how far
their curves lie from the true ones. Where hazards cross (``ctprog-train phantom --controls crossing``) no
Cox model can follow the truth.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.networks.registry import build_head
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.statistics.resampling import resamples
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.evaluation.measure import Estimate
from training.fitting.feature_file import FEATURES, FittingData, read_fitting_data
from training.fitting.run_folder import read_predictions
from training.optimisation.checkpoint import read_checkpoint

Floats = NDArray[np.float64]
_SAMPLES, _SEED = 500, 20262


def cox_out_of_fold(
    follow_up: FollowUp, folds: NDArray[np.int64], inputs: list[Floats], horizon: int
) -> Floats:
    """S at months 0 … `horizon`, (patient, month), from a Cox model of the other folds.

    Parameters
    ----------
    folds
        (patient,)
    inputs
        For each fold, in the order of their numbers, what that fold's model sees: (patient, input).
    """
    survival = np.zeros((follow_up.n, horizon + 1))
    for fold, seen in zip(sorted(set(folds.tolist())), inputs, strict=True):
        rest = folds != fold
        centre, spread = seen[rest].mean(axis=0), seen[rest].std(axis=0) + 1e-9
        scores = (seen - centre) / spread
        fitted = fit_cox(follow_up.where(rest), scores[rest])
        survival[~rest] = fitted.survival(scores[~rest], np.arange(horizon + 1))
    return survival


def attended(run: Path, config: SliceAttentionConfig, data: FittingData) -> list[Floats]:
    """For each fold what its heads attend to, their mean: (patient, feature)."""
    found = []
    for fold in sorted(set(data.folds.tolist())):
        vectors = []
        for state in read_checkpoint(run / "folds" / str(fold) / "checkpoint.safetensors"):
            head = build_head(config.spec)
            head.load_state_dict(state)
            head.eval()
            with torch.inference_mode():
                weights = [head(one.unsqueeze(0))[1] for one in data.features]
                seen = [w @ one for w, one in zip(weights, data.features, strict=True)]
            vectors.append(torch.cat(seen).double().numpy())
        found.append(np.asarray(np.mean(vectors, axis=0), dtype=np.float64))
    return found


def report(run: Path, truth: Path) -> list[str]:
    """The lines that are printed.

    Raises
    ------
    InputError
        If the run is of another design or isn't finished, or the truth lacks a patient.
    """
    config = load_config(run / "config.yaml")
    if not isinstance(config, SliceAttentionConfig) or config.network.encoder.trainable != "none":
        raise InputError(f"{run} is not of slice attention on frozen features")
    patients, _, _, follow_up, deephit = read_predictions(run / "predictions.csv")
    data = read_fitting_data(run / FEATURES)
    if data.patients != patients:
        raise InputError(f"{run} holds predictions of other patients than its features are of")
    horizon = deephit.shape[1] - 1
    cox = cox_out_of_fold(follow_up, data.folds, attended(run, config, data), horizon)
    curve = kaplan_meier(follow_up)
    alike = np.tile([curve.at(month) for month in range(horizon + 1)], (follow_up.n, 1))
    true = _true_curves(truth, patients, horizon)
    samples = list(resamples(follow_up.n, _SAMPLES, _SEED))
    lines = [f"{follow_up.n} patients, {follow_up.events} deaths"]
    curves = {"DeepHit": deephit, "Cox": cox, "the true curves": true}
    ctd = {name: Estimate.of(lambda i, s=s: _ctd(follow_up, s, i), samples) for name, s in curves.items()}  # type: ignore[misc]  # mypy takes the default for an argument
    lines += [f"C-td (Antolini), {name}: {one.measure('').text}" for name, one in ctd.items()]
    lines.append(f"DeepHit less Cox: {ctd['DeepHit'].less(ctd['Cox']).measure('').text}")
    errors = {
        name: np.abs(s[:, 1:] - true[:, 1:]).mean(axis=1)
        for name, s in {"DeepHit": deephit, "Cox": cox, "one Kaplan–Meier curve for all": alike}.items()
    }
    far = {name: Estimate.of(lambda i, e=e: float(e[i].mean()), samples) for name, e in errors.items()}  # type: ignore[misc]  # as above
    lines += [
        f"mean error of S over months 1 to {horizon}, {name}: {one.measure('').text}"
        for name, one in far.items()
    ]
    lines.append(f"Cox less DeepHit: {far['Cox'].less(far['DeepHit']).measure('').text}")
    return lines


def _ctd(follow_up: FollowUp, survival: Floats, index: NDArray[np.int64]) -> float:
    targets = monthly_targets(follow_up.where(index), survival.shape[1] - 1)
    return time_dependent_concordance(
        targets.follow_up, 1 - survival[index, 1:], targets.bin, censored_ties=True
    )


def _true_curves(truth: Path, patients: list[str], horizon: int) -> Floats:
    try:
        with truth.open(encoding="utf-8", newline="") as file:
            rows = {row["patient_id"]: row for row in csv.DictReader(file)}
        return np.array(
            [[1.0, *(float(rows[one][f"s_{month}"]) for month in range(1, horizon + 1))] for one in patients]
        )
    except OSError as error:
        raise InputError(f"cannot read {truth}: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise InputError(f"{truth} does not tell the true curve of each patient of the run") from error


def main(arguments: list[str]) -> int:
    """0, or 1 with one line where the input is at fault."""
    if len(arguments) != 2:
        print("python -m training.phantom.beside_cox RUN TRUTH.csv", file=sys.stderr)
        return 2
    try:
        print("\n".join(report(*map(Path, arguments))))
    except CtprogError as error:
        print(f"beside_cox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
