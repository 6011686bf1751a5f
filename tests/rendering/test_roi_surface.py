"""The surface of a region: it encloses what the voxels fill, where they fill it."""

from __future__ import annotations

import numpy as np
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, make_grid, rotation
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkFiltersModeling import vtkSelectEnclosedPoints

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.rendering.roi_surface import roi_surface

# Every orientation, a thick-sliced grid as in CT, right- and left-handed oblique grids.
ORIENTATIONS = {axes_name(axes): axes for axes in SIGNED_PERMUTATIONS}
ORIENTATIONS["oblique"] = rotation((1, 2, 3), 35)
ORIENTATIONS["oblique, left-handed"] = rotation((1, -2, 1), 50) @ np.diag([1.0, 1.0, -1.0])
stored = pytest.mark.parametrize("axes", ORIENTATIONS.values(), ids=ORIENTATIONS.keys())


def centres_of(grid: Geometry) -> np.ndarray:
    return grid.index_to_patient(np.stack(np.indices(grid.shape)[::-1], axis=-1))


def ellipsoid(grid: Geometry, centre: np.ndarray, radii_mm: tuple[float, float, float]) -> np.ndarray:
    """Its axes are the patient's, whatever the grid's are."""
    return (((centres_of(grid) - centre) / radii_mm) ** 2).sum(axis=-1) < 1


def triangles_of(surface: vtkPolyData) -> np.ndarray:
    """Corners (triangle, corner, L P S) in mm."""
    points = vtk_to_numpy(surface.GetPoints().GetData()).astype(float)
    cells = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return points[cells]


def volume_mm3(surface: vtkPolyData) -> float:
    """Signed volume by the divergence theorem; positive if the triangles turn outwards."""
    a, b, c = triangles_of(surface).transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def encloses(surface: vtkPolyData, points: np.ndarray) -> np.ndarray:
    cloud = vtkPolyData()
    held = vtkPoints()
    held.SetData(numpy_to_vtk(np.ascontiguousarray(points, dtype=np.float64), deep=True))
    cloud.SetPoints(held)
    select = vtkSelectEnclosedPoints()
    select.SetInputData(cloud)
    select.SetSurfaceData(surface)
    select.Update()
    return np.array([bool(select.IsInside(n)) for n in range(len(points))])


@pytest.fixture(params=["1 mm", "3 mm slices"])
def spacing(request: pytest.FixtureRequest) -> tuple[float, float, float]:
    return (1.0, 1.0, 1.0) if request.param == "1 mm" else (0.9765625, 0.9765625, 3.0)


@stored
def test_volume_and_place_in_the_patient(axes: np.ndarray, spacing: tuple[float, float, float]) -> None:
    size = tuple(round(60 / step) for step in spacing)
    grid = make_grid(axes, size, spacing)
    middle = grid.centre_mm + np.array([4.0, -3.0, 5.0])
    inside = ellipsoid(grid, middle, (20.0, 14.0, 17.0))
    surface = roi_surface(inside, grid)
    meant = inside.sum() * grid.voxel_volume_mm3
    assert abs(volume_mm3(surface)) == pytest.approx(meant, rel=0.03)
    low, high = np.array(surface.GetBounds()).reshape(3, 2).T
    assert (low + high) / 2 == pytest.approx(middle, abs=1.0)
    # A smoothed surface keeps within a voxel of where the region ends.
    assert (high - low) / 2 == pytest.approx([20.0, 14.0, 17.0], abs=0.75 * max(spacing))


@stored
def test_it_is_closed_and_its_normals_point_outwards(axes: np.ndarray) -> None:
    grid = make_grid(axes, (30, 30, 12), (1.0, 1.0, 2.5))
    surface = roi_surface(ellipsoid(grid, grid.centre_mm, (9.0, 8.0, 10.0)), grid)
    # Every edge of a closed surface belongs to two triangles.
    cells = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    edges = np.sort(np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    points = vtk_to_numpy(surface.GetPoints().GetData())
    normals = vtk_to_numpy(surface.GetPointData().GetNormals())
    outwards = np.einsum("ij,ij->i", normals, points - grid.centre_mm)
    assert (outwards > 0).all()
    # The triangles turn the same way, so that neither side is lit from within.
    assert volume_mm3(surface) > 0


@pytest.mark.parametrize("name", ["LPS", "RAI", "PSL", "oblique", "oblique, left-handed"])
def test_it_holds_the_voxels_and_no_others(name: str) -> None:
    grid = make_grid(ORIENTATIONS[name], (40, 40, 16), (1.0, 1.0, 2.5))
    middle = grid.centre_mm + np.array([3.0, 0.0, -2.0])
    surface = roi_surface(ellipsoid(grid, middle, (13.0, 10.0, 12.0)), grid)
    core = centres_of(grid)[ellipsoid(grid, middle, (11.5, 8.5, 10.0))]
    outside = centres_of(grid)[~ellipsoid(grid, middle, (14.5, 11.5, 14.5))]
    assert encloses(surface, core).all()
    assert not encloses(surface, outside).any()


def test_two_parts_are_two_surfaces() -> None:
    grid = make_grid(np.eye(3), (40, 20, 20), (1.0, 1.0, 1.0))
    left = ellipsoid(grid, grid.centre_mm + np.array([10, 0, 0]), (6.0, 6.0, 6.0))
    right = ellipsoid(grid, grid.centre_mm - np.array([10, 0, 0]), (6.0, 6.0, 6.0))
    surface = roi_surface(left | right, grid)
    assert abs(volume_mm3(surface)) == pytest.approx((left | right).sum(), rel=0.04)
    assert not encloses(surface, grid.centre_mm[np.newaxis]).any()


def test_a_hole_is_left_out() -> None:
    grid = make_grid(np.eye(3), (40, 40, 40), (1.0, 1.0, 1.0))
    shell = ellipsoid(grid, grid.centre_mm, (16.0,) * 3) & ~ellipsoid(grid, grid.centre_mm, (9.0,) * 3)
    surface = roi_surface(shell, grid)
    at = grid.centre_mm + np.array([[0, 0, 0], [12.5, 0, 0], [0, 12.5, 0], [18.0, 0, 0]])
    assert encloses(surface, at).tolist() == [False, True, True, False]


def test_a_region_at_the_volumes_edge_is_closed_there() -> None:
    grid = make_grid(np.eye(3), (12, 12, 12), (2.0, 2.0, 2.0))
    surface = roi_surface(np.ones(grid.shape, bool), grid)
    # Smoothing rounds a cube's edges off.
    assert abs(volume_mm3(surface)) == pytest.approx(24.0**3, rel=0.06)


def test_a_region_of_few_voxels_is_seen() -> None:
    grid = make_grid(np.eye(3), (12, 12, 12), (2.0, 2.0, 2.0))
    for count in (1, 2, 3):
        inside = np.zeros(grid.shape, bool)
        inside[5 : 5 + count, 5 : 5 + count, 5 : 5 + count] = True
        surface = roi_surface(inside, grid)
        assert surface.GetNumberOfPolys() > 0
        middle = centres_of(grid)[inside].mean(axis=0)
        assert np.array(surface.GetCenter()) == pytest.approx(middle, abs=0.2)


def test_an_empty_region_has_no_surface() -> None:
    grid = make_grid(np.eye(3), (5, 5, 5))
    assert roi_surface(np.zeros(grid.shape, bool), grid).GetNumberOfPolys() == 0
