"""Which prepared image each patient of a run has, so that a report can show slices."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.writing import replacing
from training.preparation.case import read_prepared
from training.preparation.images import PreparedImage, image_of

CASES = "cases.csv"


@dataclass(frozen=True)
class RunCase:
    """A patient's prepared image by its key, and the volume of the ROI in it (None without a ROI)."""

    key: str
    roi_volume_mm3: float | None


def write_cases(path: Path, patients: Sequence[str], images: Sequence[PreparedImage]) -> None:
    """A row a patient: patient_id, key, roi_volume_mm3 (blank without a ROI)."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patient_id", "key", "roi_volume_mm3"])
        for patient, image in zip(patients, images, strict=True):
            volume = "" if image.tumour is None else f"{_volume_mm3(image):.1f}"
            writer.writerow([patient, image.key, volume])


def read_cases(run: Path) -> dict[str, RunCase]:
    """The inverse of `write_cases`, by patient; empty of a run that wrote none."""
    path = run / CASES
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["patient_id"]: RunCase(
                row["key"], float(row["roi_volume_mm3"]) if row["roi_volume_mm3"] else None
            )
            for row in csv.DictReader(file)
        }


def find_image(case: RunCase, folder: Path) -> PreparedImage | None:
    """The prepared image, if it still lies in the cache `folder`."""
    found = read_prepared(folder, case.key)
    return None if found is None else image_of(case.key, found)


def _volume_mm3(image: PreparedImage) -> float:
    assert image.tumour is not None
    return float(image.tumour.sum(dtype=np.float64) * np.prod(image.spacing_mm))
