"""What the views show: crosshair, window and zoom, linked through patient space."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike
from psygnal import Signal

from ctprog_gui.core.imaging.colour_maps import GREY
from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.oblique import STRAIGHT_DEGREES, ObliquePlane, Triad, oblique_plane
from ctprog_gui.core.imaging.orientation import STANDARD, Orientation
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.slab import Slab
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.state.settings import Settings
from ctprog_gui.state.study import Study
from ctprog_gui.state.volume_look import VolumeLook

MIN_ZOOM, MAX_ZOOM = 0.05, 40.0
MIN_SLAB_MM, MAX_SLAB_MM = 1.0, 200.0
MIN_CINE_FPS, MAX_CINE_FPS = 1.0, 60.0
# An absolute tolerance: a relative one would swallow thin slices far from the scanner's centre.
_SAME_MM = 1e-6


class Layout(Enum):
    """How the views share the viewer; one view alone is `Viewports.maximised` over any of them."""

    ONE_AND_THREE = "one and three"
    FOUR = "four equal"
    COMPARE = "two series"


@dataclass(frozen=True)
class Framing:
    """How a slice lies in its view: zoom 1 fits the slice; pan in mm along screen right and up."""

    zoom: float = 1.0
    pan_mm: tuple[float, float] = (0.0, 0.0)
    orientation: Orientation = STANDARD

    def reoriented(self, orientation: Orientation) -> Framing:
        """Turned or flipped, with the same point in the middle of the view."""
        return Framing(self.zoom, self.orientation.moved_pan(self.pan_mm, orientation), orientation)


class Viewports:
    """One crosshair and one window for all planes; a framing for each.

    Every setter announces a change only when something changed. `active` is the plane that commands
    about one view mean: the one under the pointer last.
    """

    crosshair_changed = Signal()
    planes_changed = Signal()
    window_changed = Signal()
    framing_changed = Signal(object)  # the plane
    crosshair_visible_changed = Signal()
    maximised_changed = Signal()
    slab_changed = Signal()
    layout_changed = Signal()
    active_changed = Signal()
    annotation_changed = Signal()
    cine_changed = Signal()
    volume_look_changed = Signal()

    def __init__(self) -> None:
        self._study: Study | None = None
        self._crosshair: Floats = np.zeros(3)
        self._index: Floats = np.zeros(3)
        self._beyond: Floats = np.zeros(3)
        self._stacks: dict[Plane, PlaneOfVolume] = {}
        self._triad: Triad | None = None
        self._window = PRESETS["Soft tissue"]
        self._framing = {plane: Framing() for plane in Plane}
        self._crosshair_visible = True
        self._maximised: str | None = None
        self._inverted = False
        self._colour_maps = dict.fromkeys(Plane, GREY)
        self._slab = Slab()
        self._layout = Layout.ONE_AND_THREE
        self._active = Plane.AXIAL
        self._annotated = True
        self._identity_visible = True
        self._cine: Plane | None = None
        self._cine_fps = 12.0
        self._volume_look = VolumeLook()
        self._fit_mm: dict[Plane, float] = {}

    def begin_with(self, settings: Settings) -> None:
        """Take what a person has set for the start."""
        self._layout = Layout(settings["viewer.layout"])
        self._annotated = settings["viewer.corners"]
        self._cine_fps = settings["viewer.film_fps"]
        self._slab = Slab(thickness_mm=settings["viewer.slab_mm"])

    def show(self, study: Study | None) -> None:
        """Begin with a study: crosshair in its middle, framing reset; the window is kept."""
        self._study = study
        self._triad = None
        self._stacks = dict(study.planes) if study is not None else {}
        if study is not None:
            grid = study.volume.geometry
            self._index = np.rint((np.asarray(grid.size) - 1) / 2)
            self._crosshair = grid.index_to_patient(self._index)
        self._beyond = np.zeros(3)
        self.cine = None
        self.reset_framing()
        self.crosshair_changed.emit()

    @property
    def crosshair_mm(self) -> Floats:
        """LPS position of the crosshair; always inside the volume."""
        return self._crosshair.copy()

    @property
    def place_mm(self) -> Floats:
        """The LPS place that is looked at: the crosshair, or what lies beyond the volume's end in another
        series that this one follows."""
        return self._crosshair + self._beyond

    def move_crosshair(self, point_mm: ArrayLike) -> None:
        """Move the crosshair to an LPS point, or to the nearest point inside the volume."""
        if self._study is None:
            return
        index = self._inside(point_mm)
        self._place(self._study.volume.geometry.index_to_patient(index), index, np.zeros(3))

    def go_to_place(self, point_mm: ArrayLike) -> None:
        """Look at an LPS place that may lie beyond the volume: the crosshair then stops at the end."""
        if self._study is None:
            return
        index = self._inside(point_mm)
        point = self._study.volume.geometry.index_to_patient(index)
        beyond = np.asarray(point_mm, dtype=np.float64) - point
        self._place(point, index, beyond if np.abs(beyond).max() > _SAME_MM else np.zeros(3))

    def ends_before(self, plane: Plane) -> bool:
        """Whether the place that is looked at lies beyond a plane's last slice, which is shown."""
        stack = self._stacks.get(plane)
        if stack is None or not self._beyond.any():
            return False
        beyond = abs(float(self._beyond @ stack.geometry.axes[:, stack.axis]))
        return beyond > stack.geometry.spacing_mm[stack.axis] / 2

    def _inside(self, point_mm: ArrayLike) -> Floats:
        """The continuous voxel index of the point of the volume that is nearest to an LPS point."""
        assert self._study is not None
        grid = self._study.volume.geometry
        return np.clip(grid.patient_to_index(point_mm), 0, np.asarray(grid.size) - 1)

    def _place(self, point: Floats, index: Floats, beyond: Floats) -> None:
        apart = max(np.abs(point - self._crosshair).max(), np.abs(beyond - self._beyond).max())
        if apart > _SAME_MM:
            self._crosshair, self._index, self._beyond = point, index, beyond
            self.crosshair_changed.emit()

    def slice_of(self, plane: Plane) -> int:
        """Number of the slice shown in a plane."""
        if self._study is None:
            return 0
        stack = self._stacks[plane]
        if isinstance(stack, ObliquePlane):
            return stack.slice_at(self._crosshair)
        # Asked several times a step by each view, so from the index rather than from the point.
        return stack.slice_of_index(self._index)

    def go_to_slice(self, plane: Plane, number: int) -> None:
        if self._study is None:
            return
        stack = self._stacks[plane]
        point = stack.point_on(number, self._crosshair)
        if isinstance(stack, ObliquePlane):
            point = stack.nearest_inside(point)
        normal = stack.geometry.axes[:, stack.axis]
        self.go_to_place(point + self._beyond - (self._beyond @ normal) * normal)

    def go_to_axial(self, number: int) -> None:
        """Go where slice `number` of the standard axial stack lies, however the planes are turned."""
        if self._study is not None:
            self.move_crosshair(self._study.planes[Plane.AXIAL].point_on(number, self._crosshair))

    def scroll(self, plane: Plane, steps: int) -> None:
        """Step through slices; positive steps go to the head, the back or the left.

        Beyond the end of the volume it is the place that goes a slice's thickness on, or back.
        """
        if self._study is None:
            return
        stack = self._stacks[plane]
        signed = steps * stack.towards_positive
        normal = stack.geometry.axes[:, stack.axis]
        if abs(self._beyond @ normal) > _SAME_MM:
            self.go_to_place(self.place_mm + signed * stack.geometry.spacing_mm[stack.axis] * normal)
        else:
            self.go_to_slice(plane, self.slice_of(plane) + signed)

    def stack(self, plane: Plane) -> PlaneOfVolume | None:
        """The slices that a plane shows: the study's own, or those of a turned plane."""
        return self._stacks.get(plane)

    @property
    def oblique(self) -> bool:
        """Whether any plane is turned out of its standard position."""
        return self._triad is not None

    @property
    def triad(self) -> Triad | None:
        """How the planes lie; None without a study."""
        if self._triad is None and self._study is not None:
            return Triad.of(self._study.planes)
        return self._triad

    def turn_planes(self, triad: Triad) -> None:
        """Lay the planes as a triad tells; the crosshair stays where it is in the patient and on the screen.

        A triad that differs from the standard one by next to nothing is the standard one.
        """
        if self._study is None:
            return
        planes = self._study.planes
        standard = Triad.of(planes)
        straight = triad.degrees_from(standard) < STRAIGHT_DEGREES
        if straight and self._triad is None:
            return
        before = self._stacks
        self._triad = None if straight else triad
        self._stacks = dict(planes)
        for plane, axes in triad.axes.items() if not straight else ():
            stack = oblique_plane(planes[plane], axes, self._crosshair)
            # One that has not been turned keeps its slices, and all that is made for them.
            unturned = plane in before and _same_axes(before[plane], stack)
            self._stacks[plane] = before[plane] if unturned else stack
        for plane, stack in self._stacks.items():
            self._keep_in_place(plane, before[plane], stack)
        self.planes_changed.emit()

    def reset_planes(self) -> None:
        """All planes as they are at first: along the volume's own axes."""
        if self._study is not None:
            self.turn_planes(Triad.of(self._study.planes))

    def show_plane_of(self, plane: Plane, normal: ArrayLike) -> None:
        """Turn a plane so that it lies as something was drawn on it, with the crosshair where it is."""
        stack = self._stacks.get(plane)
        if stack is None or self._study is None or self.triad is None or stack.faces(normal):
            return
        if self._study.planes[plane].faces(normal):
            self.reset_planes()
        else:
            wanted = np.asarray(normal, dtype=np.float64)
            self.turn_planes(self.triad.tilted_to(plane, wanted * np.sign(stack.towards_viewer_lps @ wanted)))

    def _keep_in_place(self, plane: Plane, old: PlaneOfVolume, new: PlaneOfVolume) -> None:
        """Pan so that the crosshair doesn't move on the screen while its plane is turned."""
        if old is new:
            return
        framing = self._framing[plane]
        pan = list(framing.pan_mm)
        for stack, sign in ((old, -1), (new, 1)):
            apart = self._crosshair - stack.geometry.centre_mm
            for at, axis in enumerate(framing.orientation.axes(stack)):
                pan[at] += sign * float(apart @ axis)
        self._framing[plane] = Framing(framing.zoom, (pan[0], pan[1]), framing.orientation)

    @property
    def window(self) -> Window:
        return self._window

    @window.setter
    def window(self, value: Window) -> None:
        if value != self._window:
            self._window = value
            self.window_changed.emit()

    @property
    def inverted(self) -> bool:
        """Whether dense is dark, as on film; it goes with the window."""
        return self._inverted

    @inverted.setter
    def inverted(self, value: bool) -> None:
        if value != self._inverted:
            self._inverted = value
            self.window_changed.emit()

    def colour_map(self, plane: Plane) -> str:
        """The colours that a plane's greys are shown in, by name; they go with the window."""
        return self._colour_maps[plane]

    def set_colour_map(self, name: str, plane: Plane | None = None) -> None:
        """Give one plane, or all, a map of `core.imaging.colour_maps`."""
        wanted = {which: name for which in Plane if plane in (None, which)}
        if wanted.items() - self._colour_maps.items():
            self._colour_maps |= wanted
            self.window_changed.emit()

    @property
    def slab(self) -> Slab:
        """What the planes show: one slice, or a projection over a thickness."""
        return self._slab

    @slab.setter
    def slab(self, value: Slab) -> None:
        thickness = float(np.clip(value.thickness_mm, MIN_SLAB_MM, MAX_SLAB_MM))
        value = Slab(value.projection, thickness)
        if value != self._slab:
            self._slab = value
            self.slab_changed.emit()

    def framing(self, plane: Plane) -> Framing:
        return self._framing[plane]

    def set_framing(self, plane: Plane, value: Framing) -> None:
        zoom = float(np.clip(value.zoom, MIN_ZOOM, MAX_ZOOM))
        value = Framing(zoom, value.pan_mm, value.orientation)
        if value != self._framing[plane]:
            self._framing[plane] = value
            self.framing_changed.emit(plane)

    def reset_framing(self) -> None:
        for plane in Plane:
            self.set_framing(plane, Framing())

    def tell_fit(self, plane: Plane, mm_per_pixel: float) -> None:
        """A view tells how large a screen pixel is where its slice just fits (zoom 1)."""
        self._fit_mm[plane] = mm_per_pixel

    def fit_mm(self, plane: Plane) -> float | None:
        """Millimetres in a screen pixel at zoom 1, or None before a view has told."""
        return self._fit_mm.get(plane)

    def fit(self, plane: Plane) -> None:
        """The whole slice in the view, turned as it is."""
        self.set_framing(plane, Framing(orientation=self._framing[plane].orientation))

    def show_pixels(self, plane: Plane) -> None:
        """One to one: a pixel of the slice (its finer side) on a pixel of the screen."""
        fit_mm = self._fit_mm.get(plane)
        if self._study is None or fit_mm is None:
            return
        stack = self._stacks[plane]
        spacing = stack.geometry.spacing_mm
        framing = self._framing[plane]
        zoom = fit_mm / min(spacing[stack.horizontal], spacing[stack.vertical])
        self.set_framing(plane, Framing(zoom, framing.pan_mm, framing.orientation))

    @property
    def crosshair_visible(self) -> bool:
        return self._crosshair_visible

    @crosshair_visible.setter
    def crosshair_visible(self, value: bool) -> None:
        if value != self._crosshair_visible:
            self._crosshair_visible = value
            self.crosshair_visible_changed.emit()

    @property
    def maximised(self) -> str | None:
        """The one view that fills the viewer ("axial", "volume", …), or None for all four."""
        return self._maximised

    @maximised.setter
    def maximised(self, value: str | None) -> None:
        if value != self._maximised:
            self._maximised = value
            self.maximised_changed.emit()

    @property
    def layout(self) -> Layout:
        return self._layout

    @layout.setter
    def layout(self, value: Layout) -> None:
        self.maximised = None
        if value is not self._layout:
            self._layout = value
            self.layout_changed.emit()

    @property
    def active(self) -> Plane:
        """The plane that the pointer was over last."""
        return self._active

    @active.setter
    def active(self, value: Plane) -> None:
        if value is not self._active:
            self._active = value
            self.active_changed.emit()

    @property
    def annotated(self) -> bool:
        """Whether the corners say who and what is shown."""
        return self._annotated

    @annotated.setter
    def annotated(self, value: bool) -> None:
        if value != self._annotated:
            self._annotated = value
            self.annotation_changed.emit()

    @property
    def identity_visible(self) -> bool:
        """Whether the corners may say who the patient is; withheld in pictures that leave the room."""
        return self._identity_visible

    @identity_visible.setter
    def identity_visible(self, value: bool) -> None:
        if value != self._identity_visible:
            self._identity_visible = value
            self.annotation_changed.emit()

    @property
    def volume_look(self) -> VolumeLook:
        """Preset, shift and crop box of the volume view."""
        return self._volume_look

    @volume_look.setter
    def volume_look(self, value: VolumeLook) -> None:
        if value != self._volume_look:
            self._volume_look = value
            self.volume_look_changed.emit()

    @property
    def cine(self) -> Plane | None:
        """The plane whose slices run as a film, or None."""
        return self._cine

    @cine.setter
    def cine(self, value: Plane | None) -> None:
        if value is not self._cine:
            self._cine = value
            self.cine_changed.emit()

    @property
    def cine_fps(self) -> float:
        """Slices a second of the film."""
        return self._cine_fps

    @cine_fps.setter
    def cine_fps(self, value: float) -> None:
        value = float(np.clip(value, MIN_CINE_FPS, MAX_CINE_FPS))
        if value != self._cine_fps:
            self._cine_fps = value
            self.cine_changed.emit()

    def advance(self, plane: Plane, steps: int) -> None:
        """Step through slices, from the last on to the first: for a film that goes round."""
        if self._study is not None:
            self.go_to_slice(plane, (self.slice_of(plane) + steps) % self._stacks[plane].count)


def _same_axes(one: PlaneOfVolume, two: PlaneOfVolume) -> bool:
    apart = np.abs(one.right_lps - two.right_lps).max() + np.abs(one.up_lps - two.up_lps).max()
    return bool(apart < 1e-9)
