"""Fields for what the models ask to know besides the images."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from ctprog_gui.core.cohort.clinical import UNKNOWN, ClinicalInput
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.clinical_words import hint_words
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import spoken, tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session

# Fields of a few letters stand side by side.
_ABREAST = 4
_SHORT = 7


class ClinicalPanel(QFrame):
    """Drawn from what the bundles declare; hidden where none of them asks for anything.

    A value from the images' header is marked as such, and all else is unknown until a person
    chooses it. A field whose value some model can't do without is marked while it is unknown.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clinical")
        self._session = session
        self._fields: list[_Field] = []
        title = QLabel(tr("Clinical values"))
        title.setObjectName("chartTitle")
        self.trouble = QLabel()
        self.trouble.setObjectName("warning")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addLayout(self._grid)
        layout.addWidget(self.trouble)
        self._listening = Listening(
            (session.clinical.inputs_changed, self._rebuild),
            (session.clinical.changed, self._show_values),
            (session.study_changed, self._show_values),
        )
        self._rebuild()

    def finalise(self) -> None:
        self._listening.end()

    def field(self, name: str) -> QComboBox | QLineEdit:
        """The field of an input."""
        return next(one.editor for one in self._fields if one.input.name == name)

    def _rebuild(self) -> None:
        for one in self._fields:
            for part in (one.label, one.editor):
                self._grid.removeWidget(part)
                part.deleteLater()
        self._fields = [_Field(one, self) for one in self._session.clinical.inputs]
        short = [one for one in self._fields if one.is_short]
        row = 0
        for number, one in enumerate(short):
            row, column = 2 * (number // _ABREAST), number % _ABREAST
            self._grid.addWidget(one.label, row, column)
            self._grid.addWidget(one.editor, row + 1, column)
        row += 2
        for one in self._fields:
            if not one.is_short:
                self._grid.addWidget(one.label, row, 0)
                self._grid.addWidget(one.editor, row, 1, 1, _ABREAST - 1)
                row += 1
        for column in range(_ABREAST):
            self._grid.setColumnStretch(column, 1)
        self._show_values()

    def _show_values(self) -> None:
        self.setVisible(bool(self._fields) and self._session.study is not None)
        self.trouble.hide()
        clinical = self._session.clinical
        for one in self._fields:
            value = clinical.value(one.input.name)
            one.show_value(value, from_dicom=clinical.is_from_dicom(one.input.name))

    def choose(self, one: ClinicalInput, given: str | None) -> None:
        """A person's value; what makes no sense is told below the fields, and the old value stands."""
        try:
            self._session.clinical.choose(one.name, given)
        except InputError as error:
            self._show_values()
            self.trouble.setText(f"⚠ {phrase(str(error))}")
            self.trouble.show()
        else:
            self._show_values()


class _Field:
    """One input's label and editor."""

    def __init__(self, one: ClinicalInput, panel: ClinicalPanel) -> None:
        self.input = one
        self.label = QLabel()
        self.label.setObjectName("muted")
        if one.kind == "number":
            self.editor: QComboBox | QLineEdit = self._line(panel)
        else:
            self.editor = self._choice(panel)
        self.editor.setObjectName("clinicalField")
        self.editor.setAccessibleName(hint_words(one)[0])
        self.label.setBuddy(self.editor)

    @property
    def is_short(self) -> bool:
        return max((len(level.label) for level in self.input.levels), default=0) <= _SHORT

    def _line(self, panel: ClinicalPanel) -> QLineEdit:
        line = QLineEdit()
        line.setPlaceholderText(spoken(UNKNOWN))
        line.editingFinished.connect(lambda: panel.choose(self.input, line.text().replace(",", ".") or None))
        return line

    def _choice(self, panel: ClinicalPanel) -> QComboBox:
        choice = QComboBox()
        # The wheel scrolls the panel; it must not change a value by the way.
        choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        choice.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]  # one handler, no class
        choice.setMinimumContentsLength(4)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.addItem(spoken(UNKNOWN), None)
        for level in self.input.levels:
            choice.addItem(spoken(level.label), level.value)
            if level.patients is not None:
                told = tr("{n} of the fitted patients").format(n=level.patients)
                choice.setItemData(choice.count() - 1, told, Qt.ItemDataRole.ToolTipRole)
        choice.activated.connect(lambda _at: panel.choose(self.input, choice.currentData()))
        return choice

    def show_value(self, value: float | str | None, *, from_dicom: bool) -> None:
        one = self.input
        name, unit, _ = hint_words(one)
        told = f", {unit}" if unit and not from_dicom else ""
        self.label.setText(f"{name} · DICOM" if from_dicom else f"{name}{told}")
        self.editor.setToolTip(_hint(one, from_dicom=from_dicom))
        editor = self.editor
        if isinstance(editor, QLineEdit):
            editor.setText("" if value is None else f"{value:.4g}" if isinstance(value, float) else value)
        else:
            editor.setCurrentIndex(0 if value is None else editor.findData(value))
        wanting = value is None and not one.unknown
        if editor.property("wanting") != wanting:
            editor.setProperty("wanting", wanting)
            editor.style().unpolish(editor)
            editor.style().polish(editor)


def _hint(one: ClinicalInput, *, from_dicom: bool) -> str:
    _, unit, note = hint_words(one)
    unit = f" {unit}" if unit else ""
    told: Sequence[str | None] = (
        tr("As the images' header says; type over it if you know better.") if from_dicom else None,
        tr("{low} to {high}").format(low=f"{one.low:g}", high=f"{one.high:g}{unit}")
        if one.kind == "number"
        else None,
        note,
        None if one.unknown else tr("A model can't do without it."),
    )
    return "\n".join(part for part in told if part)
