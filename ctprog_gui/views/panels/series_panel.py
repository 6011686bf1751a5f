"""The series found in what was opened."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGroupBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ctprog_gui.core.dicom.series import SeriesInfo
from ctprog_gui.state.session import Session


class SeriesPanel(QGroupBox):
    """One row a series; a double click or Enter reads it."""

    chosen = Signal(object)  # the Series

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Series", parent)
        self._session = session
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._on_activated)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        session.found_changed.connect(self._on_found)
        session.study_changed.connect(self._on_study_change)
        self._on_found()

    def finalise(self) -> None:
        self._session.found_changed.disconnect(self._on_found)
        self._session.study_changed.disconnect(self._on_study_change)

    def _on_found(self) -> None:
        self.list.clear()
        for series in self._session.found:
            item = QListWidgetItem(_row(series.info))
            item.setData(Qt.ItemDataRole.UserRole, series)
            told = [f"{a.code}: {a.detail}" for a in series.info.anomalies]
            item.setToolTip("\n".join(told) or "Double-click to open")
            self.list.addItem(item)
        if not self._session.found:
            empty = QListWidgetItem("Open or drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MHA file.")
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(empty)
        self._on_study_change()

    def _on_study_change(self) -> None:
        study = self._session.study
        for row, series in enumerate(self._session.found):
            if study is not None and series.info.key == study.info.key:
                self.list.setCurrentRow(row)

    def _on_activated(self, item: QListWidgetItem) -> None:
        series = item.data(Qt.ItemDataRole.UserRole)
        if series is not None:
            self.chosen.emit(series)


def _row(info: SeriesInfo) -> str:
    grid = info.geometry
    size = f"{info.slices} × {info.rows} × {info.columns}"
    thick = f", {grid.spacing_mm[2]:.4g} mm" if grid else ""
    odd = f"\n⚠ {', '.join(a.code for a in info.anomalies)}" if info.anomalies else ""
    return f"{info.modality}  {info.description or 'no description'}\n{size}{thick}{odd}"
