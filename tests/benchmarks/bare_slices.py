"""What `bench_scrolling` and `bench_windowing` share: the bare peer, and how blocks take turns with it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from vtkmodules.vtkRenderingCore import (
    vtkImageSlice,
    vtkImageSliceMapper,
    vtkRenderer,
    vtkRenderWindow,
)
from window_driver import settle

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


def bare_beside(window: MainWindow) -> Bare:
    """The peer with the open case, its windows as large as our slice views and in their places."""
    study = window.session.study
    assert study is not None
    places = {
        plane: (view.canvas.mapToGlobal(QPoint(0, 0)), view.canvas.width(), view.canvas.height())
        for plane, view in window.viewer.slices.items()
    }
    return Bare(study, places, window.session.viewports.window.range_hu)


def compared(
    what: str, bare: Bare, ours: Callable[[int], list[float]], theirs: Callable[[int], list[float]]
) -> dict[str, Any]:
    """The row of `what`: blocks of seconds by turns, the first of which warm both up.

    `ours` and `theirs` get 1 and −1 by turns, so that they go forth and back.
    """
    mine: list[float] = []
    other: list[float] = []
    way = 1
    for block in range(BLOCKS + 1):
        bare.show(False)
        settle(0.3)
        our_block = ours(way)
        bare.show(True)
        settle(0.3)
        their_block = theirs(way)
        way = -way
        if block:
            mine += our_block
            other += their_block
    mine_s, other_s = statistics.median(mine), statistics.median(other)
    return {
        "name": f"{what} against a bare VTK image-slice loop of the same views",
        "ours_s": round(mine_s, 5),
        "peer_s": round(other_s, 5),
        "ratio": round(mine_s / other_s, 3),
        "goal": GOAL,
        "quartiles_s": [[round(float(q), 5) for q in np.percentile(s, (25, 75))] for s in (mine, other)],
    }


def timed(step: Callable[..., None], *given: Any) -> float:
    start = time.perf_counter()
    step(*given)
    return time.perf_counter() - start
