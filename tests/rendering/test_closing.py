"""A closed scene hears nothing more, holds nothing, and is gone."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from grids import make_grid, study_on
from psygnal import SignalInstance
from vtkmodules.vtkCommonCore import vtkObjectBase

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.rendering.volume_scene import VolumeScene
from ctprog_gui.state.session import Session

Scene = SliceScene | VolumeScene


def listeners(session: Session) -> dict[str, int]:
    """How many listen to each signal of the state."""
    count = {}
    for part in (session, session.viewports, session.roi, session.prognosis):
        for name in dir(type(part)):
            signal = getattr(part, name)
            if isinstance(signal, SignalInstance):
                count[f"{type(part).__name__}.{name}"] = len(signal)
    return count


def fill(session: Session) -> None:
    grid = make_grid(np.eye(3), (12, 10, 8), (2.0, 2.0, 2.0))
    voxels = np.zeros(grid.shape, bool)
    voxels[2:6, 2:6, 2:6] = True
    session.show(study_on(grid))
    session.roi.add(Mask(voxels, grid))
    session.go_to_roi()


@pytest.fixture(params=["slice", "volume"])
def made(request: pytest.FixtureRequest, session: Session) -> tuple[Scene, SharedImages]:
    images = SharedImages(session)
    scene: Scene
    scene = SliceScene(session, images, Plane.AXIAL) if request.param == "slice" else VolumeScene(session)
    return scene, images


def vtk_objects() -> set[int]:
    gc.collect()
    return {id(thing) for thing in gc.get_objects() if issubclass(type(thing), vtkObjectBase)}


def test_there_is_something_to_disconnect(session: Session, made: tuple[Scene, SharedImages]) -> None:
    assert sum(listeners(session).values()) > 3


def test_a_closed_scene_hears_nothing_more(session: Session) -> None:
    before = listeners(session)
    images = SharedImages(session)
    scenes: list[Scene] = [SliceScene(session, images, plane) for plane in Plane]
    scenes.append(VolumeScene(session))
    fill(session)
    for scene in scenes:
        scene.close()
    images.close()
    assert listeners(session) == before
    # The state goes on without them.
    fill(session)
    session.show(None)


def test_a_closed_scene_asks_for_no_picture(session: Session, made: tuple[Scene, SharedImages]) -> None:
    scene, images = made
    fill(session)
    scene.close()
    asked: list[bool] = []
    scene.dirty.connect(lambda: asked.append(True))
    fill(session)
    session.viewports.scroll(Plane.AXIAL, 1)
    assert asked == []
    images.close()


def test_a_closed_scene_shows_and_holds_nothing(session: Session, made: tuple[Scene, SharedImages]) -> None:
    scene, images = made
    fill(session)
    if isinstance(scene, VolumeScene):
        scene.prepare()
    assert scene.renderer.GetViewProps().GetNumberOfItems() > 0
    scene.close()
    images.close()
    assert scene.renderer.GetViewProps().GetNumberOfItems() == 0


@pytest.mark.parametrize("kind", ["slice", "volume"])
def test_nothing_of_vtk_outlives_a_closed_scene(session: Session, kind: str) -> None:
    fill(session)
    before = vtk_objects()
    images = SharedImages(session)
    scene: Scene
    scene = SliceScene(session, images, Plane.CORONAL) if kind == "slice" else VolumeScene(session)
    if isinstance(scene, VolumeScene):
        scene.prepare()
    deleted: list[str] = []
    scene.renderer.AddObserver("DeleteEvent", lambda *_: deleted.append("renderer"))
    images.labels[0].data.AddObserver("DeleteEvent", lambda *_: deleted.append("labels"))
    gone = weakref.ref(scene)
    assert vtk_objects() - before
    scene.close()
    images.close()
    del scene, images
    assert not vtk_objects() - before
    assert gone() is None
    # Not only the Python side: VTK's own objects went.
    assert sorted(deleted) == ["labels", "renderer"]


def test_a_closed_study_is_not_held(session: Session) -> None:
    """Its voxels are the largest thing in the process."""
    images = SharedImages(session)
    scenes: list[Scene] = [SliceScene(session, images, plane) for plane in Plane]
    scenes.append(VolumeScene(session))
    fill(session)
    for scene in scenes:
        if isinstance(scene, VolumeScene):
            scene.prepare()
    study, labels = weakref.ref(session.study), weakref.ref(session.roi.labels)
    voxels = weakref.ref(session.study.volume.voxels)
    session.show(None)
    gc.collect()
    assert study() is None
    assert voxels() is None
    assert labels() is None
    for scene in scenes:
        scene.close()
    images.close()


def test_the_label_image_lies_over_the_states_own_memory(session: Session) -> None:
    fill(session)
    images = SharedImages(session)
    scalars = images.labels[0].data.GetPointData().GetScalars()
    assert scalars.GetTuple1(0) == 0
    session.roi.labels[0, 0, 0] = 7
    assert scalars.GetTuple1(0) == 7
    images.close()
