"""851 features against pyradiomics 3.0.1, to a millionth, on four tumours, the IBSI chest and its ring."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from nsclc_crops import read_crop
from scipy.ndimage import distance_transform_edt

from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.extraction import extract, feature_names

CASES = ("crop_186", "crop_353", "crop_366", "crop_385", "ibsi_chest_gtv", "ibsi_chest_ring3mm")


@cache
def _reference(shared_data: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    path = shared_data / "reference_values" / "pyradiomics_851.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["case"], {})[row["feature"]] = float(row["value"])
    return found


def _case(shared_data: Path, name: str) -> tuple[Volume, Mask]:
    if name.startswith("crop_"):
        return read_crop(shared_data, name.removeprefix("crop_"))
    chest = shared_data / "ibsi" / "chest_nifti"
    stored = read_volume(chest / "image" / "phantom.nii.gz")
    # The file holds float32, of which pyradiomics' wavelet bands are float32 too.
    volume = Volume(stored.voxels.astype(np.float32), stored.geometry)
    mask = Mask(read_volume(chest / "mask" / "mask.nii.gz").voxels > 0, stored.geometry)
    if name.endswith("gtv"):
        return volume, mask
    away = distance_transform_edt(~mask.voxels, sampling=volume.geometry.spacing_mm[::-1])
    return volume, Mask((away <= 3) & ~mask.voxels, volume.geometry)


@pytest.mark.parametrize("name", CASES)
def test_every_feature_equals_pyradiomics(shared_data: Path, name: str) -> None:
    expected = _reference(shared_data)[name]
    found = extract(*_case(shared_data, name))
    assert tuple(found) == tuple(expected) == feature_names()
    assert len(found) == 851
    values, wanted = (np.array([one[key] for key in expected]) for one in (found, expected))
    np.testing.assert_allclose(values, wanted, rtol=1e-6, atol=0)
