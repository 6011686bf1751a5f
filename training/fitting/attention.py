"""Where the attention of a run went: the share on slices that hold tumour, against an even spread."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from training.preparation.images import PreparedImage

# A slice holds tumour where at least this area of it does.
LEAST_TUMOUR_MM2 = 20.0
# Of a run and of a fold: the weight of each slice.
SLICE_WEIGHTS = "attention_slices.csv"


def tumour_slices(image: PreparedImage) -> NDArray[np.bool_] | None:
    """Which slices hold tumour, or None without a ROI."""
    if image.tumour is None:
        return None
    area = image.tumour.astype(np.float64).sum(axis=(1, 2)) * image.spacing_mm[0] * image.spacing_mm[1]
    there: NDArray[np.bool_] = area >= LEAST_TUMOUR_MM2
    return there


def write_attention(
    path: Path,
    patients: Sequence[str],
    images: Sequence[PreparedImage],
    attention: Sequence[NDArray[np.float64]],
) -> None:
    """``attention.csv``: a row a patient with slices, tumour_slices, mass_on_tumour and uniform_mass.

    `attention` has a row a patient: the weights of their slices, and perhaps padding. Patients
    without a ROI have blank masses.
    """
    header = ["patient_id", "slices", "tumour_slices", "mass_on_tumour", "uniform_mass"]
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for patient, image, weights in zip(patients, images, attention, strict=True):
            there = tumour_slices(image)
            count = len(image.pixels)
            if there is None:
                writer.writerow([patient, count, "", "", ""])
                continue
            mass = float(weights[:count][there].sum())
            writer.writerow([patient, count, int(there.sum()), f"{mass:.6f}", f"{there.mean():.6f}"])


def write_slice_weights(path: Path, patients: Sequence[str], weights: Sequence[NDArray[np.float64]]) -> None:
    """A row a slice with patient_id, slice (from the feet up), slices and weight."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "slice", "slices", "weight"])
        for patient, one in zip(patients, weights, strict=True):
            writer.writerows([patient, k, len(one), repr(float(w))] for k, w in enumerate(one))


def read_slice_weights(path: Path) -> dict[str, NDArray[np.float64]]:
    """The inverse of `write_slice_weights`: each patient's weights."""
    found: dict[str, list[float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["patient_id"], []).append(float(row["weight"]))
    return {patient: np.array(weights) for patient, weights in found.items()}


def read_attention(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mass on tumour and the uniform mass of the patients that have both."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["mass_on_tumour"]]
    return (
        np.array([float(row["mass_on_tumour"]) for row in rows]),
        np.array([float(row["uniform_mass"]) for row in rows]),
    )
