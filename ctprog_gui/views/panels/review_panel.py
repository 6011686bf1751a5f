"""For whoever settles: what the map's colours mean, how far the readers are apart, and taking one of them."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.roi.disagreement import BOTH, ONLY_A, ONLY_B
from ctprog_gui.rendering.disagreement_overlay import COLOURS
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.state.volume_words import volume_words


class ReviewPanel(QWidget):
    """Shown while the reviewer of a session is at work."""

    settle_wanted = Signal(str)
    worst_wanted = Signal()
    report_wanted = Signal()
    pair_wanted = Signal(object)  # the names of two readers

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pairs: list[tuple[str, str]] = []
        self.pair = QComboBox()
        self.pair.setToolTip(tr("Which two readers are compared"))
        self.pair.activated.connect(lambda row: self.pair_wanted.emit(self._pairs[row]))
        self.legend = {one: QLabel() for one in (ONLY_A, ONLY_B, BOTH)}
        legend = QGridLayout()
        legend.setHorizontalSpacing(6)
        legend.setVerticalSpacing(2)
        for row, one in enumerate(self.legend):
            swatch = QLabel()
            picture = QPixmap(14, 12)
            picture.fill(QColor(*COLOURS[one]))
            swatch.setPixmap(picture)
            legend.addWidget(swatch, row, 0)
            legend.addWidget(self.legend[one], row, 1)
        legend.setColumnStretch(1, 1)
        self.visible = QCheckBox(tr("Map"))
        self.visible.setToolTip(tr("Show outlines and map of the two readers"))
        self.visible.setChecked(True)
        self.visible.toggled.connect(lambda on: setattr(session.review, "visible", on))
        self.worst = QPushButton(tr("Worst slice"))
        self.worst.setObjectName("small")
        self.worst.setToolTip(tr("The axial slice with most voxels that only one reader marked"))
        self.worst.clicked.connect(self.worst_wanted)
        self.report = QPushButton(tr("Report…"))
        self.report.setObjectName("small")
        self.report.setToolTip(tr("Write the agreement of the whole session as tables and figures"))
        self.report.clicked.connect(self.report_wanted)
        look = QHBoxLayout()
        look.addWidget(self.visible)
        look.addWidget(self.worst, 1)
        look.addWidget(self.report, 1)
        self.take = {how: QPushButton() for how in ("A", "B", "union", "intersection")}
        for how in ("A", "B"):
            self.take[how].setToolTip(tr("Take what this reader drew"))
        buttons = QGridLayout()
        buttons.setSpacing(4)
        for at, (how, button) in enumerate(self.take.items()):
            button.setObjectName("small")
            button.setMinimumWidth(30)
            button.clicked.connect(lambda _=False, how=how: self.settle_wanted.emit(how))
            buttons.addWidget(button, at // 2, at % 2)
        self.take["union"].setText(tr("Union"))
        self.take["union"].setToolTip(tr("Take what at least one of them marked"))
        self.take["intersection"].setText(tr("Intersection"))
        self.take["intersection"].setToolTip(tr("Take what both marked"))
        self.taken = QLabel()
        self.taken.setObjectName("muted")
        self.taken.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.pair)
        layout.addLayout(legend)
        layout.addLayout(look)
        layout.addLayout(buttons)
        layout.addWidget(self.taken)
        self._listening = Listening(
            (session.reading.changed, self._on_change),
            (session.review.changed, self._on_change),
            (session.review.shown_changed, self._on_change),
        )
        self._on_change()

    def finalise(self) -> None:
        self._listening.end()

    def _on_change(self) -> None:
        reading, review = self._session.reading, self._session.review
        self.setVisible(reading.reviews)
        if not reading.reviews:
            return
        self._list_pairs()
        a, b = review.readers
        found, study = review.disagreement, self._session.study
        names = {ONLY_A: tr("{name} only"), ONLY_B: tr("{name} only"), BOTH: tr("both")}
        for one, label in self.legend.items():
            told = names[one].format(name=a if one == ONLY_A else b)
            if found is not None and study is not None:
                told += f"   {volume_words(found.count(one) * study.volume.geometry.voxel_volume_mm3)}"
            label.setText(told)
        for how, name in (("A", a), ("B", b)):
            self.take[how].setText(tr("Take {name}").format(name=name))
            self.take[how].setToolTip(tr("Take what {name} drew").format(name=name))
        for button in (*self.take.values(), self.worst):
            button.setEnabled(found is not None and not reading.busy)
        current = reading.current
        words = {"union": tr("the union"), "intersection": tr("the intersection")}
        if current is not None and current.taken is not None:
            self.taken.setText(
                tr("Begun from {what}; brush and effects go on from there.").format(
                    what=words.get(current.taken, current.taken)
                )
            )
        else:
            self.taken.setText(tr("Take one of them, or draw; then Done.") if current is not None else "")

    def _list_pairs(self) -> None:
        """Every two readers, where there are more than two."""
        session, review = self._session.reading.session, self._session.review
        pairs = list(combinations([reader.name for reader in session.readers] if session else [], 2))
        self.pair.setVisible(len(pairs) > 1)
        if pairs != self._pairs:
            self._pairs = pairs
            self.pair.clear()
            for first, second in pairs:
                self.pair.addItem(tr("{first} and {second}").format(first=first, second=second))
        if review.readers in pairs:
            self.pair.setCurrentIndex(pairs.index(review.readers))
