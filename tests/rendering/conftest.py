"""Scenes drawn off the screen, without Qt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

# These register the OpenGL, text and volume implementations, as the window's host does.
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.session import Session

# Wider than high, so that fitting the height and fitting the width both come up.
WIDTH, HEIGHT = 260, 200


class Screen:
    """One window for a file of tests: making one takes longer than drawing in it."""

    def __init__(self) -> None:
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(WIDTH, HEIGHT)

    def draw(self, renderer: vtkRenderer) -> np.ndarray:
        """The picture as (row from the bottom, column, RGB), in VTK's order of rows."""
        self.window.AddRenderer(renderer)
        self.window.Render()
        grab = vtkWindowToImageFilter()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        grab.ShouldRerenderOff()
        grab.Update()
        image = grab.GetOutput()
        pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(HEIGHT, WIDTH, 3).copy()
        self.window.RemoveRenderer(renderer)
        renderer.ReleaseGraphicsResources(self.window)
        return pixels


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    screen.window.Finalize()
    # The tests of the whole window count those that are left.
    del screen.window


@pytest.fixture
def session() -> Session:
    """Without the crosshair: it would lie over what is looked for."""
    session = Session()
    session.viewports.crosshair_visible = False
    return session


@pytest.fixture
def scenes(session: Session) -> Iterator[dict[Plane, SliceScene]]:
    images = SharedImages(session)
    made = {plane: SliceScene(session, images, plane) for plane in Plane}
    for scene in made.values():
        scene.resize(WIDTH, HEIGHT)
    yield made
    for scene in made.values():
        scene.close()
    images.close()
