"""Dots near the ends of the crosshair's lines, by which the other two planes are turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkPolyDataMapper2D, vtkRenderer

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.crosshair import CROSSING
from ctprog_gui.rendering.palette import PLANE_COLOURS

RADIUS_PIXELS = 6.0
# How near the pointer must come to take one.
REACH_PIXELS = 10.0
# They stand at this share of the way from the crosshair to the view's edge, and no nearer than this.
_SHARE = 0.78
_NEAREST_PIXELS = 40.0
_CORNERS = 24


class ArmHandles:
    """Four dots at most, in the colours of the lines that they sit on. Places are device pixels."""

    def __init__(self, renderer: vtkRenderer, plane: Plane) -> None:
        self._colours = [tuple(255 * c for c in PLANE_COLOURS[seen]) for seen in CROSSING[plane]]
        self._data = vtkPolyData()
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._data)
        self._actor = vtkActor2D()
        self._actor.SetMapper(mapper)
        self._actor.PickableOff()
        self._actor.VisibilityOff()
        renderer.AddViewProp(self._actor)
        self._taken: int | None = None
        self.places: list[tuple[float, float]] = []
        self._of_line: list[int] = []
        self._lying: tuple[object, ...] = ()
        angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
        self._disc = np.column_stack([np.cos(angles), np.sin(angles)])

    @property
    def visible(self) -> bool:
        return bool(self._actor.GetVisibility())

    def set_visible(self, visible: bool) -> None:
        self._actor.SetVisibility(visible)

    def place(
        self,
        centre: tuple[float, float],
        directions: list[NDArray[np.float64]],
        size: tuple[int, int],
        scale: float = 1.0,
    ) -> None:
        """Stand on the lines through a pixel in two directions, inside a view of some size."""
        lying = (centre, tuple(tuple(direction.tolist()) for direction in directions), size, scale)
        if lying == self._lying:
            # A step through the slices leaves them where they are.
            return
        self._lying = lying
        self.places, self._of_line = [], []
        middle = np.asarray(centre)
        for line, direction in enumerate(directions):
            for way in (direction, -direction):
                room = _room(middle, way, size)
                if room * _SHARE >= _NEAREST_PIXELS * scale:
                    x, y = middle + way * room * _SHARE
                    self.places.append((float(x), float(y)))
                    self._of_line.append(line)
        self._scale = scale
        self._draw()

    def at(self, pixel: tuple[float, float]) -> int | None:
        """The number of the dot under a pixel."""
        if not self.visible or not self.places:
            return None
        apart = np.linalg.norm(np.asarray(self.places) - np.asarray(pixel), axis=1)
        nearest = int(apart.argmin())
        return nearest if apart[nearest] <= REACH_PIXELS * self._scale else None

    def take(self, number: int | None) -> bool:
        """Mark the dot that a press would take; returns whether it is another than before."""
        changed = number != self._taken
        if changed:
            self._taken = number
            self._draw()
        return changed

    def _draw(self) -> None:
        points, polygons, colours = vtkPoints(), vtkCellArray(), vtkUnsignedCharArray()
        colours.SetNumberOfComponents(3)
        for number, (place, line) in enumerate(zip(self.places, self._of_line, strict=True)):
            grown = 1.35 if number == self._taken else 1.0
            # A dark rim keeps the dot apart from bright bone.
            for radius, colour in ((1.25, (0.0, 0.0, 0.0)), (1.0, self._colours[line])):
                polygons.InsertNextCell(_CORNERS)
                for x, y in np.asarray(place) + RADIUS_PIXELS * self._scale * grown * radius * self._disc:
                    polygons.InsertCellPoint(points.InsertNextPoint(x, y, 0))
                colours.InsertNextTuple3(*colour)
        self._data.SetPoints(points)
        self._data.SetPolys(polygons)
        self._data.GetCellData().SetScalars(colours)
        self._data.Modified()


def _room(middle: NDArray[np.float64], way: NDArray[np.float64], size: tuple[int, int]) -> float:
    """How far it is from a point along a unit vector to the edge of a view; 0 outside."""
    if not ((middle >= 0) & (middle <= size)).all():
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = np.where(way > 0, (np.asarray(size) - middle) / way, -middle / way)
    return float(np.min(ways[np.abs(way) > 1e-9], initial=np.inf))
