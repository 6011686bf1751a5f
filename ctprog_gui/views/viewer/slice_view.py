"""One plane on the screen: its header, its slider and the slice itself."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.rendering.corner_text import slice_line
from ctprog_gui.rendering.images import SharedImages
from ctprog_gui.rendering.palette import PLANE_COLOURS
from ctprog_gui.rendering.slice_scene import SliceScene
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import EDITING, MEASURING, Tool
from ctprog_gui.views.tools.drag import Drag
from ctprog_gui.views.tools.level_press import trace_level
from ctprog_gui.views.tools.measure_drag import end_polyline, hover
from ctprog_gui.views.tools.slice_tools import drag_for
from ctprog_gui.views.viewer.readout import Readout
from ctprog_gui.views.viewer.vtk_host import VtkHost

WHEEL_NOTCH = 120
FRAME_PIXELS = 2
# During a stroke: no more pictures than a screen shows, and fewer of the views that are only looked at.
STROKE_S, LINKED_S = 1 / 60, 1 / 15


class SliceCanvas(VtkHost):
    """The slice, and what the mouse does to it."""

    pointed = Signal(object)  # LPS point under the pointer, or None
    maximise = Signal()
    taken = Signal()  # the left button went down: this view's series is the one that is worked on

    def __init__(
        self, session: Session, images: SharedImages, plane: Plane, parent: QWidget | None = None
    ) -> None:
        self.scene = SliceScene(session, images, plane)
        super().__init__(self.scene.renderer, parent)
        self.plane = plane
        self.session = session
        self.viewports = session.viewports
        self._drag: Drag | None = None
        self._place_before: Floats = session.viewports.place_mm
        self._notches = 0.0
        self._over_handle = False
        self._pointer: QPointF | None = None
        self.scene.dirty.connect(self.schedule)
        session.tools.changed.connect(self._on_tools_change)
        session.roi.stroke_changed.connect(self._on_stroke_change)

    def finalise(self) -> None:
        self.scene.dirty.disconnect(self.schedule)
        self.session.tools.changed.disconnect(self._on_tools_change)
        self.session.roi.stroke_changed.disconnect(self._on_stroke_change)
        self.scene.close()
        super().finalise()

    def on_resize(self, width: int, height: int) -> None:
        self.scene.resize(width, height, self.devicePixelRatioF())

    def _point_handles(self, position: QPointF) -> None:
        """The hand says where the crosshair's lines can be taken."""
        pixel = self.device_position(position.x(), position.y())
        taken = self.scene.point_handles(pixel) is not None
        if taken is not self._over_handle:
            self._over_handle = taken
            if taken:
                self.setCursor(Qt.CursorShape.OpenHandCursor)
            else:
                self._on_tools_change()

    def _on_stroke_change(self) -> None:
        """Moves of a stroke that come faster share a picture; its end is drawn at once, in all views."""
        pace_s = STROKE_S if self._drag is not None else LINKED_S
        self.set_pace(pace_s if self.session.roi.stroking else 0.0)

    def _on_tools_change(self) -> None:
        tool = self.session.tools.tool
        if tool in MEASURING or tool is Tool.WINDOW_BOX:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()
        if tool not in MEASURING:
            self.session.annotations.drop_draft()
        # What the pointer shows belongs to the tool, also while the mouse rests.
        self._show_cursor()
        if tool is not Tool.NAVIGATE:
            self._over_handle = False
            self.scene.point_handles(None)

    def _show_cursor(self) -> Floats | None:
        """The brush's outline as the tool in the hand has it, where the pointer is; returns that place."""
        at = self._pointer
        point = None if at is None else self.scene.point_at(*self.device_position(at.x(), at.y()))
        self.scene.show_cursor(point)
        return point

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.taken.emit()
            self._place_before = self.viewports.place_mm
        if self._drag is None:
            self._drag = drag_for(event, self)
            self._on_stroke_change()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and event.buttons() == Qt.MouseButton.NoButton:
            # The release went elsewhere, to a dialog that came up: the drag ended there.
            self._end_drag(event.position())
        if self._drag is not None:
            self._drag.move(event.position())
        self.viewports.active = self.plane
        position = self._pointer = event.position()
        point = self._show_cursor()
        if self._drag is None:
            hover(self, position)
            trace_level(self, point)
            self._point_handles(position)
        self.pointed.emit(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.buttons() == Qt.MouseButton.NoButton:
            self._end_drag(event.position())

    def _end_drag(self, position: QPointF) -> None:
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.release(position)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.session.tools.tool in EDITING:
            # Two quick dabs with the brush are two dabs.
            self.mousePressEvent(event)
        elif self.session.tools.tool in MEASURING:
            if not end_polyline(self):
                self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drag = None
            # Its first click was taken as a place; what is meant is the view alone.
            self.viewports.go_to_place(self._place_before)
            self.maximise.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Touchpads send fractions of a notch; they add up to whole slices.
        self._notches += event.angleDelta().y() / WHEEL_NOTCH
        steps = int(self._notches)
        self._notches -= steps
        tools = self.session.tools
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and tools.tool in EDITING:
            tools.brush = replace(tools.brush, radius_mm=tools.brush.radius_mm * 1.15**steps)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            framing = self.viewports.framing(self.plane)
            self.viewports.set_framing(self.plane, replace(framing, zoom=framing.zoom * 1.15**steps))
        elif steps:
            self.viewports.scroll(self.plane, steps)
        self._show_cursor()
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Keys mean the view that Tab has come to.
        self.viewports.active = self.plane
        super().focusInEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        # Keys go to the view under the pointer, as radiologists expect of a viewer.
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.viewports.active = self.plane

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._show_cursor()
        trace_level(self, None)
        self.scene.point_handles(None)
        self.pointed.emit(None)


class SliceView(QWidget):
    """A plane with its header: name, slice number and position, and a slider through the stack."""

    def __init__(
        self, session: Session, images: SharedImages, plane: Plane, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sliceView")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.plane = plane
        self._session = session
        self.canvas = SliceCanvas(session, images, plane, self)
        colour = "#" + "".join(f"{round(255 * c):02x}" for c in PLANE_COLOURS[plane])
        self._title = QLabel(spoken(plane.value.capitalize()))
        self._title.setObjectName("viewTitle")
        light = self.palette().window().color().lightness() > 127
        shown = QColor(colour).darker(220).name() if light else colour
        self._title.setStyleSheet(f"color: {shown};")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setToolTip(tr("Scroll through the slices (wheel, arrow keys)"))
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._on_slider)
        # Opaque, so that a step does not have all its parents painted behind it.
        self.slider.setAutoFillBackground(True)
        self.place = Readout()
        self.place.setObjectName("viewPlace")
        header = QHBoxLayout()
        header.setContentsMargins(8, 2, 8, 2)
        header.setSpacing(8)
        header.addWidget(self._title)
        header.addWidget(self.slider, 1)
        header.addWidget(self.place)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        session.study_changed.connect(self._on_study_change)
        session.viewports.crosshair_changed.connect(self._on_crosshair_change)
        session.viewports.planes_changed.connect(self._on_study_change)
        self._on_study_change()

    def set_title(self, title: str, told: str) -> None:
        self._title.setText(title)
        self._title.setToolTip(told)
        self._fit_header()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_header()

    def mark_active(self, active: bool) -> None:
        """Underline the plane that commands about one view mean."""
        self._title.setProperty("active", active)
        self._title.style().polish(self._title)

    def mark_at_hand(self, at_hand: bool | None) -> None:
        """Frame the series in hand, where two are on the screen; None where there is one."""
        wanted = {None: "", False: "other", True: "hand"}[at_hand]
        if self.property("frame") != wanted:
            self.setProperty("frame", wanted)
            self.style().polish(self)
            margin = FRAME_PIXELS if wanted else 0
            self.layout().setContentsMargins(margin, margin, margin, margin)

    def finalise(self) -> None:
        self._session.study_changed.disconnect(self._on_study_change)
        self._session.viewports.crosshair_changed.disconnect(self._on_crosshair_change)
        self._session.viewports.planes_changed.disconnect(self._on_study_change)
        self.canvas.finalise()

    def _on_study_change(self) -> None:
        stack = self._session.viewports.stack(self.plane)
        self.slider.setEnabled(stack is not None)
        self.slider.blockSignals(True)
        count = stack.count if stack is not None else 1
        self.slider.setRange(0, count - 1)
        self.slider.blockSignals(False)
        # Either may be the longer one: an angle in the language of the screen, or a place in mm.
        longer = max(phrase("oblique 000°"), "S 0000.0 mm", key=self.place.fontMetrics().horizontalAdvance)
        self.place.make_room_for(f"{count} / {count}   {longer}" if stack is not None else "")
        self._fit_header()
        self._on_crosshair_change()

    def _fit_header(self) -> None:
        """A narrow header drops the place, which the pointer and the slider tell too."""
        needed = self._title.sizeHint().width() + self.slider.minimumSizeHint().width()
        self.place.setVisible(self.width() >= needed + self.place.sizeHint().width() + 32)

    def _on_crosshair_change(self) -> None:
        stack = self._session.viewports.stack(self.plane)
        if stack is None:
            self.place.setText("")
            return
        number = self._session.viewports.slice_of(self.plane)
        self.place.setText(slice_line(stack, number))
        self.slider.blockSignals(True)
        self.slider.setValue(number)
        self.slider.blockSignals(False)

    def _on_slider(self, number: int) -> None:
        self._session.viewports.go_to_slice(self.plane, number)
