"""One plane of the open study: the slice, its regions, crosshair and letters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal
from vtkmodules.vtkCommonTransforms import vtkTransform
from vtkmodules.vtkRenderingCore import vtkRenderer

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.imaging.colour_maps import GREY, colour_table
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.rendering.annotation_overlay import AnnotationOverlay
from ctprog_gui.rendering.arm_handles import ArmHandles
from ctprog_gui.rendering.brush_cursor import BrushCursor
from ctprog_gui.rendering.colour_bar import ColourBar
from ctprog_gui.rendering.corner_text import FONT_PIXELS, LETTER_PIXELS, CornerText, text_actor
from ctprog_gui.rendering.crosshair import CROSSING, Crosshair
from ctprog_gui.rendering.disagreement_overlay import DisagreementOverlay
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.label_overlay import LabelOverlay
from ctprog_gui.rendering.lettering import drawable, write
from ctprog_gui.rendering.palette import ANNOTATION, BACKGROUND, CHOSEN_MEASURE, LETTERS
from ctprog_gui.rendering.proposal_overlay import ProposalOverlay
from ctprog_gui.rendering.ring_overlay import RingOverlay
from ctprog_gui.rendering.rubber_band import RubberBand
from ctprog_gui.rendering.saliency_overlay import SaliencyOverlay
from ctprog_gui.rendering.scale_bar import ScaleBar
from ctprog_gui.rendering.second_outline import SecondOutline
from ctprog_gui.rendering.sketch_overlay import SketchOverlay
from ctprog_gui.rendering.slice_picture import SlicePicture
from ctprog_gui.rendering.trace_overlay import TraceOverlay
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import PAINTING, Tool

# The camera stands far outside any patient; parallel projection makes the distance harmless.
CAMERA_MM = 2000.0
MARGIN_PIXELS = 8
END_PIXELS = 20


class SliceScene:
    """What one plane shows. Subscribes to the state; `dirty` asks the host for a new picture."""

    dirty = Signal()

    def __init__(self, session: Session, images: SharedImages, plane: Plane) -> None:
        self.plane = plane
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(*BACKGROUND)
        # The layers are few and drawn in their order; VTK's pass for any order costs as much as the slice.
        self.renderer.SetUseOIT(False)
        self._session = session
        self._stack: PlaneOfVolume | None = None
        # Whether a saliency lies over the slice.
        self._over = False
        self._size, self._scale = (1, 1), 1.0
        self._picture = SlicePicture()
        self.renderer.AddActor(self._picture.actor)
        self._saliency = SaliencyOverlay(self.renderer, session)
        self._labels = LabelOverlay(self.renderer, session, images)
        self._proposal = ProposalOverlay(self.renderer, session)
        self._second = SecondOutline(self.renderer, session)
        self._trace = TraceOverlay(self.renderer, session, plane)
        self.disagreement = DisagreementOverlay(self.renderer, session.review)
        self._ring = RingOverlay(self.renderer, session)
        self._sketch = SketchOverlay(self.renderer, session, plane)
        self._crosshair = Crosshair(self.renderer, plane)
        self._arms: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self.handles = ArmHandles(self.renderer, plane)
        self._cursor = BrushCursor(self.renderer)
        self._letters = {
            edge: text_actor(LETTERS, 18, bold=True) for edge in ("left", "right", "top", "bottom")
        }
        self._window_text = text_actor(ANNOTATION, FONT_PIXELS)
        scale_text = text_actor(ANNOTATION, FONT_PIXELS)
        # Large, as what is seen would be taken for the place that is looked at.
        self._end = text_actor(CHOSEN_MEASURE, END_PIXELS, bold=True)
        self._end.GetTextProperty().SetJustificationToCentered()
        for actor in (*self._letters.values(), self._window_text, scale_text, self._end):
            self.renderer.AddViewProp(actor)
        self.scale_bar = ScaleBar(self.renderer, scale_text)
        self.colour_bar = ColourBar(self.renderer)
        self.corners = CornerText(self.renderer, session.viewports)
        self.band = RubberBand(self.renderer)
        self.measures = AnnotationOverlay(self.renderer, session)
        # What is as wide as pixels are, on screens of any fineness.
        self._drawn = (
            *(self._labels, self._proposal, self._second, self._trace, self.disagreement),
            *(self._sketch, self._cursor, self.measures, self.band),
        )
        # The camera looks from the front whatever is flipped: overlays lie in front of the slice.
        self._mirror = vtkTransform()
        self._mirror.Scale(-1, 1, 1)
        self.renderer.GetActiveCamera().ParallelProjectionOn()

        viewports = session.viewports
        self._listening = Listening(
            (session.study_changed, self._on_study_change),
            (viewports.crosshair_changed, self._on_crosshair_change),
            (viewports.planes_changed, self._on_planes_change),
            (viewports.crosshair_visible_changed, self._on_crosshair_visible_change),
            (viewports.window_changed, self._on_window_change),
            (viewports.slab_changed, self._on_slab_change),
            (viewports.framing_changed, self._on_framing_change),
            (viewports.annotation_changed, self._on_annotation_change),
            (session.annotations.changed, self._on_measures_change),
            (session.roi.changed, self._on_roi_change),
            (session.roi.segments_changed, self._on_segments_change),
            (session.proposal.changed, self._on_draft_change),
            (session.sketch.changed, self._on_draft_change),
            (session.tracing.changed, self._on_trace_change),
            (session.second_reader.changed, self._on_draft_change),
            (session.review.shown_changed, self._on_draft_change),
            (session.ring.changed, self._on_draft_change),
            (session.ring.wanted_changed, self._on_draft_change),
            (session.prognosis.saliency_changed, self._on_saliency_change),
            (session.prognosis.selection_changed, self._on_saliency_change),
        )
        self._picture.set_slab(viewports.slab)
        self._on_study_change()

    def close(self) -> None:
        """Let go of the state and of every VTK object."""
        self._listening.end()
        self._labels.show(None)
        self._saliency.update(None)
        self._picture.show(None, None)
        self.renderer.RemoveAllViewProps()

    def resize(self, width: int, height: int, scale: float = 1.0) -> None:
        """The view's size in device pixels, and how many of them make one of the screen's nominal pixels."""
        self._size, self._scale = (max(width, 1), max(height, 1)), scale
        margin, w, h = round(MARGIN_PIXELS * scale), *self._size
        self._place("left", margin, h / 2, "left", "centre")
        self._place("right", w - margin, h / 2, "right", "centre")
        self._place("top", w / 2, h - margin, "centre", "top")
        self._place("bottom", w / 2, margin, "centre", "bottom")
        self._window_text.SetDisplayPosition(margin, margin)
        # Under the letter of the upper edge, and under the corners' lines.
        self._end.SetDisplayPosition(round(w / 2), round(h - margin - 5.5 * FONT_PIXELS * scale))
        self.corners.place(w, h, margin, scale)
        self._crosshair.set_width(scale)
        for drawn in self._drawn:
            drawn.set_scale(scale)
        self.measures.set_view(self._size)
        self._frame()

    def point_at(self, x: float, y: float) -> NDArray[np.float64] | None:
        """LPS point on the shown slice under a pixel (device pixels, from the lower left corner)."""
        if self._stack is None:
            return None
        camera = self.renderer.GetActiveCamera()
        per_pixel = 2 * camera.GetParallelScale() / self._size[1]
        right = (x + 0.5 - self._size[0] / 2) * per_pixel
        up = (y + 0.5 - self._size[1] / 2) * per_pixel
        across, along = self._axes(self._stack)
        point = np.asarray(camera.GetFocalPoint()) + right * across + up * along
        return self._stack.point_on(self._session.viewports.slice_of(self.plane), point)

    def pixel_of(self, point_mm: NDArray[np.float64]) -> tuple[float, float]:
        """The inverse of `point_at`, for any LPS point seen along the slice normal."""
        assert self._stack is not None
        camera = self.renderer.GetActiveCamera()
        per_pixel = 2 * camera.GetParallelScale() / self._size[1]
        apart = np.asarray(point_mm) - np.asarray(camera.GetFocalPoint())
        across, along = self._axes(self._stack)
        x = float(apart @ across) / per_pixel + self._size[0] / 2 - 0.5
        y = float(apart @ along) / per_pixel + self._size[1] / 2 - 0.5
        return x, y

    @property
    def mm_per_pixel(self) -> float:
        return 2 * float(self.renderer.GetActiveCamera().GetParallelScale()) / self._size[1]

    def show_cursor(self, point_mm: NDArray[np.float64] | None) -> None:
        """Show the brush's outline around a point of the slice; None takes it away.

        Without a brush in the hand there is nothing to show.
        """
        tools, roi = self._session.tools, self._session.roi
        self._sketch.point(point_mm)
        if self._sketch.waits:
            self._on_draft_change()
        if point_mm is None or self._stack is None or tools.tool not in PAINTING:
            if self._cursor.visible:
                self._cursor.hide()
                self.dirty.emit()
            return
        colour = (1.0, 1.0, 1.0)
        if tools.tool is not Tool.ERASER and roi.active is not None:
            red, green, blue = roi.active.colour
            colour = (red / 255, green / 255, blue / 255)
        self._cursor.show(self._stack, point_mm, tools.brush.radius_mm, colour)
        self.dirty.emit()

    def point_handles(self, pixel: tuple[float, float] | None) -> int | None:
        """Show the handles of the crosshair's lines while the pointer is here with the bare hand.

        Returns the handle that a press at this pixel would take; None takes the handles away.
        """
        viewports = self._session.viewports
        hand = self._session.tools.tool is Tool.NAVIGATE and viewports.crosshair_visible
        shown = pixel is not None and hand and self._stack is not None
        if shown and not self.handles.visible:
            self.handles.set_visible(True)
            self._place_handles()
            self.dirty.emit()
        elif not shown and self.handles.visible:
            self.handles.set_visible(False)
            self.dirty.emit()
        taken = self.handles.at(pixel) if pixel is not None else None
        if self.handles.take(taken):
            self.dirty.emit()
        return taken

    def measure_at(self, x: float, y: float) -> tuple[Annotation, int | None] | None:
        """The measure under a pixel, and which of its handles; None where there is none."""
        return self.measures.at((x, y), self.pixel_of) if self._stack is not None else None

    def end_told(self) -> str:
        """What is drawn where the place that is looked at lies beyond the series."""
        return self._end.GetInput() or ""

    def letters(self) -> dict[str, str]:
        """The letters on the edges as drawn."""
        return {edge: actor.GetInput() or "" for edge, actor in self._letters.items()}

    def _on_study_change(self) -> None:
        self._arms = self._along_arms()
        self._take_stack()
        self._crosshair.set_visible(self._stack is not None and self._session.viewports.crosshair_visible)
        self.scale_bar.set_visible(self._stack is not None)
        self._on_window_change()
        self._frame()
        self._on_crosshair_change()

    def _take_stack(self) -> None:
        study = self._session.study
        self._stack = self._session.viewports.stack(self.plane) if study else None
        number = self._session.viewports.slice_of(self.plane)
        self._picture.show(study.volume.voxels if study else None, self._stack, number)
        self._saliency.update(self._stack)
        self._labels.show(self._stack, number)

    def _on_planes_change(self) -> None:
        """This plane was turned, or what its lines stand for."""
        if self._session.study is None:
            return
        self._arms = self._along_arms()
        if self._session.viewports.stack(self.plane) is not self._stack:
            self._take_stack()
            self._frame()
        self._on_crosshair_change()

    def _along_arms(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Where the two planes that are seen edge-on meet this one; None for straight up and across."""
        viewports = self._session.viewports
        triad = viewports.triad
        if triad is None or not viewports.oblique:
            return None
        normal = triad.normal(self.plane)
        vertical, horizontal = (np.cross(normal, triad.normal(seen)) for seen in CROSSING[self.plane])
        return vertical, horizontal

    def _place_handles(self) -> None:
        if self._stack is None or not self.handles.visible:
            return
        across, along = self._axes(self._stack)
        arms = self._arms or (self._stack.up_lps, self._stack.right_lps)
        ways = [np.array([arm @ across, arm @ along]) for arm in arms]
        centre = self.pixel_of(self._session.viewports.crosshair_mm)
        self.handles.place(centre, ways, self._size, self._scale)

    def _on_crosshair_change(self) -> None:
        study = self._session.study
        if study is None or self._session.viewports.stack(self.plane) is not self._stack:
            # The crosshair is another study's already, which is announced next.
            return
        number = self._session.viewports.slice_of(self.plane)
        self._picture.go_to(number)
        self._saliency.go_to(self._stack, number)
        self._labels.go_to(number)
        self._draft(number)
        point = self._session.viewports.crosshair_mm
        self._crosshair.move(self._stack, self._stack.point_on(number, point), self._arms)
        self._place_handles()
        self.corners.tell(study, self._stack, number)
        beyond = self._session.viewports.ends_before(self.plane)
        write(self._end, drawable(tr("Beyond this series"), "Beyond this series") if beyond else "")
        self.measures.update(self._stack, number, self.pixel_of)
        self.dirty.emit()

    def _on_crosshair_visible_change(self) -> None:
        visible = self._stack is not None and self._session.viewports.crosshair_visible
        self._crosshair.set_visible(visible)
        if not visible:
            self.point_handles(None)
        self.dirty.emit()

    def _on_window_change(self) -> None:
        viewports = self._session.viewports
        self._picture.set_window(viewports.window, inverted=viewports.inverted)
        name = viewports.colour_map(self.plane)
        table = None if name == GREY else colour_table(name)
        self._picture.set_colours(table)
        if table is not None and self._stack is not None:
            # Above two lines of text.
            margin = MARGIN_PIXELS * self._scale
            self.colour_bar.place(margin, margin + 3.4 * FONT_PIXELS * self._scale, self._scale)
            self.colour_bar.tell(table, viewports.window, inverted=viewports.inverted)
        else:
            self.colour_bar.hide()
        self._annotate()
        self.dirty.emit()

    def _on_slab_change(self) -> None:
        self._picture.set_slab(self._session.viewports.slab)
        self.measures.place(self.pixel_of)
        self._annotate()
        self.dirty.emit()

    def _annotate(self) -> None:
        """Window, zoom, and what the picture is made of where it is not one slice."""
        viewports = self._session.viewports
        window, slab = viewports.window, viewports.slab
        essential = []
        if slab.projection is not Projection.SLICE:
            essential.append(f"{slab.projection.value} {slab.thickness_mm:.3g} mm")
        if viewports.framing(self.plane).orientation.mirrored:
            essential.append(drawable(tr("MIRRORED"), "MIRRORED"))
        told = f"W {window.width_hu:.0f}  L {window.level_hu:.0f}"
        told += "  " + drawable(tr("inverted"), "inverted") if viewports.inverted else ""
        colours = viewports.colour_map(self.plane)
        told += f"  {colours}" if colours != GREY else ""
        zoomed = f"{viewports.framing(self.plane).zoom:.2g}×"
        told += f"   {zoomed}" if zoomed != "1×" else ""
        # In a view too narrow for all of it, what would mislead if it were missing stays.
        lines = [*essential, told] if self._has_room(told) else essential
        told = "\n".join(lines)
        write(self._window_text, told if self._stack else "")

    def _has_room(self, told: str) -> bool:
        """Whether a line ends before the letter in the middle of the lower edge."""
        return len(told) * LETTER_PIXELS * self._scale < self._size[0] / 2

    def _on_framing_change(self, plane: Plane) -> None:
        if plane is self.plane:
            self._frame()

    def _on_roi_change(self, box: Box | None) -> None:
        if self._labels.on_labels_change(box):
            self.dirty.emit()

    def _on_segments_change(self) -> None:
        if self._labels.on_segments_change():
            self.dirty.emit()

    def _on_draft_change(self) -> None:
        """What is proposed or being outlined is new."""
        self._draft(self._session.viewports.slice_of(self.plane))
        self.dirty.emit()

    def _on_trace_change(self) -> None:
        if self._trace.update(self._stack, self._session.viewports.slice_of(self.plane)):
            self.dirty.emit()

    def _draft(self, number: int) -> None:
        self._trace.update(self._stack, number)
        self._proposal.update(self._stack, number)
        self._sketch.update(self._stack, number)
        self._second.update(self._stack, number)
        self.disagreement.update(self._stack, number)
        self._ring.update(self._stack, number)

    def _on_saliency_change(self) -> None:
        drawn = self._session.prognosis.saliency_drawn
        if drawn is None and not self._over:
            # A score that follows the ROI comes without a map: there is nothing to draw.
            return
        self._over = drawn is not None
        self._saliency.update(self._stack)
        if self._stack is not None:
            self._saliency.go_to(self._stack, self._session.viewports.slice_of(self.plane))
        self._labels.on_segments_change()
        self.dirty.emit()

    def _on_annotation_change(self) -> None:
        self.corners.tell(self._session.study, self._stack, self._session.viewports.slice_of(self.plane))
        self._annotate()
        self.dirty.emit()

    def _on_measures_change(self) -> None:
        study = self._session.study
        # Another study's measures are announced before its stack is here.
        shown = self._session.viewports.stack(self.plane)
        stack = self._stack if study is not None and shown is self._stack else None
        before = self.measures.shown
        self.measures.update(stack, self._session.viewports.slice_of(self.plane), self.pixel_of)
        if before or self.measures.shown:
            self.dirty.emit()

    def _axes(self, stack: PlaneOfVolume) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Unit vectors (LPS) of screen right and up."""
        return self._session.viewports.framing(self.plane).orientation.axes(stack)

    def _frame(self) -> None:
        """Point the camera: the whole slice fits at zoom 1, whatever the view's shape."""
        if self._stack is None:
            for actor in (*self._letters.values(), self._end):
                actor.SetInput("")
            # Nothing of a patient stays where there is no case any more.
            self.corners.tell(None, None, 0)
            self._cursor.hide()
        else:
            viewports = self._session.viewports
            framing = viewports.framing(self.plane)
            orientation = framing.orientation
            width, height = orientation.extent_mm(self._stack)
            fit = max(height / 2, width / 2 * self._size[1] / self._size[0])
            viewports.tell_fit(self.plane, 2 * fit / self._size[1])
            across, along = self._axes(self._stack)
            right, up = framing.pan_mm
            focus = self._stack.geometry.centre_mm + right * across + up * along
            camera = self.renderer.GetActiveCamera()
            camera.SetParallelScale(fit / framing.zoom)
            camera.SetFocalPoint(*focus)
            camera.SetPosition(*(focus + CAMERA_MM * self._stack.towards_viewer_lps))
            camera.SetViewUp(*along)
            camera.SetUserViewTransform(self._mirror if orientation.mirrored else None)
            camera.SetClippingRange(1.0, 2 * CAMERA_MM)
            for edge, letter in orientation.letters(self._stack).items():
                self._letters[edge].SetInput(letter)
            margin = round(MARGIN_PIXELS * self._scale)
            width = self._size[0]
            self.scale_bar.place(width - margin, margin, width, self.mm_per_pixel, self._scale)
            self._annotate()
            number = viewports.slice_of(self.plane)
            self.corners.tell(self._session.study, self._stack, number)
            self.measures.place(self.pixel_of)
            self._place_handles()
        self.dirty.emit()

    def _place(self, edge: str, x: float, y: float, across: str, along: str) -> None:
        actor = self._letters[edge]
        shape = actor.GetTextProperty()
        {"left": shape.SetJustificationToLeft, "right": shape.SetJustificationToRight}.get(
            across, shape.SetJustificationToCentered
        )()
        {"top": shape.SetVerticalJustificationToTop, "bottom": shape.SetVerticalJustificationToBottom}.get(
            along, shape.SetVerticalJustificationToCentered
        )()
        actor.SetDisplayPosition(round(x), round(y))
