"""Where the two readers' map is drawn: on slices through their box, straight or turned."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid, study_on
from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.disagreement import disagreement
from ctprog_gui.rendering.disagreement_overlay import DisagreementOverlay
from ctprog_gui.state.review import ReviewState
from ctprog_gui.state.session import Session

GRID = make_grid(np.eye(3), (40, 36, 24), (2.0, 2.0, 4.0))


@pytest.mark.parametrize("plane", list(Plane))
def test_on_a_turned_plane_a_region_at_any_edge_of_the_volume_is_drawn(plane: Plane) -> None:
    session, review = Session(), ReviewState()
    session.show(study_on(GRID, np.zeros(GRID.shape, np.int16)))
    triad = session.viewports.triad
    assert triad is not None
    about = next(one for one in Plane if one is not plane)
    session.viewports.turn_planes(triad.turned(about, np.radians(2)))
    stack = session.viewports.stack(plane)
    assert isinstance(stack, ObliquePlane)
    overlay = DisagreementOverlay(vtkRenderer(), review)
    drawn = 0
    for corner in np.ndindex(2, 2, 2):
        a, b = np.zeros(GRID.shape, bool), np.zeros(GRID.shape, bool)
        low = [end * (size - 6) for end, size in zip(corner, GRID.shape, strict=True)]
        box = tuple(slice(at, at + 6) for at in low)
        a[box] = True
        b[box[0], box[1], low[2] : low[2] + 3] = True
        review.show(None, disagreement(Mask(a, GRID), Mask(b, GRID)))
        middle = GRID.index_to_patient(np.array(low[::-1]) + 2.5)
        overlay.update(stack, stack.slice_at(middle))
        drawn += overlay.shown
    assert drawn == 8
    # The map of another, larger case is not drawn on this one's slices.
    other = make_grid(np.eye(3), (90, 90, 90), (2.0, 2.0, 4.0))
    region = Mask(np.ones(other.shape, bool), other)
    review.show(None, disagreement(region, region))
    overlay.update(stack, stack.count // 2)
    assert not overlay.shown
