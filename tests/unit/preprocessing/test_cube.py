from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, make_grid, orientations, rotation
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.cube import (
    CubePlacement,
    RoiCut,
    cut_cube,
    cut_roi,
    exceeds,
    roi_centre,
)
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe, read_recipe
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import GeometryError

SMALL = CubeRecipe(side=16)
AXIAL = Geometry((40, 40, 20), (1.0, 1.0, 3.0), (-20.0, 10.0, 100.0))
# The same place, its slices stored from head to feet and its rows from back to front.
FEET_FIRST = Geometry((40, 40, 20), (1.0, 1.0, 3.0), (-20.0, 49.0, 157.0), (1, 0, 0, 0, -1, 0, 0, 0, -1))


def box_mask(geometry: Geometry, low: tuple[int, int, int], high: tuple[int, int, int]) -> Mask:
    """A box of voxels, indices x, y, z, the upper ones included."""
    voxels = np.zeros(geometry.shape, dtype=bool)
    voxels[low[2] : high[2] + 1, low[1] : high[1] + 1, low[0] : high[0] + 1] = True
    return Mask(voxels, geometry)


def ramp(geometry: Geometry) -> Volume:
    """HU that rise by 2, 3 and 5 a mm towards L, P and S: linear interpolation is exact on it."""
    x, y, z = np.meshgrid(*[np.arange(n) for n in geometry.size], indexing="ij")
    points = geometry.index_to_patient(np.stack([x, y, z], axis=-1).astype(float))
    hu = points @ np.array([2.0, 3.0, 5.0])
    return Volume(np.ascontiguousarray(hu.transpose(2, 1, 0)).astype(np.float32), geometry)


def test_a_recipe_survives_json_and_is_told_from_the_other_kind() -> None:
    recipe = CubeRecipe(side=112, hu_windows=((-1000, 400),))
    assert read_recipe(json.loads(json.dumps(recipe.to_json()))) == recipe
    assert isinstance(read_recipe(SliceRecipe().to_json()), SliceRecipe)
    assert recipe.sha256 != CubeRecipe().sha256
    with pytest.raises(ValueError, match="sharpen"):
        read_recipe({**recipe.to_json(), "sharpen": True})
    with pytest.raises(ValueError, match="ball"):
        read_recipe({**recipe.to_json(), "kind": "ball"})


@pytest.mark.parametrize(
    "wrong", [{"side": 8}, {"spacing_mm": 0}, {"hu_windows": ((400, -1000),)}, {"keep_within_mm": -1}]
)
def test_what_makes_no_sense_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        CubeRecipe(**wrong)


@settings(max_examples=30, deadline=None)
@given(orientations())
def test_the_cube_has_the_patients_axes_whatever_those_of_the_series(axes: np.ndarray) -> None:
    series = make_grid(axes, (60, 60, 60), (1.1, 0.9, 1.3), (3.0, -7.0, 11.0))
    placement = CubePlacement(tuple(series.centre_mm))
    cube = cut_cube(ramp(series), SMALL, placement)
    expected = ramp(placement.geometry(SMALL)).voxels
    # Rounding to whole HU moves a value by half a unit at most.
    assert np.abs(cube.hu - expected).max() <= 0.51


def test_the_cube_stands_on_the_centre_of_the_roi() -> None:
    roi = box_mask(AXIAL, (10, 12, 5), (15, 15, 8))
    assert roi_centre(roi) == pytest.approx((-20 + 12.5, 10 + 13.5, 100 + 6.5 * 3))
    grid = CubePlacement.at(roi).geometry(SMALL)
    assert grid.centre_mm == pytest.approx(roi_centre(roi))
    assert grid.spacing_mm == (1, 1, 1)
    with pytest.raises(GeometryError, match="empty"):
        CubePlacement.at(Mask(np.zeros(AXIAL.shape, bool), AXIAL))


def test_a_placement_is_kept_until_the_roi_moved_further_than_five_millimetres() -> None:
    first = CubePlacement.at(box_mask(AXIAL, (10, 10, 5), (15, 15, 8)))
    # A stroke of 10 mm on one side moves the centre of the box by 5 mm.
    assert first.kept(box_mask(AXIAL, (10, 10, 5), (25, 15, 8)), SMALL) is first
    moved = first.kept(box_mask(AXIAL, (10, 10, 5), (26, 15, 8)), SMALL)
    assert moved.centre_mm[0] == pytest.approx(first.centre_mm[0] + 5.5)


def test_outside_the_series_there_is_air() -> None:
    cube = cut_cube(ramp(AXIAL), SMALL, CubePlacement((-20.0, 30.0, 130.0)))
    assert (cube.hu[:, :, 0] == -1024).all()
    assert (cube.hu[:, :, -1] != -1024).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=16, max_size=16).filter(lambda w: sum(w) > 0.1))
def test_weights_go_back_to_the_series_with_the_same_sum(weights: list[float]) -> None:
    roi = box_mask(AXIAL, (10, 12, 5), (15, 15, 8))
    for geometry in (AXIAL, FEET_FIRST):
        placed = CubePlacement.at(Mask(roi.voxels, geometry))
        back = cut_cube(ramp(geometry), SMALL, placed).to_series(np.array(weights))
        assert back.shape == (20,)
        assert back.sum() == pytest.approx(sum(weights))
        # Slices of 3 mm that the cube of 16 mm round slice 6.5 does not reach: it ends at 3.8 and 9.2.
        assert (back[:4] == 0).all()
        assert (back[10:] == 0).all()


