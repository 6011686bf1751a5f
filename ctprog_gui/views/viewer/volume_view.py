"""The volume view on the screen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ctprog_gui.rendering.volume_scene import VolumeScene
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.state.stroke import Tool
from ctprog_gui.views.tools.volume_cut_drag import VolumeCutDrag
from ctprog_gui.views.viewer.volume_controls import VolumeControls
from ctprog_gui.views.viewer.vtk_host import VtkHost

DEGREES_PER_PIXEL = 0.5
# How long after the last movement the view is drawn finely again.
SETTLE_MS = 250
# How long after the last stroke the surfaces are made anew, at least: the brush comes first. Where a
# picture takes long, twice as long as that, so that the next stroke seldom has to wait for it.
IDLE_MS = 400


class VolumeCanvas(VtkHost):
    """Left drag turns, middle pans, right or wheel zooms.

    With the scissors in the hand a left drag draws around what they cut, and with Ctrl it turns.
    """

    maximise = Signal()
    turned = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.scene = VolumeScene(session)
        super().__init__(self.scene.renderer, parent)
        self.scene.dirty.connect(self.schedule)
        self.session = session
        self._cut: VolumeCutDrag | None = None
        self._last: QPointF | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self._session = session
        session.prognosis.run_changed.connect(self._on_run_change)
        self.scene.surfaces_dirty.connect(self._wait_for_idle)

    def finalise(self) -> None:
        self._settle.stop()
        self._idle.stop()
        self.scene.surfaces_dirty.disconnect(self._wait_for_idle)
        self._session.prognosis.run_changed.disconnect(self._on_run_change)
        self.scene.dirty.disconnect(self.schedule)
        self.scene.close()
        super().finalise()

    def prepare(self) -> None:
        self.scene.prepare()

    def reset(self) -> None:
        self.scene.reset()
        self.turned.emit()

    def on_resize(self, width: int, height: int) -> None:
        self.scene.set_scale(self.devicePixelRatioF())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if self._cuts and plain and event.button() == Qt.MouseButton.LeftButton:
            self._cut = VolumeCutDrag(self, event.position())
            return
        self._last = event.position()
        self._move_coarsely()

    @property
    def _cuts(self) -> bool:
        return self.session.study is not None and self.session.tools.tool is Tool.SCISSORS

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._cut is not None:
            if event.buttons() == Qt.MouseButton.NoButton:
                # The release went elsewhere, to a dialog that came up: the line ended there.
                self._end_cut(event.position())
            else:
                self._cut.move(event.position())
            return
        if self._last is None:
            return
        apart = event.position() - self._last
        self._last = event.position()
        buttons = event.buttons()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if buttons & Qt.MouseButton.MiddleButton or (buttons & Qt.MouseButton.LeftButton and shift):
            self.scene.pan(apart.x() / self.height(), -apart.y() / self.height())
        elif buttons & Qt.MouseButton.LeftButton:
            self.scene.rotate(apart.x() * DEGREES_PER_PIXEL, -apart.y() * DEGREES_PER_PIXEL)
        elif buttons & Qt.MouseButton.RightButton:
            self.scene.zoom(2.0 ** (-apart.y() / 120.0))
        self._move_coarsely()
        self.turned.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.buttons() == Qt.MouseButton.NoButton:
            self._end_cut(event.position())
            self._last = None

    def _end_cut(self, position: QPointF) -> None:
        cut, self._cut = self._cut, None
        if cut is not None:
            cut.release(position)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._last = None
        if self._cuts:
            # Two quick presses are two lines, not a wish for more room.
            self.mousePressEvent(event)
        else:
            self.maximise.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._move_coarsely()
        self.scene.zoom(1.1 ** (event.angleDelta().y() / 120))
        event.accept()

    def _wait_for_idle(self) -> None:
        self._idle.start(max(IDLE_MS, round(2000 * self.took_s)))

    def _on_run_change(self) -> None:
        # Another question may follow at once.
        if self._idle.isActive():
            self._wait_for_idle()

    def _on_idle(self) -> None:
        # A picture here may take as long as a stroke and its score together: both come first.
        prognosis = self._session.prognosis
        if self._session.roi.stroking or (prognosis.running and prognosis.follow_roi):
            self._wait_for_idle()
        else:
            self.schedule()

    def _move_coarsely(self) -> None:
        self.scene.moving = True
        self._settle.start()

    def _on_settled(self) -> None:
        self.scene.moving = False


class VolumeView(QWidget):
    """The canvas with its header, which says which side of the patient faces the viewer."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.canvas = VolumeCanvas(session, self)
        self._title = QLabel(tr("Volume", "the view in 3D"))
        self._title.setObjectName("viewTitle")
        self.facing = QLabel()
        self.facing.setObjectName("viewPlace")
        header = QHBoxLayout()
        header.setContentsMargins(8, 2, 8, 2)
        header.setSpacing(8)
        self.controls = VolumeControls(session)
        header.addWidget(self._title)
        header.addWidget(self.controls)
        header.addStretch(1)
        header.addWidget(self.facing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)
        self.canvas.turned.connect(self._tell_facing)
        session.study_changed.connect(self._tell_facing)
        self._tell_facing()

    def finalise(self) -> None:
        self._session.study_changed.disconnect(self._tell_facing)
        self.controls.finalise()
        self.canvas.finalise()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow header drops first what it says, then the slider, then its title: preset and box stay."""
        width, title = event.size().width(), self._title.sizeHint().width()
        self.controls.shift.setVisible(True)
        needed = title + self.controls.sizeHint().width() + 32
        self.facing.setVisible(width >= needed + self.facing.sizeHint().width())
        self.controls.shift.setVisible(width >= needed)
        self._title.setVisible(width >= title + self.controls.minimumSizeHint().width() + 32)

    def _tell_facing(self) -> None:
        shown = self._session.study is not None
        seen = tr("seen from {side}").format(side=self.canvas.scene.facing())
        self.facing.setText(seen if shown else "")
