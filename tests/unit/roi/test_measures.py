"""Volume, mean and diameters of a region."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import pdist, squareform

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.measures import measure
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import GeometryError


def measured(voxels, spacing=(1.0, 1.0, 1.0), **grid):
    geometry = Geometry(voxels.shape[::-1], spacing, **grid)
    hu = np.arange(voxels.size, dtype=np.int16).reshape(voxels.shape)
    return measure(Mask(voxels, geometry, "GTV"), Volume(hu, geometry))


def box(shape, *slices):
    voxels = np.zeros(shape, bool)
    voxels[slices] = True
    return voxels


def test_a_box():
    """From voxel centre to voxel centre: 4 × 0.5 mm by 3 × 2 mm in the plane, 2 × 5 mm across."""
    result = measured(box((6, 7, 8), slice(1, 4), slice(2, 6), slice(1, 6)), (0.5, 2.0, 5.0))
    assert result.volume_mm3 == 3 * 4 * 5 * 5.0
    assert result.longest_diameter_mm == pytest.approx(np.hypot(2, 6))
    assert result.max_3d_diameter_mm == pytest.approx(np.sqrt(4 + 36 + 100))
    assert result.largest_slice_index == 1
    # Across the diagonal of a 2 × 6 rectangle, from one long side to the other.
    assert result.perpendicular_diameter_mm == pytest.approx(2 * np.hypot(2, 6) / 6)


def test_an_ellipse():
    y, x = np.mgrid[-60:61, -60:61]
    result = measured((((x / 50) ** 2 + (y / 30) ** 2) <= 1)[np.newaxis])
    assert result.longest_diameter_mm == pytest.approx(100, abs=0.5)
    assert result.perpendicular_diameter_mm == pytest.approx(60, abs=0.5)


def test_the_second_diameter_is_of_the_slice_of_the_first():
    voxels = box((3, 40, 40), 1, slice(10, 13), slice(5, 36))
    voxels[2, 8:28, 8:28] = True
    result = measured(voxels)
    assert result.longest_diameter_mm == pytest.approx(np.hypot(30, 2))
    assert result.perpendicular_diameter_mm < 3
    assert result.largest_slice_index == 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.9), st.tuples(*[st.floats(0.3, 4)] * 3))
def test_any_region_agrees_with_all_pairs(seed, share, spacing):
    voxels = np.random.default_rng(seed).random((4, 6, 7)) < share
    result = measured(voxels, spacing)
    points = np.argwhere(voxels) * np.array(spacing[::-1])
    in_plane = [pdist(points[points[:, 0] == z]) for z in np.unique(points[:, 0])]
    longest = max((distances.max() for distances in in_plane if distances.size), default=0.0)
    assert result.longest_diameter_mm == pytest.approx(longest)
    assert result.max_3d_diameter_mm == pytest.approx(pdist(points).max() if len(points) > 1 else 0.0)
    assert result.volume_mm3 == pytest.approx(voxels.sum() * np.prod(spacing))
    assert result.perpendicular_diameter_mm <= result.longest_diameter_mm + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.6))
def test_the_second_diameter_is_the_widest_chord_of_the_outline(seed, share):
    """Against chords taken densely along the first diameter of the outline (scipy's hull)."""
    from scipy.spatial import ConvexHull, QhullError

    voxels = np.random.default_rng(seed).random((1, 9, 9)) < share
    points = np.argwhere(voxels[0]).astype(float)
    try:
        hull = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        return
    distances = squareform(pdist(hull))
    longest = distances.max()
    widths = []
    for i, j in np.argwhere(np.isclose(distances, longest)):
        along = (hull[j] - hull[i]) / longest
        t, s = hull @ along, hull @ np.array([-along[1], along[0]])
        loops = list(zip(t, s, np.roll(t, -1), np.roll(s, -1), strict=True))
        best = 0.0
        for place in np.linspace(t.min(), t.max(), 2001)[1:-1]:
            met = [
                s0 + (place - t0) / (t1 - t0) * (s1 - s0)
                for t0, s0, t1, s1 in loops
                if min(t0, t1) <= place < max(t0, t1)
            ]
            best = max(best, max(met) - min(met))
        widths.append(best)
    found = measured(voxels).perpendicular_diameter_mm
    # Several pairs may be equally far apart; the chord belongs to one of them.
    assert min(abs(found - width) for width in widths) < 0.03


def test_an_empty_region_has_defined_answers():
    result = measured(np.zeros((3, 4, 5), bool))
    assert result.to_json() == {
        "name": "GTV",
        "volume_mm3": 0.0,
        "mean_hu": None,
        "longest_diameter_mm": 0.0,
        "perpendicular_diameter_mm": 0.0,
        "max_3d_diameter_mm": 0.0,
        "largest_slice_index": None,
        "sha256": result.sha256,
        "sd_hu": None,
        "min_hu": None,
        "max_hu": None,
        "surface_mm2": 0.0,
        "sphericity": None,
    }


def test_one_voxel_and_one_row():
    assert measured(box((3, 4, 5), 1, 2, 3)).longest_diameter_mm == 0.0
    row = measured(box((3, 4, 5), 1, 2), (0.5, 1.0, 1.0))
    assert (row.longest_diameter_mm, row.perpendicular_diameter_mm) == (2.0, 0.0)


def test_a_hole_counts_for_volume_and_mean_but_not_for_diameters():
    full = box((1, 9, 9), 0, slice(1, 8), slice(1, 8))
    holed = full.copy()
    holed[0, 3:6, 3:6] = False
    one, other = measured(full), measured(holed)
    assert other.volume_mm3 == one.volume_mm3 - 9
    assert other.longest_diameter_mm == one.longest_diameter_mm
    assert other.perpendicular_diameter_mm == one.perpendicular_diameter_mm


def test_axial_slices_are_the_patients_whatever_the_plane_of_acquisition():
    """A coronal series: rows run down the body, so the axial stack is the array's y axis."""
    voxels = box((5, 20, 6), slice(1, 5), slice(4, 15), slice(2, 4))
    result = measured(voxels, (1.0, 2.0, 3.0), direction=(1, 0, 0, 0, 0, 1, 0, -1, 0))
    assert result.longest_diameter_mm == pytest.approx(np.hypot(1, 9))
    assert result.largest_slice_index == 4


def test_another_grid_is_refused():
    one, other = Geometry((5, 4, 3), (1, 1, 1)), Geometry((5, 4, 3), (1, 1, 2))
    with pytest.raises(GeometryError, match="the ROI lies on another grid"):
        measure(Mask(np.ones(one.shape, bool), one), Volume(np.zeros(other.shape, np.int16), other))


def test_a_large_region_of_many_corners():
    """A ball of 40 mm radius: its hull has more corners than are compared pair by pair."""
    z, y, x = np.mgrid[-41:42, -41:42, -41:42]
    result = measured(x**2 + y**2 + z**2 <= 1600)
    assert (result.longest_diameter_mm, result.max_3d_diameter_mm) == (80.0, 80.0)
    assert result.perpendicular_diameter_mm == 80.0


def test_gtv_1_of_lung1_001(lung1):
    """Volume and mean agree in four independent sources to 155 500–157 100 mm³ and −62 to −67 HU;

    by pixel centres 156 323 mm³ and −64.13 HU; widest axial slice 94.1 mm, 3D 94.6 mm.
    """
    volume = open_path([lung1 / "ct"])[0].read()
    (gtv,) = read_rois(lung1 / "rtstruct" / "1-1.dcm", volume.geometry, name="GTV-1")
    result = measure(gtv, volume)
    assert result.volume_mm3 == pytest.approx(156_323, abs=1)
    assert result.mean_hu == pytest.approx(-64.13, abs=0.005)
    assert result.longest_diameter_mm == pytest.approx(94.1, abs=0.05)
    assert result.max_3d_diameter_mm == pytest.approx(94.6, abs=0.05)
    assert result.perpendicular_diameter_mm < result.longest_diameter_mm
    areas = gtv.voxels.sum(axis=(1, 2))
    assert result.largest_slice_index == areas.argmax()


def test_hu_surface_and_sphericity_of_a_ball() -> None:
    grid = Geometry((61, 61, 41), (1.0, 1.0, 1.5))
    z, y, x = np.indices(grid.shape) * np.array([1.5, 1.0, 1.0])[:, None, None, None]
    inside = (z - 30) ** 2 + (y - 30) ** 2 + (x - 30) ** 2 < 20**2
    hu = np.where(inside & (x > 30), 60, 20).astype(np.int16)
    found = measure(Mask(inside, grid, "ball"), Volume(hu, grid))
    values = hu[inside]
    assert (found.min_hu, found.max_hu) == (20, 60)
    assert found.sd_hu == pytest.approx(values.std())
    # The surface through the edges' middles of a ball of voxels is rougher than the ball's.
    assert found.surface_mm2 == pytest.approx(4 * np.pi * 20**2, rel=0.12)
    assert 0.88 < found.sphericity < 1.0


@settings(max_examples=40, deadline=None)
@given(arrays(np.bool_, (3, 4, 5), elements=st.booleans()))
def test_the_surface_counted_here_is_the_one_that_compiled_code_counts(inside: np.ndarray) -> None:
    from ctprog_gui.core.imaging import marching_cubes
    from ctprog_gui.core.radiomics import marching_cubes as compiled

    padded = np.pad(inside, 1)
    assert marching_cubes.surface(padded, (2.5, 0.8, 0.9)) == pytest.approx(
        compiled.surface(padded, (2.5, 0.8, 0.9)), rel=1e-12, abs=1e-9
    )
