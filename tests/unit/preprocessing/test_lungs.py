"""Lungs are found, their vessels and what they surround with them; a tumour outside is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample_mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case
from ctprog_gui.core.preprocessing.lungs import find_lungs, lungs_of, segment_lungs
from ctprog_gui.core.preprocessing.recipe import SliceRecipe, read_recipe
from ctprog_gui.core.preprocessing.slices import cut_slices
from ctprog_gui.core.roi.reading import read_rois

GRID = Geometry((60, 50, 40), (5.0, 5.0, 5.0))


def chest() -> np.ndarray:
    """A body with two lungs of air, a vessel across one of them, and bowel gas that is smaller."""
    hu = np.full(GRID.shape, -1000, np.int16)
    hu[:, 5:45, 5:55] = 40
    hu[5:35, 10:40, 10:26] = -850
    hu[5:35, 10:40, 34:50] = -850
    hu[20, 24, 10:26] = 60
    hu[1:4, 20:24, 20:40] = -950
    return hu


def test_vessels_are_within_by_threshold_and_not_by_air() -> None:
    hu = chest()
    air, lungs = find_lungs(hu, GRID.spacing_mm), segment_lungs(hu, GRID.spacing_mm)
    assert air is not None
    assert lungs is not None
    assert not air[20, 24, 10:26].any()
    assert lungs[20, 24, 12:24].all()
    for mask in (air, lungs):
        assert mask[10, 20, 15]
        assert mask[10, 20, 45]
        assert not mask[2, 22, 30]
        assert not mask[:, :, 28:32].any()


def test_both_lungs_of_a_phantom_are_kept_whatever_the_direction() -> None:
    case: PhantomCase = make_case(CaseParameters(), seed=3, size=(96, 96, 50), spacing_mm=(4, 4, 6))
    lungs = lungs_of(case.volume, voxel_mm=4.0)
    assert lungs is not None
    assert 2 < lungs.litres < 8
    assert lungs.share_outside_field(case.roi) < 0.1
    turned = Volume(
        case.volume.voxels[::-1].copy(),
        Geometry(
            case.volume.geometry.size,
            case.volume.geometry.spacing_mm,
            tuple(case.volume.geometry.index_to_patient((0, 0, case.volume.geometry.size[2] - 1))),
            (1, 0, 0, 0, 1, 0, 0, 0, -1),
        ),
    )
    other = lungs_of(turned, voxel_mm=4.0)
    assert other is not None
    assert np.array_equal(lungs.voxels, other.voxels)
    assert other.share_outside_field(case.roi) == lungs.share_outside_field(case.roi)


def test_a_tumour_outside_is_told() -> None:
    lungs = lungs_of(Volume(chest(), GRID), voxel_mm=5.0)
    assert lungs is not None
    voxels = np.zeros(GRID.shape, np.bool_)
    voxels[10:20, 20, 15:19] = True
    assert lungs.share_outside_field(Mask(voxels, GRID)) == 0
    # Solid, and between the lungs: in no mask of them, and where such tumours are.
    voxels[10:20, 20, 27:39] |= True
    assert lungs.share_outside_field(Mask(voxels, GRID)) == 0
    # As much again in the wall of the chest behind, then as much again below both lungs.
    voxels[10:20, 42, 15:31] |= True
    assert lungs.share_outside_field(Mask(voxels, GRID)) == pytest.approx(1 / 2)
    voxels[2, 20:30, 15:31] |= True
    assert lungs.share_outside_field(Mask(voxels, GRID)) == pytest.approx(2 / 3)
    far = Geometry(GRID.size, GRID.spacing_mm, (5000.0, 0.0, 0.0))
    assert lungs.share_outside_field(Mask(voxels, far)) == 1
    assert lungs.share_outside_field(Mask(np.zeros_like(voxels), GRID)) == 0


def test_what_the_network_does_not_see_is_told() -> None:
    recipe = SliceRecipe(spacing_mm=(5, 5, 5), slice_size=(48, 56), fit="pad", lung_mask="threshold")
    slices = cut_slices(Volume(chest(), GRID), recipe)
    assert slices.lungs is not None
    voxels = np.zeros(GRID.shape, np.bool_)
    voxels[20, 20, 15] = voxels[20, 20, 30] = True
    assert slices.share_unseen(Mask(voxels, GRID)) == 0
    # Below the lowest slice with lung.
    voxels[0, 20, 15:17] = True
    assert slices.share_unseen(Mask(voxels, GRID)) == 0.5


@pytest.mark.parametrize("method", [find_lungs, segment_lungs])
def test_where_there_is_no_lung_there_is_no_mask(method: object) -> None:
    assert callable(method)
    assert method(np.full((10, 20, 20), 40, np.int16), (5.0, 5.0, 5.0)) is None
    assert method(np.full((10, 20, 20), -1000, np.int16), (5.0, 5.0, 5.0)) is None


def test_a_recipe_names_the_method_and_older_ones_keep_their_hash() -> None:
    plain, threshold = SliceRecipe(), SliceRecipe(lung_mask="threshold")
    assert "lung_mask" not in plain.to_json()
    assert plain.sha256 == "4aa3850172621332c1221be5ecc6b4367662d427bbfe129ede3114657d0b43f2"
    assert threshold.sha256 != plain.sha256
    assert read_recipe(threshold.to_json()) == threshold
    assert read_recipe(plain.to_json()) == plain
    with pytest.raises(ValueError, match="lung_mask must be one of"):
        SliceRecipe(lung_mask="unet")


def test_lung1_is_outlined_as_its_readers_did(lung1: Path) -> None:
    volume = open_path([lung1 / "ct"])[0].read()
    regions = {mask.name: mask for mask in read_rois(lung1 / "rtstruct" / "1-1.dcm", volume.geometry)}
    readers = regions["Lung-Left"].voxels | regions["Lung-Right"].voxels
    lungs = lungs_of(volume)
    assert lungs is not None
    ours = resample_mask(Mask(lungs.voxels, lungs.geometry), volume.geometry).voxels
    dice = 2 * np.count_nonzero(ours & readers) / (np.count_nonzero(ours) + np.count_nonzero(readers))
    assert dice >= 0.955
    # The readers' lungs leave out 89 % of the tumour, which fills the hilum; so do ours. It lies in
    # the lungs' field for all that.
    tumour = regions["GTV-1"].voxels
    assert np.count_nonzero(tumour & ~ours) / np.count_nonzero(tumour) == pytest.approx(0.88, abs=0.02)
    assert lungs.share_outside_field(regions["GTV-1"]) == 0
    for method in ("air", "threshold"):
        seen = cut_slices(volume, SliceRecipe(lung_mask=method))
        # A rim of the tumour lies beyond the box; the tumour is in the picture.
        assert 0 < seen.share_unseen(regions["GTV-1"]) < 0.02
