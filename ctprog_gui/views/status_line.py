"""The bottom line: what is under the pointer, what runs and how to stop it, and notices."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from ctprog_gui.core.imaging.oblique import ObliquePlane
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.imaging.sampling import shown_value
from ctprog_gui.core.imaging.slab import Projection
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session
from ctprog_gui.views.key_tips import with_key

NOTICE_MS = 15_000
_AXES = (("R", "L"), ("A", "P"), ("I", "S"))


class StatusLine(QStatusBar):
    """Pointer position and HU on the left, progress and cancel on the right."""

    cancel_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setSizeGripEnabled(False)
        self.pointer = QLabel()
        self.pointer.setObjectName("pointer")
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.doing = QLabel()
        self.doing.setObjectName("muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(180)
        self.progress.setFixedHeight(8)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setObjectName("small")
        with_key(self.cancel, tr("Stop what runs"), "prognosis.cancel")
        self.cancel.clicked.connect(self.cancel_wanted)
        self.addWidget(self.pointer)
        self.addWidget(self.notice, 1)
        for part in (self.doing, self.progress, self.cancel):
            self.addPermanentWidget(part)
        session.tools.refused.connect(self._on_refused)
        session.study_changed.connect(self._on_study_change)
        self._told_of = session.study
        self._fade = QTimer(self)
        self._fade.setSingleShot(True)
        self._fade.setInterval(NOTICE_MS)
        self._fade.timeout.connect(lambda: self.tell(""))
        self.rest()

    def finalise(self) -> None:
        self._session.tools.refused.disconnect(self._on_refused)
        self._session.study_changed.disconnect(self._on_study_change)
        self._fade.stop()

    def point(self, point_mm: np.ndarray | None, beside: Session | None = None) -> None:
        """Tell position, voxel and HU under the pointer; None where it points at nothing.

        `beside` is whose view the pointer is in, where it is not in one of the case's own.
        """
        session = beside or self._session
        study, viewports = session.study, session.viewports
        # The pointer is in the active plane, and told is what is to be seen there.
        stack = viewports.stack(viewports.active)
        if study is None or stack is None or point_mm is None:
            self.pointer.setText("")
            return
        value = shown_value(study.volume, stack, viewports.slab, point_mm)
        if value is None:
            self.pointer.setText("")
            return
        hu = f"{value:.0f} HU"
        if viewports.slab.projection is not Projection.SLICE:
            hu += f" ({viewports.slab.projection.value} {viewports.slab.thickness_mm:.3g} mm)"
        elif isinstance(stack, ObliquePlane):
            hu = tr("{hu} (interpolated)").format(hu=hu)
        place = "  ".join(
            f"{letters[int(v >= 0)]} {abs(v):.1f}" for letters, v in zip(_AXES, point_mm, strict=True)
        )
        number = study.planes[Plane.AXIAL].slice_at(point_mm)
        told = tr("slice {number}").format(number=number + 1)
        self.pointer.setText(f"{place} mm    {told}    {hu}")

    def _on_study_change(self) -> None:
        """Trouble with a case goes with it, and its HU; what was told of the new one already stays."""
        self.pointer.setText("")
        if self._told_of is not self._session.study:
            self.tell("")

    def _on_refused(self, told: str) -> None:
        self.tell(told, trouble=True)

    def report(self, fraction: float, text: str) -> None:
        """Something runs."""
        for part in (self.doing, self.progress, self.cancel):
            part.show()
        self.doing.setText(phrase(text))
        self.progress.setValue(round(1000 * fraction))

    def rest(self) -> None:
        """Nothing runs."""
        for part in (self.doing, self.progress, self.cancel):
            part.hide()

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """A notice; trouble stays until the next one, the rest fades."""
        self._told_of = self._session.study
        self.notice.setProperty("trouble", trouble)
        self.notice.style().polish(self.notice)
        self.notice.setText(text)
        self.notice.setToolTip(text)
        self._fade.stop()
        if text and not trouble:
            self._fade.start()
