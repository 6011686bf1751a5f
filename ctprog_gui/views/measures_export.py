"""Asking where measures go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ctprog_gui.services.annotation_keeping import AnnotationKeeping
from ctprog_gui.state.language import tr
from ctprog_gui.views.dialogs import of_series


class MeasuresExport:
    """Measures as a table or as a structured report; `tell` is where a notice goes.

    `keeping` gives whose measures are meant, and `series` which of two series that is, if there are two.
    """

    def __init__(
        self,
        keeping: Callable[[], AnnotationKeeping],
        window: QWidget,
        tell: Callable[[str], None],
        series: Callable[[], str] = str,
    ) -> None:
        self._series = series
        self._keeping = keeping
        self._window = window
        self._tell = tell

    def table(self) -> None:
        name = self._ask("measures.csv", "CSV (*.csv)")
        if name:
            self._keeping().save_table(Path(name), lambda: self._tell(tr("Saved {name}").format(name=name)))

    def report(self) -> None:
        name = self._ask("measures.dcm", "DICOM SR (*.dcm)")
        if name:
            self._keeping().save_report(Path(name), lambda: self._tell(tr("Saved {name}").format(name=name)))

    def _ask(self, suggested: str, kinds: str) -> str:
        name, _ = QFileDialog.getSaveFileName(
            self._window, of_series(tr("Save measures"), self._series()), suggested, kinds
        )
        return name
