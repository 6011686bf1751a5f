"""The ring is drawn on its own grid, which is finer than the image's and may lie otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from grids import make_grid, study_on

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.ring_overlay import COLOUR
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session

if TYPE_CHECKING:
    from conftest import Screen

# Slices of 5 mm, stored with x and z reversed.
AXES = np.diag([-1.0, 1.0, -1.0])
GRID = make_grid(AXES, (40, 36, 14), (2.0, 2.0, 5.0))
SIZE = (17, 13, 23)


@pytest.fixture
def ring(session: Session) -> Mask:
    """A block of 1 mm along the patient's axes, with ends between the image's slices."""
    session.show(study_on(GRID, np.full(GRID.shape, -1000, np.int16)))
    x, y, z = GRID.centre_mm - (np.array(SIZE) - 1) / 2 + 0.3
    own = Geometry(SIZE, (1.0, 1.0, 1.0), (x, y, z))
    session.ring.wanted = True
    session.ring.ring = Mask(np.ones(own.shape, bool), own)
    session.viewports.move_crosshair(GRID.centre_mm)
    return session.ring.ring


def lit(pixels: np.ndarray) -> np.ndarray:
    """Where the ring's hue is seen: left, right, bottom, top."""
    hue = np.array(COLOUR[:3]) / np.linalg.norm(COLOUR[:3])
    length = np.linalg.norm(pixels.astype(float), axis=-1)
    # The letters and the scale are grey.
    shown = (length > 20) & (pixels @ hue > 0.985 * length) & (np.ptp(pixels, axis=-1) > 20)
    rows, columns = shown.any(axis=1).nonzero()[0], shown.any(axis=0).nonzero()[0]
    return np.array([columns[0], columns[-1] + 1, rows[0], rows[-1] + 1], float) if rows.size else np.empty(0)


def test_every_plane_shows_it_to_the_millimetre(
    ring: Mask, scenes: dict[Plane, SliceScene], screen: Screen
) -> None:
    for scene in scenes.values():
        grid = ring.geometry
        corners = (scene.pixel_of(grid.index_to_patient(np.array(at) - 0.5)) for at in ((0, 0, 0), SIZE))
        (x0, y0), (x1, y1) = corners
        expected = np.array([min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)]) + 0.5
        assert lit(screen.draw(scene.renderer)) == pytest.approx(expected, abs=1.0), scene.plane


def test_slices_beyond_it_show_nothing_and_those_within_do(
    ring: Mask, session: Session, scenes: dict[Plane, SliceScene], screen: Screen
) -> None:
    stack = session.viewports.stack(Plane.AXIAL)
    low, high = (ring.geometry.index_to_patient(at)[2] for at in ((0, 0, -0.5), (0, 0, SIZE[2] - 0.5)))
    for number in range(stack.count):
        session.viewports.go_to_slice(Plane.AXIAL, number)
        drawn = lit(screen.draw(scenes[Plane.AXIAL].renderer)).size > 0
        assert drawn == (low <= stack.position_mm(number) < high)


def test_a_turned_plane_shows_it_too(
    ring: Mask, session: Session, scenes: dict[Plane, SliceScene], screen: Screen
) -> None:
    straight = lit(screen.draw(scenes[Plane.CORONAL].renderer))
    triad = session.viewports.triad
    assert triad is not None
    session.viewports.turn_planes(triad.turned(Plane.AXIAL, np.radians(4)))
    assert isinstance(session.viewports.stack(Plane.CORONAL), ObliquePlane)
    turned = lit(screen.draw(scenes[Plane.CORONAL].renderer))
    assert turned == pytest.approx(straight, abs=6)
