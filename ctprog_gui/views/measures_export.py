"""Asking where measures go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ctprog_gui.services.annotation_keeping import AnnotationKeeping
from ctprog_gui.state.language import tr


class MeasuresExport:
    """Measures as a table or as a structured report; `tell` is where a notice goes.

    `keeping` gives whose measures are meant.
    """

    def __init__(
        self, keeping: Callable[[], AnnotationKeeping], window: QWidget, tell: Callable[[str], None]
    ) -> None:
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
        name, _ = QFileDialog.getSaveFileName(self._window, tr("Save measures"), suggested, kinds)
        return name
