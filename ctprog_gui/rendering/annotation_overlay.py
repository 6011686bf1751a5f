"""The measures that lie on the shown slice: lines, handles and their numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkTextActor,
    vtkTextRenderer,
)

from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.annotations.measures import measure
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.rendering.corner_text import FONT_PIXELS, text_actor
from ctprog_gui.rendering.label_places import Label, label_places
from ctprog_gui.rendering.lettering import drawable, write
from ctprog_gui.rendering.palette import CHOSEN_MEASURE, MEASURE
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session

LIFT_MM = 0.3
LINE_PIXELS, HANDLE_PIXELS = 1.8, 7.0
LABEL_GAP_PIXELS = 10
# How near the pointer must come to take a handle, or a line.
HANDLE_REACH_PIXELS, LINE_REACH_PIXELS = 9.0, 5.0
_Pixel = Callable[[NDArray[np.float64]], tuple[float, float]]


class AnnotationOverlay:
    """Draws finished measures and the one being drawn, in one plane."""

    def __init__(self, renderer: vtkRenderer, session: Session) -> None:
        self._renderer = renderer
        self._session = session
        self._lines = _Cells(renderer)
        self._handles = _Cells(renderer)
        self.set_scale(1.0)
        self._view = (1, 1)
        self._labels: list[vtkTextActor] = []
        self._shown: list[Annotation] = []
        # Numbers are taken anew only for a measure that is another than before.
        self._words: dict[Annotation, list[str]] = {}

    def set_scale(self, scale: float) -> None:
        """How many device pixels make a nominal one; lines, handles and their reach are in the latter."""
        self._scale = scale
        self._lines.actor.GetProperty().SetLineWidth(LINE_PIXELS * scale)
        self._handles.actor.GetProperty().SetPointSize(HANDLE_PIXELS * scale)

    def set_view(self, size: tuple[int, int]) -> None:
        """The view's size in device pixels, within which numbers stay."""
        self._view = size

    @property
    def shown(self) -> list[Annotation]:
        """What is drawn on this slice."""
        return list(self._shown)

    @property
    def _in_slab(self) -> bool:
        return self._session.viewports.slab.projection is not Projection.SLICE

    def labels(self) -> list[str]:
        """The texts as drawn."""
        return [actor.GetInput() for actor in self._labels if actor.GetVisibility()]

    def label_boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, bottom, right and top of the texts as drawn, in device pixels."""
        boxes = []
        for actor in self._labels:
            if actor.GetVisibility():
                (left, bottom), (width, height) = actor.GetPosition(), self._size_of(actor)
                boxes.append((left, bottom, left + width, bottom + height))
        return boxes

    def update(self, stack: PlaneOfVolume | None, number: int, pixel_of: _Pixel) -> None:
        """Draw what lies on slice `number` of a stack; `pixel_of` tells where a point is on the view."""
        state = self._session.annotations
        before = self._shown
        items = [*state.items, *([state.draft] if state.draft is not None else [])]
        self._shown = [] if stack is None else [item for item in items if item.lies_on(stack, number)]
        if not self._shown and not before:
            return
        self._draw(stack)
        self.place(pixel_of)

    def place(self, pixel_of: _Pixel) -> None:
        """Put the numbers beside their measures, as the view lies now."""
        while len(self._labels) < len(self._shown):
            actor = text_actor(MEASURE, FONT_PIXELS)
            # Numbers lie on grey of any lightness.
            actor.GetTextProperty().SetBackgroundColor(0, 0, 0)
            actor.GetTextProperty().SetBackgroundOpacity(0.55)
            self._renderer.AddViewProp(actor)
            self._labels.append(actor)
        for actor in self._labels[len(self._shown) :]:
            actor.VisibilityOff()
        labels = []
        for actor, item in zip(self._labels, self._shown, strict=False):
            words = self._words.get(item, [])
            if words and self._in_slab and (item.kind.is_box or item.kind is Kind.PROBE):
                # Its HU are of one slice, and a projection over several is what is seen.
                words = [*words, drawable(tr("of the middle slice"), "of the middle slice")]
            actor.SetVisibility(bool(words))
            write(actor, "\n".join(words))
            actor.GetTextProperty().SetColor(*self._colour(item))
            width, height = self._size_of(actor) if words else (0, 0)
            labels.append(Label(width, height, [pixel_of(handle) for handle in item.handles()]))
        places = label_places(labels, self._view, LABEL_GAP_PIXELS * self._scale)
        for actor, (x, y) in zip(self._labels, places, strict=False):
            actor.SetDisplayPosition(round(x), round(y))

    def _size_of(self, actor: vtkTextActor) -> tuple[int, int]:
        """Width and height of a text in device pixels."""
        box = [0, 0, 0, 0]
        text, shape = actor.GetInput(), actor.GetTextProperty()
        vtkTextRenderer.GetInstance().GetBoundingBox(shape, text, box, round(72 * self._scale))
        return box[1] - box[0] + 1, box[3] - box[2] + 1

    def at(self, pixel: tuple[float, float], pixel_of: _Pixel) -> tuple[Annotation, int | None] | None:
        """The measure under a pixel: with the number of a handle, or with None where it is its line."""
        here = np.asarray(pixel)
        finished = [item for item in self._shown if item is not self._session.annotations.draft]
        # The last drawn lies on top.
        for item in reversed(finished):
            for number, handle in enumerate(item.handles()):
                if np.linalg.norm(np.asarray(pixel_of(handle)) - here) <= HANDLE_REACH_PIXELS * self._scale:
                    return item, number
        for item in reversed(finished):
            for part in _parts(item.outline()):
                line = np.array([pixel_of(point) for point in part])
                if _distance(line, here) <= LINE_REACH_PIXELS * self._scale:
                    return item, None
        return None

    def _colour(self, item: Annotation) -> tuple[float, float, float]:
        state = self._session.annotations
        chosen = item is state.draft or item is state.selected
        return CHOSEN_MEASURE if chosen else MEASURE

    def _draw(self, stack: PlaneOfVolume | None) -> None:
        study = self._session.study
        lift = LIFT_MM * stack.towards_viewer_lps if stack is not None else np.zeros(3)
        self._words = {
            item: self._words.get(item) or (_told(item, study.volume) if item.complete else [])
            for item in self._shown
            if study is not None
        }
        self._lines.begin()
        self._handles.begin()
        for item in self._shown:
            colour = self._colour(item)
            for part in _parts(item.outline()):
                self._lines.add(part + lift, colour)
            # A probe's point is its cross: a handle alone would hide what it stands on.
            if item.kind is Kind.PROBE and stack is not None:
                for arm in _cross(np.asarray(item.points_mm[0]), stack):
                    self._lines.add(arm + lift, colour)
            else:
                for handle in item.handles():
                    self._handles.add(handle[np.newaxis] + lift, colour)
        self._lines.end()
        self._handles.end()


def _told(item: Annotation, volume: Volume) -> list[str]:
    return [drawable(phrase(line), line) for line in measure(item, volume).words()]


class _Cells:
    """Lines, or single points, with a colour each."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._data = vtkPolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self._data)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        self.actor.GetProperty().LightingOff()
        self.actor.GetProperty().RenderPointsAsSpheresOff()
        self.actor.VisibilityOff()
        renderer.AddActor(self.actor)

    def begin(self) -> None:
        self._points = vtkPoints()
        self._points.SetDataTypeToDouble()
        self._line_cells, self._point_cells = vtkCellArray(), vtkCellArray()
        self._colours = vtkUnsignedCharArray()
        self._colours.SetNumberOfComponents(3)

    def add(self, points: NDArray[np.float64], colour: tuple[float, float, float]) -> None:
        cells = self._line_cells if len(points) > 1 else self._point_cells
        cells.InsertNextCell(len(points))
        for point in points:
            cells.InsertCellPoint(self._points.InsertNextPoint(*point))
        self._colours.InsertNextTuple3(*(255 * part for part in colour))

    def end(self) -> None:
        self._data.SetPoints(self._points)
        self._data.SetLines(self._line_cells)
        self._data.SetVerts(self._point_cells)
        self._data.GetCellData().SetScalars(self._colours)
        self._data.Modified()
        self.actor.SetVisibility(self._points.GetNumberOfPoints() > 0)


def _parts(outline: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The unbroken lines of an outline."""
    if len(outline) < 2:
        return []
    breaks = np.flatnonzero(np.isnan(outline[:, 0]))
    parts = np.split(outline, breaks)
    return [part[~np.isnan(part[:, 0])] for part in parts]


def _cross(point: NDArray[np.float64], stack: PlaneOfVolume) -> list[NDArray[np.float64]]:
    arms = (3.0 * stack.right_lps, 3.0 * stack.up_lps)
    return [np.array([point - arm, point + arm]) for arm in arms]


def _distance(line: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    """From a point to the nearest of a line's pieces."""
    start, way = line[:-1], np.diff(line, axis=0)
    lengths = np.maximum((way**2).sum(axis=1), 1e-12)
    share = np.clip(((point - start) * way).sum(axis=1) / lengths, 0, 1)
    nearest = start + share[:, np.newaxis] * way
    return float(np.linalg.norm(nearest - point, axis=1).min())
