from __future__ import annotations

import json

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.patch import cut_patch
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.shared.errors import GeometryError

RECIPE = PatchRecipe(side=32, spacing_mm=0.5)
# A cone of slices: the largest lies at S = 20 mm, around L = 3, P = -7.
CENTRE = np.array([3.0, -7.0, 20.0])


def case(axes: np.ndarray) -> tuple[Volume, Mask]:
    """HU that rise by 2, 3 and 5 a mm towards L, P and S, and a ROI; the same in space for all axes."""
    size = np.array([40, 44, 20])
    spacing = np.array([1.0, 1.0, 2.0])
    order = np.abs(axes).argmax(axis=0)
    own = tuple(int(v) for v in size[order])
    step = tuple(float(v) for v in spacing[order])
    middle = np.array([0.0, 0.0, 19.0])
    origin = middle - axes @ ((np.array(own) - 1) / 2 * np.array(step))
    grid = Geometry(own, step, tuple(origin), tuple(axes.ravel()))
    k, j, i = np.indices(grid.shape)
    points = grid.index_to_patient(np.stack([i, j, k], axis=-1).astype(float))
    hu = points @ np.array([2.0, 3.0, 5.0])
    away = np.abs(points - CENTRE)
    radius = 6 - 0.5 * away[..., 2]
    inside = np.hypot(away[..., 0], away[..., 1]) < radius
    return Volume(hu.astype(np.float32), grid), Mask(inside, grid)


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS, ids=axes_name)
def test_the_square_is_the_same_however_the_series_is_stored(axes: np.ndarray) -> None:
    volume, roi = case(axes)
    patch = cut_patch(volume, roi, RECIPE)
    middle = patch.geometry.centre_mm
    # Voxel centres lie on halves in the plane, so that the centroid does too.
    assert middle == pytest.approx(CENTRE, abs=0.51)
    assert patch.geometry.axes == pytest.approx(np.eye(3))
    expected = middle @ np.array([2.0, 3.0, 5.0])
    across = (np.arange(32) - 15.5) * 0.5
    assert patch.hu == pytest.approx(expected + 3 * across[:, None] + 2 * across[None], abs=0.51)
    rows, columns = np.nonzero(patch.roi)
    assert (columns.mean(), rows.mean()) == pytest.approx((15.5, 15.5), abs=1)
    assert np.count_nonzero(patch.roi) * 0.25 == pytest.approx(np.pi * 36, rel=0.06)


def test_what_lies_outside_the_series_is_air() -> None:
    volume, roi = case(np.eye(3))
    patch = cut_patch(volume, roi, PatchRecipe(side=160, spacing_mm=0.7))
    assert patch.hu[0, 0] == -1024
    pixels = patch.pixels(RECIPE)
    assert pixels.shape == (1, 160, 160)
    assert pixels[0, 0, 0] == 0
    assert pixels.max() <= 1


def test_an_empty_roi_and_one_on_another_grid_are_refused() -> None:
    volume, roi = case(np.eye(3))
    with pytest.raises(GeometryError, match="empty"):
        cut_patch(volume, Mask(np.zeros_like(roi.voxels), roi.geometry), RECIPE)
    moved = Geometry(roi.geometry.size, roi.geometry.spacing_mm, (0.0, 0.0, 0.0))
    with pytest.raises(GeometryError):
        cut_patch(volume, Mask(roi.voxels, moved), RECIPE)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"side": 16}, "side"), ({"spacing_mm": 0}, "spacing_mm"), ({"hu_window": (400, -1000)}, "hu_window")],
)
def test_a_recipe_that_makes_no_sense_is_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PatchRecipe(**wrong)


def test_a_recipe_survives_json() -> None:
    assert PatchRecipe.from_json(json.loads(json.dumps(RECIPE.to_json()))) == RECIPE
    with pytest.raises(ValueError, match="sharpen"):
        PatchRecipe.from_json({**RECIPE.to_json(), "sharpen": True})
    with pytest.raises(ValueError, match="roi_cube"):
        PatchRecipe.from_json({**RECIPE.to_json(), "kind": "roi_cube"})
