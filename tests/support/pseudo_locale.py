"""A language that nobody speaks: each text in brackets and a third longer. What lacks them was missed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTableWidget,
    QTabWidget,
    QWidget,
)

from ctprog_gui.state.language import speak

_INNERMOST = re.compile(r"«[^«»]*»")
_TAG = re.compile(r"<[^>]*>|&[a-z]+;")
_WORD = re.compile(r"[^\W\d_]{2,}")


def pseudo(text: str) -> str:
    """The text in brackets, three tenths longer in all; what is added breaks into lines as words do."""
    if not text:
        return ""
    shown = len(_TAG.sub("", text))
    more = max(round(0.3 * shown) - 2, 0)
    return f"«{text}{(' ~~~~~' * (more // 6 + 1))[:more]}»"


class PseudoTranslator(QTranslator):
    """For Qt's own texts: what buttons of its dialogs say."""

    def translate(self, context: str, source: str, comment: str | None = None, n: int = -1) -> str:
        # Names of keys are Qt's, and read back by it.
        return source if context in ("QShortcut", "", None) else pseudo(source)

    def isEmpty(self) -> bool:
        return False


def speak_pseudo() -> PseudoTranslator:
    """Have the running application speak it; the translator is to be removed afterwards."""
    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    speak(lambda text, comment, n: pseudo(text.replace("%n", str(n)) if n >= 0 else text))
    return translator


def left_over(text: str, allowed: set[str]) -> list[str]:
    """The words of a text that stand in no brackets and are not allowed."""
    rest = text
    while _INNERMOST.search(rest):
        rest = _INNERMOST.sub(" ", rest)
    return [word for word in _WORD.findall(_TAG.sub(" ", rest)) if word not in allowed]


def texts_of(top: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of a window's parts, shown or not, each with where it stands."""
    for widget in [top, *top.findChildren(QWidget)]:
        where = f"{type(widget).__name__} {widget.objectName()}"
        for kind, text in _of_widget(widget):
            if text:
                yield f"{where}: {kind}", text
    for action in top.findChildren(QAction):
        yield f"QAction {action.objectName()}", action.text()
        yield f"QAction {action.objectName()}: tip", action.toolTip()


def _of_widget(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tip", widget.toolTip()
    yield "status tip", widget.statusTip()
    if widget.isWindow():
        yield "window title", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    elif isinstance(widget, QGroupBox | QMenu):
        # By the class: a part of the widget may be called title too.
        yield "title", (QGroupBox if isinstance(widget, QGroupBox) else QMenu).title(widget)
    elif isinstance(widget, QComboBox):
        for at in range(widget.count()):
            yield "item", widget.itemText(at)
            yield "item's tip", widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or ""
    elif isinstance(widget, QTabWidget):
        for at in range(widget.count()):
            yield "tab", widget.tabText(at)
    elif isinstance(widget, QLineEdit):
        yield "placeholder", widget.placeholderText()
    elif isinstance(widget, QAbstractSpinBox):
        yield "special value", widget.specialValueText()
        for end in ("prefix", "suffix"):
            yield end, getattr(widget, end, str)()
    elif isinstance(widget, QListWidget):
        for at in range(widget.count()):
            yield "row", widget.item(at).text()
    elif isinstance(widget, QTableWidget):
        yield from _of_table(widget)
    elif isinstance(widget, pg.PlotWidget):
        plot = widget.getPlotItem()
        yield "plot's title", plot.titleLabel.text
        for side in ("left", "bottom"):
            yield f"{side} axis", plot.getAxis(side).labelText


def _of_table(table: QTableWidget) -> Iterator[tuple[str, str]]:
    for column in range(table.columnCount()):
        header = table.horizontalHeaderItem(column)
        # Qt numbers columns that have no header.
        yield "header", header.text() if header is not None else ""
        for row in range(table.rowCount()):
            item = table.item(row, column)
            if item is not None:
                yield "cell", item.text()
                yield "cell's tip", item.toolTip()


def open_windows() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
