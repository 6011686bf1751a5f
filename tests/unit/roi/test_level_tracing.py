"""Level tracing: what the line encloses, on any grid and plane."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid, orientations, study_on
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.core.roi.level_tracing import level_region
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Limit, Tool


def cone(grid, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """HU that falls by 10 a mm from a point, and the distance from it in mm."""
    away = np.linalg.norm((np.stack(np.indices(grid.shape)[::-1], -1) - middle) * grid.spacing_mm, axis=-1)
    return (300 - 10 * away).astype(np.float32), away


@settings(deadline=None, max_examples=40)
@given(
    orientations(),
    st.sampled_from(list(Plane)),
    st.sampled_from([1, -1]),
    st.floats(6.0, 10.0),
    st.floats(0, 360),
)
def test_around_a_point_the_line_is_a_circle(axes, plane, sign, radius_mm, degrees) -> None:
    grid = make_grid(axes, (31, 31, 31), (1.0, 1.1, 0.9))
    middle = np.array([15.2, 14.9, 15.1])
    hu, away = cone(grid, middle)
    study = study_on(grid, sign * hu)
    stack = study.planes[plane]
    middle[stack.axis] = round(middle[stack.axis])
    index = middle.copy()
    angle = np.radians(degrees)
    index[stack.horizontal] += radius_mm * np.cos(angle) / grid.spacing_mm[stack.horizontal]
    index[stack.vertical] += radius_mm * np.sin(angle) / grid.spacing_mm[stack.vertical]
    number = int(middle[stack.axis])
    found = level_region(study.volume, stack, number, grid.index_to_patient(index))
    assert found is not None
    box, shape = found
    assert box[2 - stack.axis] == slice(number, number + 1)
    # The line runs through the voxel under the pointer, which is up to 0.8 mm off, and is smoothed.
    assert shape[away[box] < radius_mm - 1.5].all()
    assert not shape[away[box] > radius_mm + 1.5].any()
    assert label(shape)[1] == 1
    # Boxes go into the journal's JSON, which knows no numpy.
    assert all(type(part.start) is int and type(part.stop) is int for part in box)


def test_where_no_line_closes_there_is_nothing() -> None:
    grid = make_grid(np.eye(3), (30, 30, 5))
    ramp = np.broadcast_to(np.arange(30, dtype=np.float32) * 10, grid.shape)
    study = study_on(grid, np.ascontiguousarray(ramp))
    stack = study.planes[Plane.AXIAL]
    assert level_region(study.volume, stack, 2, grid.index_to_patient((12, 14, 2))) is None
    assert level_region(study.volume, stack, 2, grid.index_to_patient((99, 14, 2))) is None


def test_a_trace_is_shown_first_and_keeps_to_range_and_locks() -> None:
    grid = make_grid(np.eye(3), (31, 31, 5), (1.0, 1.0, 1.0))
    hu, _ = cone(grid, np.array([15.0, 15.0, 2.0]))
    session = Session()
    session.show(study_on(grid, hu))
    roi, tracing = session.roi, session.tracing
    other = np.zeros(grid.shape, bool)
    other[:, :15] = True
    roi.add(Mask(other, grid, "other"))
    roi.set_locked(1, True)
    roi.add_empty("own")
    point = grid.index_to_patient((22, 15, 2))
    tracing.follow(Plane.AXIAL, 2, point)
    assert tracing.current is None
    session.tools.tool = Tool.LEVEL
    session.tools.limit = Limit(True, HuRange(0, 260))
    tracing.follow(Plane.AXIAL, 2, point)
    shown = np.zeros(grid.shape, bool)
    shown[tracing.current.box] = tracing.current.shape
    assert not roi.mask_of(2).count
    before = roi.labels.copy()
    assert tracing.take(erase=False)
    assert np.array_equal(roi.mask_of(2).voxels, shown & ~other)
    assert shown.sum() > 0
    assert not shown[(hu < 0) | (hu > 260)].any()
    assert not shown[[0, 1, 3, 4]].any()
    after = roi.labels.copy()
    roi.undo()
    assert np.array_equal(roi.labels, before)
    roi.redo()
    assert np.array_equal(roi.labels, after)
    tracing.follow(Plane.AXIAL, 2, point)
    assert tracing.take(erase=True)
    assert roi.mask_of(2).is_empty
    for leave in (lambda: setattr(session.tools, "tool", Tool.BRUSH), lambda: session.show(None)):
        session.tools.tool = Tool.LEVEL
        tracing.follow(Plane.AXIAL, 2, point)
        leave()
        assert tracing.current is None


@pytest.mark.parametrize("erase", [True, False])
def test_without_a_segment_painting_makes_one(erase: bool) -> None:
    grid = make_grid(np.eye(3), (31, 31, 5), (1.0, 1.0, 1.0))
    session = Session()
    session.show(study_on(grid, cone(grid, np.array([15.0, 15.0, 2.0]))[0]))
    session.tools.tool = Tool.LEVEL
    session.tracing.follow(Plane.AXIAL, 2, grid.index_to_patient((20, 15, 2)))
    assert session.tracing.take(erase=erase) is not erase
    assert len(session.roi.segments) == (not erase)
