"""What a few plain measurements of the images tell of a phantom cohort.

``python -m training.phantom.measured COHORT.csv`` measures each patient's ROI and its surroundings, fits a
Cox model to the measurements in five folds, and prints its out-of-fold C-index beside the oracle's: what a
model that looks at the right things reaches, and whether a control leaves anything to be found.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow, read_cohort
from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.statistics.resampling import bootstrap
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.sample import FollowUp

Floats = NDArray[np.float64]
NAMES = ("log volume", "spread of HU", "HU of the ring", "grain of the noise")
_FOLDS, _SAMPLES = 5, 500
# Lung, whatever its density, and the part of it that is surely not tumour.
_RING_MM, _LUNG_HU = (1.5, 5.0), -300


def measure_patient(row: PatientRow) -> Floats:
    """`NAMES` of one patient.

    The spread is taken two voxels inside the ROI, the ring from 1.5 to 5 mm outside it where there is
    lung, the grain as the standard deviation of the differences between neighbours in thin lung.

    Raises
    ------
    InputError
        If the patient has no ROI of one region.
    """
    from scipy.ndimage import binary_erosion, distance_transform_edt

    volume = read_volume(row.image)
    masks = read_rois(row.roi, volume.geometry) if row.roi is not None else []
    if len(masks) != 1 or masks[0].is_empty:
        raise InputError(f"patient {row.patient_id} has no ROI of one region")
    (mask,) = masks
    hu = volume.voxels.astype(np.float32)
    inside = binary_erosion(mask.voxels, iterations=2)
    inside = inside if inside.any() else mask.voxels
    away = distance_transform_edt(~mask.voxels, sampling=volume.geometry.spacing_mm[::-1])
    ring = hu[(away > _RING_MM[0]) & (away < _RING_MM[1]) & (hu < _LUNG_HU)]
    thin = (hu[:, :, 1:] < -780) & (hu[:, :, :-1] < -780) & (hu[:, :, 1:] > -950)
    steps = np.diff(hu, axis=2)[thin]
    return np.array([np.log(mask.volume_mm3), hu[inside].std(), ring.mean() if ring.size else 0, steps.std()])


def out_of_fold(follow_up: FollowUp, measured: Floats) -> Floats:
    """Each patient's linear predictor from a Cox model of the other folds (patient number modulo five)."""
    fold = np.arange(follow_up.n) % _FOLDS
    risk = np.zeros(follow_up.n)
    for one in range(_FOLDS):
        rest = fold != one
        centre, spread = measured[rest].mean(axis=0), measured[rest].std(axis=0) + 1e-9
        scores = (measured - centre) / spread
        risk[~rest] = fit_cox(follow_up.where(rest), scores[rest]).linear_predictor(scores[~rest])
    return risk


def interval(follow_up: FollowUp, risk: Floats, stratum: NDArray[np.str_] | None = None) -> str:
    """C-index with the 95 % percentile interval over bootstrap samples of the patients."""

    def c_index(chosen: NDArray[np.int64]) -> float:
        part = None if stratum is None else stratum[chosen]
        return concordance(follow_up.where(chosen), risk[chosen], part)

    found = bootstrap(c_index, follow_up.n, count=_SAMPLES)
    return f"{found.value:.3f} ({found.lower:.3f} to {found.upper:.3f})"


def report(cohort: Cohort) -> list[str]:
    """The lines that are printed.

    Raises
    ------
    InputError
        If the truth isn't beside the cohort, or a patient has no ROI.
    """
    path = cohort.path.parent / "truth.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            truth = {row["patient_id"]: float(row["oracle_risk"]) for row in csv.DictReader(file)}
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    oracle = np.array([truth[row.patient_id] for row in cohort.rows])
    measured = np.array([measure_patient(row) for row in cohort.rows])
    follow_up = cohort.follow_up
    risks = {"oracle": oracle, "Cox on all measurements": out_of_fold(follow_up, measured)}
    for at, name in enumerate(NAMES):
        risks[f"Cox on {name}"] = out_of_fold(follow_up, measured[:, [at]])
    lines = [f"{follow_up.n} patients, {follow_up.events} deaths"]
    lines += [f"{name}: C-index {interval(follow_up, risk)}" for name, risk in risks.items()]
    if any("source" in row.other for row in cohort.rows):
        source = np.array([row.other["source"] for row in cohort.rows])
        code = (source == np.unique(source)[-1]).astype(np.float64)
        lines.append(f"source alone: C-index {interval(follow_up, code)}")
        for name, risk in risks.items():
            lines.append(f"{name}, same source: C-index {interval(follow_up, risk, source)}")
    return lines


if __name__ == "__main__":
    print("\n".join(report(read_cohort(Path(sys.argv[1])))))
