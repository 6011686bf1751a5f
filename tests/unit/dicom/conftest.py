"""Small CT series, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume

Edit = Callable[[Dataset, int], Any]


def small_volume(slices: int = 5, seed: int = 0) -> Volume:
    """Noise of 8 columns, 6 rows; 0.7 × 0.9 × 2.5 mm."""
    noise = np.random.default_rng(seed).integers(-1024, 3071, (slices, 6, 8))
    return Volume(noise.astype(np.int16), Geometry((8, 6, slices), (0.7, 0.9, 2.5), (-10.0, 20.5, -300.0)))


@pytest.fixture
def volume() -> Volume:
    return small_volume()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a small series and edit each file: ``write(edit, slices=5, name="ct")``.

    `edit(dataset, index)` may change the data set, or return False to leave the file out.
    """

    def write_edited(
        edit: Edit | None = None, *, slices: int = 5, name: str = "ct", patient: str = "P1", **options: Any
    ) -> Path:
        folder = tmp_path / name
        paths = write_ct_series(folder, small_volume(slices), patient_id=patient, **options)
        if edit is not None:
            edit_files(paths, edit)
        return folder

    return write_edited


def edit_files(paths: Iterable[Path], edit: Edit) -> None:
    for index, path in enumerate(paths):
        dataset = pydicom.dcmread(path)
        if edit(dataset, index) is False:
            path.unlink()
        else:
            dataset.save_as(path)
