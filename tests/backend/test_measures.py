from __future__ import annotations

import numpy as np
import pytest
import torch

from training.fitting.augmentation import as_another_scanner
from training.preparation.measures import MEASURES, measure_cohort, measure_slice, standardised


def disc(radius: float, inside: int, outside: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:84, :84] - 41.5
    roi = np.hypot(x, y) <= radius
    return np.where(roi, inside, outside).astype(np.int16), roi


def test_a_disc_of_soft_tissue_in_lung() -> None:
    hu, roi = disc(15, 40, -850)
    found = dict(zip(MEASURES, measure_slice(hu, roi, 1.0), strict=True))
    assert found["roi_diameter_mm"] == pytest.approx(30, abs=0.3)
    assert found["roi_median_hu"] == pytest.approx(40, abs=1)
    assert found["roi_soft_share"] > 0.75
    assert found["roi_fat_share"] < 0.1
    assert found["rim_air_share"] > 0.6
    assert found["surround_air_share"] == 1
    assert found["surround_mean_hu"] == pytest.approx(-850, abs=2)
    assert found["slice_air_share"] == pytest.approx(1 - np.pi * 15**2 / 84**2, abs=0.02)
    assert found["slice_bone_share"] == 0
    # The edge is where the image changes.
    assert found["edge_gradient"] > 2 * found["roi_gradient_fine"]


def test_in_voxels_of_another_size_the_disc_is_as_large_in_millimetres() -> None:
    hu, roi = disc(15, 40, -850)
    found = dict(zip(MEASURES, measure_slice(hu, roi, 2.0), strict=True))
    assert found["roi_diameter_mm"] == pytest.approx(60, abs=0.6)


def test_a_roi_that_fills_the_slice_has_no_surroundings() -> None:
    hu = np.full((20, 20), 30, dtype=np.int16)
    found = measure_slice(hu, np.ones((20, 20), bool), 1.0)
    assert np.isfinite(found).all()
    assert dict(zip(MEASURES, found, strict=True))["rim_mean_hu"] == 0


def test_slices_with_little_roi_are_not_measured() -> None:
    hu, roi = disc(15, 40, -850)
    little = np.zeros_like(roi)
    little[40:44, 40:44] = True
    cube = np.stack([hu, hu, hu]), np.stack([roi, little, np.zeros_like(roi)])
    values, patient, slices = measure_cohort([cube, cube], 1.0)
    assert values.shape == (2, len(MEASURES))
    assert patient.tolist() == [0, 1]
    assert slices.tolist() == [0, 0]


def test_targets_are_standardised_over_those_who_count() -> None:
    values = np.array([[0.0, 5.0], [2.0, 5.0], [100.0, 5.0]])
    found = standardised(values, np.array([True, True, False]))
    assert found[:, 0].tolist() == [-1, 1, 4]
    assert not found[:, 1].any()


def test_another_scanner_changes_noise_and_sharpness_but_no_mean() -> None:
    hu, _ = disc(15, 40, -850)
    slices = torch.from_numpy(np.stack([hu] * 8).astype(np.float32)).unsqueeze(1)

    def seen(seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return as_another_scanner(slices, np.random.default_rng(seed), generator, noise_hu=40, blur=1.0)

    assert torch.equal(seen(1), seen(1))
    changed = torch.stack([seen(seed) for seed in range(6)])
    assert changed.shape[1:] == slices.shape
    assert (changed - slices).abs().max() > 20
    assert (changed.mean(dim=(2, 3, 4)) - slices.mean()).abs().max() < 5
