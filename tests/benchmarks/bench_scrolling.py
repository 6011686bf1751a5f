"""A scroll step in the window against a bare VTK loop that draws the same three slices.

Ours: LUNG1-001 with GTV-1 in the application's window; a wheel event goes to the axial view, and
the clock stops when Qt has nothing left to do: the slice, the crosshair in the two other planes,
regions, letters, slice numbers and sliders are drawn. The peer: three windows of VTK alone, as
large as ours, each with a vtkImageSlice over the same memory; the axial slice changes and all
three are rendered. Blocks of steps alternate in one process over the same slices.
Run as ``python tests/benchmarks/bench_scrolling.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from vtkmodules.vtkRenderingCore import (
    vtkImageSlice,
    vtkImageSliceMapper,
    vtkRenderer,
    vtkRenderWindow,
)
from window_driver import hosts, open_case, settle, shown_window

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.vtk_image import VtkImage, prop_matrix
from ctprog_gui.state.study import Study
from ctprog_gui.views.main_window import MainWindow

GOAL = 1.2
BLOCKS, STEPS = 20, 12


class Bare:
    """Three windows with one slice each, and nothing else."""

    def __init__(
        self, study: Study, places: dict[Plane, tuple[QPoint, int, int]], range_hu: tuple[float, float]
    ):
        image = VtkImage(study.volume.voxels, study.volume.geometry)
        self.windows: list[vtkRenderWindow] = []
        self.pieces: list[vtkImageSlice] = []
        self.mappers: dict[Plane, vtkImageSliceMapper] = {}
        for plane, (corner, width, height) in places.items():
            stack = study.planes[plane]
            mapper = vtkImageSliceMapper()
            mapper.SetInputData(image.data)
            mapper.SetOrientation(stack.axis)
            mapper.SetSliceNumber(stack.count // 2)
            piece = vtkImageSlice()
            piece.SetMapper(mapper)
            piece.SetUserMatrix(prop_matrix(stack.geometry))
            look = piece.GetProperty()
            look.SetInterpolationTypeToLinear()
            look.SetColorWindow(range_hu[1] - range_hu[0])
            look.SetColorLevel(sum(range_hu) / 2)
            renderer = vtkRenderer()
            renderer.AddViewProp(piece)
            camera = renderer.GetActiveCamera()
            camera.ParallelProjectionOn()
            across, along = stack.extent_mm
            camera.SetParallelScale(max(along / 2, across / 2 * height / width))
            middle = stack.geometry.centre_mm
            camera.SetFocalPoint(*middle)
            camera.SetPosition(*(middle + 2000 * stack.towards_viewer_lps))
            camera.SetViewUp(*stack.up_lps)
            camera.SetClippingRange(1, 4000)
            window = vtkRenderWindow()
            window.SetMultiSamples(0)
            window.BordersOff()
            window.SetPosition(corner.x(), corner.y())
            window.SetSize(width, height)
            window.AddRenderer(renderer)
            window.Render()
            self.windows.append(window)
            self.pieces.append(piece)
            self.mappers[plane] = mapper

    def step(self, number: int) -> None:
        self.mappers[Plane.AXIAL].SetSliceNumber(number)
        for window in self.windows:
            window.Render()

    def windowed(self, width_hu: float, level_hu: float) -> None:
        for piece in self.pieces:
            piece.GetProperty().SetColorWindow(width_hu)
            piece.GetProperty().SetColorLevel(level_hu)
        for window in self.windows:
            window.Render()

    def show(self, shown: bool) -> None:
        """Ours must not lie under them while it is measured."""
        for window in self.windows:
            window.SetShowWindow(shown)
            window.Render()


def wheel(window: MainWindow, notches: int) -> None:
    """One turn of the wheel over the axial view, until every picture that it changes is there."""
    canvas = window.viewer.slices[Plane.AXIAL].canvas
    centre = QPointF(canvas.rect().center())
    event = QWheelEvent(
        centre, QPointF(canvas.mapToGlobal(centre.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    slices = hosts(window)[:3]
    before = [host.renders for host in slices]
    QApplication.postEvent(canvas, event)
    while any(host.renders == drawn for host, drawn in zip(slices, before, strict=True)):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def run(folder: Path) -> dict[str, Any]:
    window = shown_window()
    open_case(window, folder)
    study = window.session.study
    assert study is not None
    # Sizes and corners of our views on the screen.
    places = {
        plane: (view.canvas.mapToGlobal(QPoint(0, 0)), view.canvas.width(), view.canvas.height())
        for plane, view in window.viewer.slices.items()
    }
    bare = Bare(study, places, window.session.viewports.window.range_hu)
    # Through the tumour, where the regions have to be drawn too.
    first = window.session.viewports.slice_of(Plane.AXIAL) - STEPS // 2
    window.session.viewports.go_to_slice(Plane.AXIAL, first)
    ours: list[float] = []
    theirs: list[float] = []
    number, way = first, 1
    for block in range(BLOCKS + 1):
        bare.show(False)
        settle(0.3)
        mine = [timed(wheel, window, way) for _ in range(STEPS)]
        assert window.session.viewports.slice_of(Plane.AXIAL) == number + way * STEPS
        bare.show(True)
        settle(0.3)
        other = [timed(bare.step, number + way * k) for k in range(1, STEPS + 1)]
        number, way = number + way * STEPS, -way
        if block:  # the first warms both up
            ours += mine
            theirs += other
    window.close()
    mine_s, other_s = statistics.median(ours), statistics.median(theirs)
    return {
        "name": "a scroll step against a bare VTK image-slice loop of the same views",
        "ours_s": round(mine_s, 5),
        "peer_s": round(other_s, 5),
        "ratio": round(mine_s / other_s, 3),
        "goal": GOAL,
        "quartiles_s": [[round(float(q), 5) for q in np.percentile(s, (25, 75))] for s in (ours, theirs)],
    }


def timed(step: Callable[..., None], *given: Any) -> float:
    start = time.perf_counter()
    step(*given)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
