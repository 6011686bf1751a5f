"""A reader's own estimate, committed before the models' answers are seen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.prognosis import Estimate
from ctprog_gui.state.session import Session


class EstimateForm(QFrame):
    """The question while an estimate is wanted; afterwards what it was."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._session = session
        self.title = QLabel()
        self.title.setObjectName("cardName")
        self.title.setWordWrap(True)
        self.low, self.high = QPushButton(tr("Low risk")), QPushButton(tr("High risk"))
        for button in (self.low, self.high):
            button.setToolTip(tr("Your own estimate, before any score is shown"))
        groups = QHBoxLayout()
        for button in (self.low, self.high):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.toggled.connect(self._on_changed)
            groups.addWidget(button, 1)
        self.sure = QSlider(Qt.Orientation.Horizontal)
        self.sure.setRange(50, 100)
        self.sure.setToolTip(tr("How sure you are of it"))
        self.sure.setValue(75)
        self.sure.valueChanged.connect(self._on_changed)
        self.sure_words = QLabel()
        self.sure_words.setObjectName("muted")
        self.commit = QPushButton(tr("Commit and see"))
        self.commit.setObjectName("primary")
        self.commit.setToolTip(tr("It can't be changed for this case afterwards"))
        self.commit.clicked.connect(self._on_commit)
        self._question = QWidget()
        inner = QVBoxLayout(self._question)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(groups)
        inner.addWidget(self.sure)
        inner.addWidget(self.sure_words)
        inner.addWidget(self.commit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self.title)
        layout.addWidget(self._question)
        self._case: object = None
        self.refresh()

    def refresh(self) -> None:
        """After any change of the prognosis or of the case."""
        prognosis, study = self._session.prognosis, self._session.study
        if study is not self._case:
            # A new case is a new question: no answer is left over from the last one.
            self._case = study
            for button in (self.low, self.high):
                button.setAutoExclusive(False)
                button.setChecked(False)
                button.setAutoExclusive(True)
            self.sure.setValue(75)
        self.setVisible(study is not None and prognosis.blind_first and not prognosis.withheld)
        self._question.setVisible(prognosis.estimate is None)
        if prognosis.estimate is None:
            told = [tr("Your estimate first.")]
            if prognosis.awaits_estimate:
                told.append(tr("The models have answered."))
            self.title.setText(" ".join(told))
        else:
            made = prognosis.estimate
            estimate = tr("Your estimate: {group}, {sure} sure")
            self.title.setText(
                estimate.format(group=spoken(f"{made.risk_group} risk"), sure=f"{made.confidence:.0%}")
            )
        self._on_changed()

    def _on_changed(self, _: object = None) -> None:
        self.sure_words.setText(tr("{percent} % sure").format(percent=self.sure.value()))
        self.commit.setEnabled(self.low.isChecked() or self.high.isChecked())

    def _on_commit(self) -> None:
        group = "high" if self.high.isChecked() else "low"
        self._session.prognosis.commit(Estimate(group, self.sure.value() / 100))
