"""The regions of interest: which there are, shown or hidden, and what the active one measures."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.state.roi import Segment
from ctprog_gui.state.session import Session


class RoiPanel(QGroupBox):
    """A tick shows or hides a segment, a click makes it the one that is scored and measured."""

    load_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("ROI", parent)
        self._session = session
        self.list = QListWidget()
        self.list.setMinimumHeight(70)
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.itemClicked.connect(self._on_item_clicked)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setToolTip("Opacity of the fill; the outline stays")
        self.opacity.valueChanged.connect(self._on_opacity)
        self.load = QPushButton("Load ROI…")
        self.load.setToolTip("RTSTRUCT, NIfTI, NRRD or MHA (Ctrl+R)")
        self.load.clicked.connect(self.load_wanted)
        self.measures = QLabel()
        self.measures.setObjectName("measures")
        fill = QHBoxLayout()
        fill.addWidget(QLabel("Fill"))
        fill.addWidget(self.opacity, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addLayout(fill)
        layout.addWidget(self.measures)
        layout.addWidget(self.load)
        session.roi.segments_changed.connect(self._on_segments_change)
        session.roi.measures_changed.connect(self._on_measures_change)
        session.study_changed.connect(self._on_segments_change)
        self._on_segments_change()

    def finalise(self) -> None:
        self._session.roi.segments_changed.disconnect(self._on_segments_change)
        self._session.roi.measures_changed.disconnect(self._on_measures_change)
        self._session.study_changed.disconnect(self._on_segments_change)

    def _on_segments_change(self) -> None:
        roi = self._session.roi
        self.load.setEnabled(self._session.study is not None)
        self.list.blockSignals(True)
        self.list.clear()
        for segment in roi.segments:
            item = QListWidgetItem(_swatch(segment), segment.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if segment.visible else Qt.CheckState.Unchecked)
            item.setData(Qt.ItemDataRole.UserRole, segment.label)
            self.list.addItem(item)
            if roi.active is not None and segment.label == roi.active.label:
                self.list.setCurrentItem(item)
        if not roi.segments:
            empty = QListWidgetItem("No ROI yet")
            empty.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(empty)
        self.list.blockSignals(False)
        active = roi.active
        self.opacity.setEnabled(active is not None)
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * active.opacity) if active else 0)
        self.opacity.blockSignals(False)

    def _on_measures_change(self) -> None:
        measures = self._session.roi.measures
        if measures is None:
            self.measures.setText("")
            return
        rows = [("Volume", f"{measures.volume_mm3 / 1000:.1f} cm³")]
        if measures.mean_hu is not None:
            rows += [
                ("Mean", f"{measures.mean_hu:.0f} HU"),
                ("Longest axial", f"{measures.longest_diameter_mm:.1f} mm"),
                ("Perpendicular", f"{measures.perpendicular_diameter_mm:.1f} mm"),
                ("Longest in 3D", f"{measures.max_3d_diameter_mm:.1f} mm"),
            ]
        table = "".join(
            f"<tr><td>{name}&nbsp;&nbsp;</td><td align=right>{told}</td></tr>" for name, told in rows
        )
        self.measures.setText(f"<table>{table}</table>")

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        label = item.data(Qt.ItemDataRole.UserRole)
        if label is not None:
            self._session.roi.set_visible(label, item.checkState() is Qt.CheckState.Checked)

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        label = item.data(Qt.ItemDataRole.UserRole)
        if label is not None:
            self._session.roi.activate(label)

    def _on_opacity(self, percent: int) -> None:
        if self._session.roi.active is not None:
            self._session.roi.set_opacity(self._session.roi.active.label, percent / 100)


def _swatch(segment: Segment) -> QIcon:
    pixmap = QPixmap(14, 14)
    pixmap.fill(QColor(*segment.colour))
    return QIcon(pixmap)
