"""The volume view: the CT rendered in 3D with the surfaces of its regions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from psygnal import Signal
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkRenderer,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolumeOpenGL2 import vtkOpenGLGPUVolumeRayCastMapper

from ctprog_gui.core.imaging.geometry import Floats, direction_letters
from ctprog_gui.core.roi.edit import Box, intersect
from ctprog_gui.rendering.palette import BACKGROUND
from ctprog_gui.rendering.proposal_surface import ProposalSurface
from ctprog_gui.rendering.roi_surface import roi_surface
from ctprog_gui.rendering.saliency_overlay import SaliencySurface
from ctprog_gui.rendering.screen_line import ScreenLine
from ctprog_gui.rendering.volume_presets import PROJECTED, give_look
from ctprog_gui.rendering.vtk_image import VtkImage, prop_matrix
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session

# The line of the scissors, as on the slices.
ERASES, LINE_PIXELS = (0.95, 0.25, 0.35), 2.0
STILL_STEP, MOVING_STEP = 1.0, 3.0


class VolumeScene:
    """The 3D view. Subscribes to the state; `dirty` asks the host for a new picture.

    `surfaces_dirty` asks for one as soon as there is time: a region is being changed, and more
    changes may follow at once.
    """

    dirty = Signal()
    surfaces_dirty = Signal()

    def __init__(self, session: Session) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(*BACKGROUND)
        self._session = session
        self._image: VtkImage | None = None
        self._mapper = vtkOpenGLGPUVolumeRayCastMapper()
        self._mapper.SetBlendModeToComposite()
        self._mapper.AutoAdjustSampleDistancesOff()
        self._volume = vtkVolume()
        self._volume.SetMapper(self._mapper)
        self._property = vtkVolumeProperty()
        self._volume.SetProperty(self._property)
        self._saliency = SaliencySurface(self.renderer, session)
        self._surfaces: dict[int, vtkActor] = {}
        self._proposal = ProposalSurface(self.renderer, session)
        self._proposed: frozenset[int] = frozenset()
        self._proposal_stale = False
        self._line = ScreenLine(self.renderer, ERASES, LINE_PIXELS)
        self._looks: tuple[tuple[object, ...], ...] = ()
        self._stale: set[int] = set()
        # Whether the surface of a saliency is shown.
        self._over = False
        self._moving = False
        self._listening = Listening(
            (session.study_changed, self._on_study_change),
            (session.viewports.volume_look_changed, self._on_look_change),
            (session.roi.changed, self._on_roi_change),
            (session.roi.segments_changed, self._on_segments_change),
            (session.proposal.changed, self._on_proposal_change),
            (session.prognosis.saliency_changed, self._on_saliency_change),
            (session.prognosis.selection_changed, self._on_saliency_change),
        )
        give_look(self._property, session.viewports.volume_look)
        self._on_study_change()

    def close(self) -> None:
        self._listening.end()
        self.renderer.RemoveAllViewProps()
        self._surfaces = {}
        self._mapper.RemoveAllInputs()
        self._image = None

    def prepare(self) -> None:
        """Bring surfaces up to date; called by the host just before it renders."""
        stale, self._stale = self._stale, set()
        roi, study = self._session.roi, self._session.study
        present = {segment.label for segment in roi.segments}
        for label in stale | (set(self._surfaces) - present):
            actor = self._surfaces.pop(label, None)
            if actor is not None:
                self.renderer.RemoveActor(actor)
        for label in stale & present:
            box = roi.extent(label)
            if study is not None and box is not None:
                z, y, x = box
                size = (x.stop - x.start, y.stop - y.start, z.stop - z.start)
                grid = study.volume.geometry.cropped((x.start, y.start, z.start), size)
                self._surfaces[label] = self._add_surface(roi_surface(roi.inside(label, box), grid))
        if self._proposal_stale:
            self._proposal_stale = False
            self._proposed = self._proposal.update()
            self._colour_surfaces()
        elif stale:
            self._colour_surfaces()

    def projection(self) -> Floats:
        """(3, 4): a point (x, y, z, 1) in LPS becomes (u w, v w, w), u and v in device pixels from the lower
        left corner."""
        width, height = self.renderer.GetSize()
        camera = self.renderer.GetActiveCamera()
        matrix = camera.GetCompositeProjectionTransformMatrix(self.renderer.GetTiledAspectRatio(), -1, 1)
        onto = np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
        # From -1 … 1 to the centres of pixels, the first of which is 0.
        right = 0.5 * width * (onto[0] + onto[3]) - 0.5 * onto[3]
        up = 0.5 * height * (onto[1] + onto[3]) - 0.5 * onto[3]
        return np.array([right, up, onto[3]])

    def show_line(self, corners: Sequence[tuple[float, float]]) -> None:
        """A closed line over the view, in device pixels; none takes it away."""
        if len(corners) > 1:
            self._line.show(corners)
        else:
            self._line.hide()
        self.dirty.emit()

    @property
    def line_shown(self) -> bool:
        return self._line.visible

    def set_scale(self, scale: float) -> None:
        """How many device pixels make one of the screen's nominal ones."""
        self._line.set_scale(scale)

    def reset(self) -> None:
        """Look from the front, slightly from the patient's left and above."""
        study = self._session.study
        if study is None:
            return
        grid = study.volume.geometry
        size = np.asarray(grid.size) * np.asarray(grid.spacing_mm)
        camera = self.renderer.GetActiveCamera()
        camera.SetFocalPoint(*grid.centre_mm)
        camera.SetViewAngle(30)
        # Fits the height; arms and table at the sides may leave a narrow view.
        distance = 0.5 * max(size[2], 0.75 * size[0]) / math.tan(math.radians(15)) + 0.25 * size[1]
        view_from = np.array([0.35, -0.92, 0.18])
        camera.SetPosition(*(grid.centre_mm + distance * view_from / np.linalg.norm(view_from)))
        camera.SetViewUp(0, 0, 1)
        self.renderer.ResetCameraClippingRange()
        self.dirty.emit()

    def rotate(self, right_degrees: float, up_degrees: float) -> None:
        camera = self.renderer.GetActiveCamera()
        camera.Azimuth(-right_degrees)
        camera.Elevation(-up_degrees)
        camera.OrthogonalizeViewUp()
        self.renderer.ResetCameraClippingRange()
        self.dirty.emit()

    def zoom(self, factor: float) -> None:
        self.renderer.GetActiveCamera().Dolly(factor)
        self.renderer.ResetCameraClippingRange()
        self.dirty.emit()

    def pan(self, right: float, up: float) -> None:
        """Move by fractions of the view's height."""
        camera = self.renderer.GetActiveCamera()
        view_up = np.asarray(camera.GetViewUp())
        forward = np.asarray(camera.GetDirectionOfProjection())
        height = 2 * camera.GetDistance() * math.tan(math.radians(camera.GetViewAngle() / 2))
        step = height * (right * np.cross(forward, view_up) + up * view_up)
        camera.SetFocalPoint(*(np.asarray(camera.GetFocalPoint()) - step))
        camera.SetPosition(*(np.asarray(camera.GetPosition()) - step))
        self.dirty.emit()

    def facing(self) -> str:
        """The side of the patient that faces the viewer: "A", "AL", …"""
        camera = self.renderer.GetActiveCamera()
        return direction_letters(-np.asarray(camera.GetDirectionOfProjection()))

    @property
    def moving(self) -> bool:
        """Coarser steps while the person drags."""
        return self._moving

    @moving.setter
    def moving(self, value: bool) -> None:
        if value != self._moving:
            self._moving = value
            self._set_step()
            self.dirty.emit()

    def _set_step(self) -> None:
        if self._image is not None:
            finest = min(self._image.geometry.spacing_mm)
            step = MOVING_STEP if self._moving else STILL_STEP
            self._mapper.SetSampleDistance(finest * step)
            self._mapper.SetImageSampleDistance(2.0 if self._moving else 1.0)

    def _on_look_change(self) -> None:
        look = self._session.viewports.volume_look
        give_look(self._property, look)
        if look.preset == PROJECTED:
            self._mapper.SetBlendModeToMaximumIntensity()
        else:
            self._mapper.SetBlendModeToComposite()
        self._crop()
        self.dirty.emit()

    def _crop(self) -> None:
        """The look's box, told along the patient's axes, on the array's own."""
        look = self._session.viewports.volume_look
        self._mapper.SetCropping(look.is_cropped)
        if self._image is None or not look.is_cropped:
            return
        grid = self._image.geometry
        planes = []
        for array_axis in range(3):
            patient_axis = int(np.abs(grid.axes[:, array_axis]).argmax())
            low, high = look.crop[patient_axis]
            if grid.axes[patient_axis, array_axis] < 0:
                low, high = 1 - high, 1 - low
            reach = (grid.size[array_axis] - 1) * grid.spacing_mm[array_axis]
            planes += [low * reach, high * reach]
        self._mapper.SetCroppingRegionPlanes(*planes)
        self._mapper.SetCroppingRegionFlagsToSubVolume()

    def _on_study_change(self) -> None:
        study = self._session.study
        self.renderer.RemoveVolume(self._volume)
        self._mapper.RemoveAllInputs()
        self._image = None
        if study is not None:
            overview = study.overview
            self._image = VtkImage(overview.levels, overview.geometry)
            self._mapper.SetInputData(self._image.data)
            self._volume.SetUserMatrix(prop_matrix(overview.geometry))
            self.renderer.AddVolume(self._volume)
            self._set_step()
            self._crop()
            self.reset()
        self._on_roi_change(None)
        self.dirty.emit()

    def _add_surface(self, surface: vtkPolyData) -> vtkActor:
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(surface)
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.GetProperty().SetAmbient(0.2)
        actor.GetProperty().SetDiffuse(0.75)
        self.renderer.AddActor(actor)
        return actor

    def _on_roi_change(self, box: Box | None) -> None:
        roi = self._session.roi
        touched = {s.label for s in roi.segments if box is None or intersect(roi.extent(s.label), box)}
        if box is None:
            touched |= set(self._surfaces)
        self._stale |= touched
        if touched:
            self.surfaces_dirty.emit()

    def _on_segments_change(self) -> None:
        looks = tuple((s.label, s.colour, s.visible) for s in self._session.roi.segments)
        if looks != self._looks:
            self._looks = looks
            self._colour_surfaces()
            self.surfaces_dirty.emit()

    def _on_proposal_change(self) -> None:
        proposal = self._session.proposal.current
        if self._proposed or (proposal is not None and proposal.in_space):
            self._proposal_stale = True
            self.dirty.emit()

    def _on_saliency_change(self) -> None:
        drawn = self._session.prognosis.saliency_drawn
        if drawn is None and not self._over:
            return
        self._over = drawn is not None
        self._saliency.update()
        self.surfaces_dirty.emit()

    def _colour_surfaces(self) -> None:
        for segment in self._session.roi.segments:
            actor = self._surfaces.get(segment.label)
            if actor is not None:
                actor.GetProperty().SetColor(*(c / 255 for c in segment.colour))
                actor.SetVisibility(segment.visible and segment.label not in self._proposed)
