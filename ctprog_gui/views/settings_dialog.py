"""The settings page: made from the declarations, and the keys from the commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.commands.search import matching
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.services.translation import said_in
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.settings import SETTINGS, Setting, Settings

RESTART_NOTICE = marked("This holds from the next start on.")
SHIPPED = {command.id: command.shortcut for command in COMMANDS}


class SettingsDialog(QDialog):
    """Every change holds at once; there is nothing to apply."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.resize(640, 560)
        self._settings = settings
        self.fields: dict[str, QWidget] = {}
        self.keys: dict[str, QKeySequenceEdit] = {}
        self.told = QLabel()
        self.told.setObjectName("warning")
        self.told.setWordWrap(True)
        tabs = QTabWidget()
        tabs.addTab(self._general(), tr("General"))
        tabs.addTab(self._key_table(), tr("Keys"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        # Fusion's pictures are black, which does not show on the dark theme.
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        self.reset = buttons.addButton(tr("As shipped"), QDialogButtonBox.ButtonRole.ResetRole)
        self.reset.clicked.connect(self._on_reset)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        layout.addWidget(self.told)
        layout.addWidget(buttons)

    def _general(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(10)
        for setting in SETTINGS:
            field = self._field(setting)
            again = tr("From the next start on.") if setting.restart else ""
            field.setToolTip(f"{spoken(setting.help)} {again}".rstrip())
            self.fields[setting.key] = field
            form.addRow(spoken(setting.title), _with_note(field, again) if again else field)
        self._show_values()
        return page

    def _field(self, setting: Setting) -> QWidget:
        key = setting.key
        if setting.choices:
            box = QComboBox()
            for choice in setting.choices:
                box.addItem(spoken(choice), choice)
            box.activated.connect(lambda at: self._set(setting, setting.choices[at]))
            return box
        if isinstance(setting.default, bool):
            tick = QCheckBox()
            tick.clicked.connect(lambda on: self._set(setting, on))
            return tick
        number = QSpinBox() if isinstance(setting.default, int) else QDoubleSpinBox()
        assert setting.bounds is not None, key
        low, high = setting.bounds
        if isinstance(number, QSpinBox):
            number.setRange(round(low), round(high))
        else:
            number.setRange(low, high)
            number.setDecimals(1)
        # The whole number counts, not each of its digits.
        number.setKeyboardTracking(False)
        number.setSuffix(f" {spoken(setting.unit)}")
        number.valueChanged.connect(lambda value: self._set(setting, value))
        return number

    def _show_values(self) -> None:
        for key, field in self.fields.items():
            value = self._settings[key]
            field.blockSignals(True)
            if isinstance(field, QComboBox):
                field.setCurrentIndex(field.findData(value))
            elif isinstance(field, QCheckBox):
                field.setChecked(value)
            elif isinstance(field, QSpinBox | QDoubleSpinBox):
                field.setValue(value)
            field.blockSignals(False)

    def _set(self, setting: Setting, value: bool | float | str) -> None:
        self._settings.set(setting.key, value)
        again = RESTART_NOTICE if setting.restart else ""
        told = [spoken(again)]
        if setting.key == "appearance.language":
            # Who chose it may read the present one poorly.
            told.append(said_in(str(value), again))
        self.told.setText("\n".join(dict.fromkeys(told)))

    def _key_table(self) -> QWidget:
        page = QWidget()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a command…"))
        self.search.textChanged.connect(self._on_search)
        self.table = QTableWidget(len(COMMANDS), 2)
        self.table.setHorizontalHeaderLabels([tr("Command"), tr("Key")])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, 180)
        for row, command in enumerate(COMMANDS):
            name = QTableWidgetItem(f"{spoken(command.menu)} › {spoken(command.title)}")
            name.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(row, 0, name)
            edit = QKeySequenceEdit()
            edit.setMaximumSequenceLength(1)
            edit.setClearButtonEnabled(True)
            edit.editingFinished.connect(lambda identifier=command.id: self._on_key(identifier))
            # Clearing by the button ends no editing.
            edit.keySequenceChanged.connect(
                lambda keys, identifier=command.id: self._on_cleared(keys, identifier)
            )
            self.keys[command.id] = edit
            self.table.setCellWidget(row, 1, edit)
        self._show_keys()
        layout = QVBoxLayout(page)
        layout.addWidget(self.search)
        layout.addWidget(self.table, 1)
        return page

    def _show_keys(self) -> None:
        for identifier, edit in self.keys.items():
            edit.blockSignals(True)
            edit.setKeySequence(QKeySequence(self._settings.key_of(identifier, SHIPPED[identifier])))
            edit.blockSignals(False)

    def _on_key(self, identifier: str) -> None:
        key = self.keys[identifier].keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        try:
            self._settings.set_key(identifier, key, SHIPPED)
        except InputError as error:
            self.told.setText(f"{error}.")
            self._show_keys()
        else:
            self.told.setText("")

    def _on_cleared(self, keys: QKeySequence, identifier: str) -> None:
        if keys.isEmpty():
            self._on_key(identifier)

    def _on_search(self, typed: str) -> None:
        shown = {command.id for command in matching(typed, COMMANDS)}
        for row, command in enumerate(COMMANDS):
            self.table.setRowHidden(row, command.id not in shown)

    def _on_reset(self) -> None:
        self._settings.reset()
        self._show_values()
        self._show_keys()
        self.told.setText(tr("All settings are as shipped."))


def _with_note(field: QWidget, note: str) -> QWidget:
    """A field with a few words beside it, which nobody has to hover for."""
    both = QWidget()
    beside = QHBoxLayout(both)
    beside.setContentsMargins(0, 0, 0, 0)
    beside.addWidget(field, 1)
    label = QLabel(note)
    label.setObjectName("muted")
    beside.addWidget(label)
    return both