def test_a_slice_of_the_cube_belongs_to_the_series_slice_it_lies_in() -> None:
    cube = cut_cube(ramp(AXIAL), SMALL, CubePlacement((0.0, 30.0, 130.5)))
    # Centres of cube slices at 123, 124, …; slice 8 of the series covers 122.5 to 125.5.
    assert cube.share[0].argmax() == 8
    assert cube.share[:3, 8].tolist() == pytest.approx([1, 1, 1])
    turned = cut_cube(ramp(FEET_FIRST), SMALL, CubePlacement((0.0, 30.0, 130.5)))
    assert np.allclose(turned.share[:, ::-1], cube.share)


def test_a_roi_is_cut_as_it_is_seen() -> None:
    roi = box_mask(AXIAL, (10, 12, 5), (15, 15, 8))
    placement = CubePlacement.at(roi)
    inside = cut_roi(roi, placement.geometry(SMALL))
    # 6 × 4 mm in the plane, on slices that stand for 4 × 3 mm.
    assert inside.sum() == 6 * 4 * 12
    same = Mask(np.random.default_rng(1).random((16, 16, 16)) > 0.5, placement.geometry(SMALL))
    assert (cut_roi(same, placement.geometry(SMALL)) == same.voxels).all()


@pytest.mark.parametrize("seed", range(12))
def test_one_cut_after_another_is_cut_as_each_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    axes = SIGNED_PERMUTATIONS[rng.integers(48)]
    if seed % 2:
        axes = rotation(tuple(rng.normal(size=3)), rng.uniform(0, 40)) @ axes
    series = make_grid(axes, (24, 22, 18), tuple(rng.uniform(0.7, 3.0, 3)), tuple(rng.normal(size=3) * 50))
    voxels = np.zeros(series.shape, dtype=bool)
    voxels[5:12, 6:15, 7:18] = rng.random((7, 9, 11)) > 0.3
    cube = CubePlacement.at(Mask(voxels, series)).geometry(SMALL)
    cut = RoiCut(cube)
    for _ in range(6):
        roi = Mask(voxels, series)
        # All of the cube and all of the series at once, as ITK computes it.
        share = resample(Volume(voxels.astype(np.float32), series), cube, outside=0).voxels
        assert (cut.of(roi) == (share >= 0.5)).all()
        assert (cut_roi(roi, cube) == (share >= 0.5)).all()
        voxels = voxels.copy()
        z, y, x = (int(rng.integers(n)) for n in voxels.shape)
        voxels[z : z + 2, y : y + 4, x : x + 4] = rng.random() > 0.4
    assert (cut.of(Mask(np.zeros_like(voxels), series)) == 0).all()


def test_a_roi_that_reaches_a_face_exceeds_the_cube() -> None:
    grid = Geometry((84, 84, 84), (1.0, 1.0, 1.0))
    assert not exceeds(box_mask(grid, (1, 30, 30), (82, 40, 40)), grid)
    assert exceeds(box_mask(grid, (0, 30, 30), (82, 40, 40)), grid)
    assert exceeds(box_mask(grid, (1, 30, 30), (50, 40, 83)), grid)
    wide = Geometry((100, 84, 84), (1.0, 1.0, 1.0), (-8.0, 0.0, 0.0))
    assert exceeds(box_mask(wide, (0, 30, 30), (99, 40, 40)), grid)


def test_the_cube_of_lung1_001_is_the_published_crop(lung1: Path, shared_data: Path) -> None:
    """LUNG1-001 is crop 229 of the tumour-centred crops: 84 voxels of 1 mm round its GTV-1."""
    volume = open_path([lung1 / "ct"])[0].read()
    (roi,) = read_rois(lung1 / "rtstruct" / "1-1.dcm", volume.geometry, name="GTV-1")
    recipe = CubeRecipe()
    cube = cut_cube(volume, recipe, CubePlacement.at(roi))
    crop, mask = read_crop(shared_data / "nsclc_crops" / "cases" / "229.xz")

    def alike(hu: np.ndarray) -> float:
        return float(np.corrcoef(hu.ravel(), crop.ravel())[0, 1])

    assert alike(cube.hu) > 0.98
    # No flip is a better match, so left is left and the head is up.
    for axis in range(3):
        assert alike(np.flip(cube.hu, axis)) < 0.7
    inside = cut_roi(roi, cube.geometry)
    assert 2 * (inside & mask).sum() / (inside.sum() + mask.sum()) > 0.96
    # The tumour is 94 mm wide.
    assert exceeds(roi, cube.geometry)
    assert cube.share.shape == (84, 134)


def read_crop(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """One published case as HU and mask (z, y, x), as the data's own ``unpack`` decodes it."""
    namespace: dict[str, object] = {"__file__": str(path.parents[1] / "unpack"), "__name__": "unpack"}
    exec((path.parents[1] / "unpack").read_text(), namespace)
    return namespace["read_case"](path)
