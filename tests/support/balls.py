"""Forty balls in noise: the grain inside tells one endpoint, the shell around tells another."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask

GRID = Geometry((24, 24, 8), (1.0, 1.0, 2.0))
ENDPOINTS = ("egfr", "kras")
CONFIG = """
system: deep_radscore
name: tiny-endpoint
endpoint: egfr
seed: 3
folds: 2
preprocessing: {side: 32, spacing_mm: 1.0}
encoder: {name: resnet2d, widths: [4, 4, 8, 8], channels: 1, pooling: average_and_maximum}
pretraining: {epochs: 1, components: 4, batch_size: 8}
radiomics: {inner_folds: 3}
head: {epochs: 5}
choice: {among: [nb, lr], folds: 3, repeats: 1}
bundle: {license: Apache-2.0, intended_use: Tests., trained_on: Balls., synthetic: true}
"""


def write_balls(folder: Path, count: int = 40) -> Path:
    """A cohort with images, ROIs and two endpoints; returns its table."""
    rng = np.random.default_rng(5)
    k, j, i = np.indices(GRID.shape)
    distance = np.sqrt((i - 12) ** 2 + (j - 12) ** 2 + (2 * (k - 4)) ** 2)
    rows = []
    for number in range(count):
        grain, shell = rng.uniform(10, 60), rng.uniform(-700, -300)
        ball = distance < rng.uniform(5, 7)
        hu = rng.normal(-700, 20, GRID.shape)
        around = (distance < 9) & ~ball
        hu[around] = rng.normal(shell, 20, int(around.sum()))
        hu[ball] = rng.normal(30, grain, int(ball.sum()))
        patient = f"p{number:02d}"
        write_volume(folder / f"{patient}.nii.gz", np.rint(hu).astype(np.int16), GRID)
        write_mask(folder / f"{patient}_roi.nii.gz", Mask(ball, GRID))
        row = {"patient_id": patient, "image": f"{patient}.nii.gz", "roi": f"{patient}_roi.nii.gz"}
        told = {"egfr": (grain - 35) / 4, "kras": (shell + 500) / 40}
        row |= {name: str(int(rng.random() < 1 / (1 + np.exp(-told[name])))) for name in ENDPOINTS}
        rows.append(row | {"time_months": "10", "event": "1"})
    write_table(folder / "cohort.csv", rows)
    return folder / "cohort.csv"


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A CSV with the columns of its first row."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
