"""Choosing an effect on the active segment, its parameters, and yes or no to what is proposed."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.effects import EFFECTS, EffectKind, effect_kind
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.segment import Segment
from ctprog_gui.state.session import Session
from ctprog_gui.state.volume_words import volume_words
from ctprog_gui.views.key_tips import with_key

# A parameter that is turned asks once it rests.
PAUSE_MS = 120


class EffectsPanel(QWidget):
    """Shows parameters only while an effect is chosen, and the answer only while there is a proposal.

    `wanted` carries the effect and the second segment it takes, or None.
    """

    wanted = Signal(object, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kind: EffectKind | None = None
        self._limit: HuRange | None = None
        self.kinds = QComboBox()
        self.kinds.setToolTip(tr("What can be done with the chosen segment; it is shown before it is done"))
        self.kinds.addItem(tr("Effect…"), None)
        for kind in EFFECTS:
            self.kinds.addItem(spoken(kind.title), kind.id)
            self.kinds.setItemData(self.kinds.count() - 1, spoken(kind.help), Qt.ItemDataRole.ToolTipRole)
        # As wide as the panel, whatever the longest of them is called.
        self.kinds.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kinds.setMaxVisibleItems(len(EFFECTS) + 1)
        self.kinds.activated.connect(self._on_chosen)
        self.help = QLabel()
        self.help.setObjectName("muted")
        self.help.setWordWrap(True)
        self.number_title, self.choice_title = QLabel(), QLabel()
        self.number = QDoubleSpinBox()
        self.number.setDecimals(1)
        self.number.setToolTip(tr("How much of the effect"))
        self.number.valueChanged.connect(self._on_parameter)
        self.choice = QComboBox()
        self.choice.setToolTip(tr("Which way the effect goes"))
        self.choice.currentIndexChanged.connect(self._on_parameter)
        self.told = QLabel()
        self.told.setObjectName("proposal")
        self.told.setWordWrap(True)
        self.apply = QPushButton(tr("Apply"))
        self.apply.setObjectName("primary")
        with_key(self.apply, tr("Make the change"), "roi.accept")
        self.apply.clicked.connect(lambda: self._session.accept())
        self.discard = QPushButton(tr("Discard"))
        with_key(self.discard, tr("Leave the segment as it is"), "prognosis.cancel")
        self.discard.clicked.connect(lambda: self._session.reject())
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.number_title, 0, 0)
        grid.addWidget(self.number, 0, 1)
        grid.addWidget(self.choice_title, 1, 0)
        grid.addWidget(self.choice, 1, 1)
        self._answer = QWidget()
        buttons = QHBoxLayout(self._answer)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.discard)
        buttons.addWidget(self.apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(self.kinds)
        layout.addWidget(self.help)
        layout.addLayout(grid)
        layout.addWidget(self.told)
        layout.addWidget(self._answer)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._show_kind(None)
        self._connect()

    def show_series(self, session: Session) -> None:
        """Work on another series' segments."""
        self.finalise()
        self._session = session
        self._connect()

    def _connect(self) -> None:
        session = self._session
        self._listening = Listening(
            (session.tools.changed, self._on_tools_change),
            (session.proposal.changed, self._on_proposal_change),
            (session.roi.changed, self._on_roi_change),
            (session.roi.segments_changed, self._on_segments_change),
            (session.study_changed, self._on_segments_change),
        )
        self._on_proposal_change()
        self._on_segments_change()

    def finalise(self) -> None:
        self._pause.stop()
        self._listening.end()

    def _on_chosen(self, row: int) -> None:
        self._session.tools.effect = None
        self._session.tools.effect = self.kinds.itemData(row)
        if row == 0:
            self._session.proposal.discard()

    def _on_tools_change(self) -> None:
        wanted = self._session.tools.effect
        if wanted != (self._kind.id if self._kind else None):
            self._show_kind(effect_kind(wanted) if wanted else None)
            if wanted:
                self._ask()
            elif self._session.proposal.current is None:
                # The effect was put down while it was being worked out.
                self._session.proposal.discard()
        elif self._kind is not None and self._session.tools.limit.holding != self._limit:
            self._on_parameter()

    def _show_kind(self, kind: EffectKind | None) -> None:
        self._kind = kind
        self._pause.stop()
        self.kinds.setCurrentIndex(self.kinds.findData(kind.id) if kind else 0)
        self.help.setText(spoken(kind.help) if kind else "")
        self.help.setVisible(kind is not None)
        number = kind.number if kind else None
        for part in (self.number_title, self.number):
            part.setVisible(number is not None)
        if number is not None:
            self.number.blockSignals(True)
            self.number_title.setText(spoken(number.title))
            self.number.setSuffix(number.unit)
            self.number.setRange(number.low, number.high)
            self.number.setSingleStep(number.step)
            self.number.setValue(number.default)
            self.number.blockSignals(False)
        self._fill_choices()
        self._on_proposal_change()

    def _fill_choices(self) -> None:
        kind = self._kind
        choices = kind.choices(self._session) if kind and kind.choices else ()
        for part in (self.choice_title, self.choice):
            part.setVisible(bool(kind and kind.choices))
        kept = self.choice.currentText()
        self.choice.blockSignals(True)
        self.choice.clear()
        for title, value in choices:
            self.choice.addItem(phrase(title) if not isinstance(value, Segment) else title, value)
        # The same segment, if it is still there.
        self.choice.setCurrentIndex(max(self.choice.findText(kept), 0) if choices else -1)
        self.choice.blockSignals(False)
        self.choice_title.setText(spoken(kind.choice_title) if kind else "")

    def _on_parameter(self, _: Any = None) -> None:
        """What is shown was made with other values: it goes at once, and a yes waits for the new one."""
        active, proposal = self._session.roi.active, self._session.proposal
        if self._kind is not None and active is not None:
            proposal.discard()
            proposal.expect([active.label])
            self._pause.start()

    def _on_roi_change(self, _box: object) -> None:
        if self._kind is not None:
            self._pause.start()

    def _on_segments_change(self) -> None:
        self.kinds.setEnabled(self._session.roi.active is not None)
        if self._kind is None:
            return
        if self._session.roi.active is None:
            self._session.tools.effect = None
            return
        self._fill_choices()
        if self._session.proposal.current is None:
            self._pause.start()

    def _ask(self) -> None:
        kind = self._kind
        if kind is None:
            return
        self._limit = self._session.tools.limit.holding
        value = self.choice.currentData()
        if kind.choices is not None and self.choice.currentIndex() < 0:
            self._session.proposal.discard()
            self.told.setText(tr("There is no other segment."))
            self.told.show()
            return
        effect = kind.make(self.number.value(), value)
        self.wanted.emit(effect, value if isinstance(value, Segment) else None)

    def _on_proposal_change(self) -> None:
        proposal, roi = self._session.proposal.current, self._session.roi
        state = self._session.proposal
        self._answer.setVisible(proposal is not None or state.awaited is not None)
        self.apply.setEnabled(self._session.pending and not state.accepted)
        if state.awaited is not None:
            accepted = tr("It is made as soon as it is worked out.")
            self.told.setText(accepted if state.accepted else tr("It is being worked out…"))
            self.told.show()
            return
        if proposal is None or roi.geometry is None:
            self.told.hide()
            return
        added, removed = (
            volume_words(count * roi.geometry.voxel_volume_mm3)
            for count in (proposal.added, proposal.removed)
        )
        told = phrase(proposal.name)
        if len(proposal.labels) == 1:
            names = (s.name for s in roi.segments if s.label in proposal.labels)
            told = f"{next(names, '')}: {told}"
        told = f"{told}\n+{added}  −{removed}"
        self.told.setText(f"{told}\n{phrase(proposal.told)}" if proposal.told else told)
        self.told.show()
