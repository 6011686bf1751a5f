"""The browser of what was opened: patients, their studies, their series with a picture each."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGroupBox,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ctprog_gui.core.dicom.series import SeriesInfo
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.library import Entry, PatientGroup, Picture, StudyGroup
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session
from ctprog_gui.views.panels.series_row import ENTRY, LINES, OPEN, PICTURE, PICTURE_PX, SeriesRow

Owner = TypeVar("Owner", QTreeWidget, QTreeWidgetItem)
HINT = marked("Open or drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MHA file.")


class StudiesPanel(QGroupBox):
    """A tree that fills while a folder is still being looked into; a double click or Enter reads a series."""

    chosen = Signal(object)  # the Series

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Studies"), parent)
        self._session = session
        self._library = session.library
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search name, ID, date, description, anomaly"))
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip(tr("Show only series that hold what is typed"))
        self.search.textChanged.connect(self._on_typed)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(8)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(False)
        self.tree.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.tree.setItemDelegate(SeriesRow(self.tree))
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        # A double click reads a series; on a patient or study it must not fold what it stands for.
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.itemActivated.connect(self._on_activated)
        self.hint = QLabel(spoken(HINT))
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.tree)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self._pages, 1)
        self._listening = Listening(
            (self._library.changed, self._on_change),
            (self._library.picture_changed, self._on_picture),
            (session.study_changed, self._on_study_change),
        )
        self._on_change()

    def finalise(self) -> None:
        self._listening.end()

    def show_patients(self, shown: bool) -> None:
        """Show or withhold who is listed, for a picture that leaves the room; the panel keeps its place."""
        for part in (self.search, self._pages):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
            part.setVisible(shown)

    def item_of(self, entry_id: str) -> QTreeWidgetItem | None:
        """The row of an entry."""
        return self._items.get(entry_id)

    def _on_typed(self, text: str) -> None:
        self._library.query = text

    def _on_change(self) -> None:
        """Bring the tree in line: rows stay where they are, so that selection and scrolling stay too."""
        wanted: set[str] = set()
        found = False
        for patient in self._library.groups():
            above = self._row(self.tree, f"patient {patient.id}", wanted)
            above.setData(0, LINES, _patient_lines(patient))
            of_patient = False
            for study in patient.studies:
                within = self._row(above, f"study {study.id}", wanted)
                within.setData(0, LINES, _study_lines(study))
                fitting = [self._library.fits(entry) for entry in study.entries]
                for entry, fits in zip(study.entries, fitting, strict=True):
                    row = self._row(within, entry.id, wanted)
                    self._fill(row, entry)
                    row.setHidden(not fits)
                within.setHidden(not any(fitting))
                of_patient |= any(fitting)
            above.setHidden(not of_patient)
            found |= of_patient
        # What stands within another row was made after it, and goes before it.
        for key in [key for key in reversed(self._items) if key not in wanted]:
            self._remove(key)
        self.search.setVisible(bool(self._library.entries or self._library.query))
        self._pages.setCurrentIndex(1 if found else 0)
        nothing = bool(self._library.entries) and not found
        self.hint.setText(tr("No series fits the search.") if nothing else spoken(HINT))
        self._on_study_change()

    def _row(self, owner: Owner, key: str, wanted: set[str]) -> QTreeWidgetItem:
        wanted.add(key)
        item = self._items.get(key)
        if item is None:
            item = QTreeWidgetItem(owner)
            item.setExpanded(True)
            # Of a patient or study there is nothing to read.
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self._items[key] = item
        return item

    def _remove(self, key: str) -> None:
        item = self._items.pop(key)
        owner = item.parent()
        if owner is not None:
            owner.removeChild(item)
        else:
            self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(item))

    def _fill(self, item: QTreeWidgetItem, entry: Entry) -> None:
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setData(0, ENTRY, entry)
        item.setData(0, LINES, _series_lines(entry))
        if entry.picture is not None:
            item.setData(0, PICTURE, _pixmap(entry.picture))
        item.setToolTip(0, _hover(entry))

    def _on_picture(self, entry_id: str) -> None:
        item, entry = self._items.get(entry_id), self._library.entry(entry_id)
        if item is not None and entry is not None and entry.picture is not None:
            item.setData(0, PICTURE, _pixmap(entry.picture))

    def _on_study_change(self) -> None:
        study = self._session.study
        for entry in self._library.entries:
            item = self._items.get(entry.id)
            if item is None:
                continue
            # Files of the same series in another folder may be fewer: a key alone does not tell them apart.
            shown = study is not None and (entry.info.key, entry.info.slices) == (
                study.info.key,
                study.info.slices,
            )
            item.setData(0, OPEN, shown)
            if shown:
                self.tree.setCurrentItem(item)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        entry = item.data(0, ENTRY)
        if entry is not None and entry.series is not None:
            self.chosen.emit(entry.series)


def _patient_lines(group: PatientGroup) -> tuple[str, ...]:
    patient = group.patient
    named = patient.name or patient.patient_id or tr("No patient named")
    facts = [patient.patient_id if patient.name else "", patient.age, patient.sex]
    return (named, "  ·  ".join(fact for fact in facts if fact))


def _study_lines(group: StudyGroup) -> tuple[str, ...]:
    return ("  ·  ".join(fact for fact in (group.date, group.description) if fact) or tr("Undated"),)


def _series_lines(entry: Entry) -> tuple[str, ...]:
    info = entry.info
    kind = "  ".join(part for part in (info.modality, info.description) if part) or tr("no description")
    if entry.series is None:
        return (kind, tr("%n file(s) so far …", "", info.files))
    return (kind, _size(info))


def _size(info: SeriesInfo) -> str:
    grid = info.geometry
    # Short lines: beside the picture the narrow panel has room for a dozen letters.
    lines = [tr("%n slice(s)", "", info.slices)]
    if grid is not None:
        lines.append(f"{grid.spacing_mm[2]:.4g} mm · {phrase(grid.orientation)}")
    lines.append(f"{info.columns} × {info.rows}")
    if info.parts > 1:
        lines.append(tr("part {part} of {parts}").format(part=info.part, parts=info.parts))
    return "\n".join(lines)


def _hover(entry: Entry) -> str:
    if entry.series is None:
        return tr("Still looking into the files")
    told = [f"⚠ {phrase(a.code)}: {phrase(a.detail)}" for a in entry.info.anomalies]
    return "\n\n".join([*told, tr("Double-click to open")])


def _pixmap(picture: Picture) -> QPixmap:
    rows, columns = picture.shape
    held = picture.tobytes()
    return QPixmap.fromImage(QImage(held, columns, rows, columns, QImage.Format.Format_Grayscale8).copy())
