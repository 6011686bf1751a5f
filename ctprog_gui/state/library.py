"""What the browser lists: patients, their studies, their series, while and after they are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ctprog_gui.core.dicom.series import Patient, Series, SeriesInfo

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Entry:
    """One series of the list; `series` is None while its folder is still being looked into.

    `id` tells it from every other one and stays the same until the next search.
    """

    id: str
    info: SeriesInfo
    series: Series | None = None
    picture: Picture | None = None


@dataclass(frozen=True, eq=False)
class StudyGroup:
    """The series of one study."""

    id: str
    date: str
    description: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class PatientGroup:
    """The studies of one patient; series that name none are together under an empty ID."""

    id: str
    patient: Patient
    studies: tuple[StudyGroup, ...]


class Library:
    """The series of what was opened last, and the words that they are searched by.

    `changed` tells that entries came or went, `picture_changed` that one got its picture (its id).
    """

    changed = Signal()
    picture_changed = Signal(str)

    def __init__(self) -> None:
        self._entries: tuple[Entry, ...] = ()
        self._before: tuple[Entry, ...] = ()
        self._query = ""
        self._searching = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self._entries

    @property
    def searching(self) -> bool:
        """Whether a folder is still being looked into."""
        return self._searching

    @property
    def query(self) -> str:
        return self._query

    @query.setter
    def query(self, words: str) -> None:
        if words != self._query:
            self._query = words
            self.changed.emit()

    def show_so_far(self, seen: Iterable[tuple[SeriesInfo, Picture | None]]) -> None:
        """List series of which not all files were seen yet."""
        if not self._searching:
            self._searching, self._before = True, self._entries
        self._entries = _numbered((info, None, picture) for info, picture in seen)
        self.changed.emit()

    def show(self, series: Iterable[Series]) -> None:
        """List what was found in the end. Pictures that were there already are kept."""
        self._searching, self._before = False, ()
        kept = {entry.id: entry.picture for entry in self._entries}
        entries = _numbered((one.info, one, None) for one in series)
        self._entries = tuple(replace(entry, picture=kept.get(entry.id)) for entry in entries)
        self.changed.emit()

    def stop_searching(self) -> None:
        """The search ended without a result: what was listed before it is listed again."""
        if self._searching:
            self._searching = False
            self._entries, self._before = self._before, ()
            self.changed.emit()

    def set_picture(self, entry_id: str, picture: Picture) -> None:
        if any(entry.id == entry_id for entry in self._entries):
            self._entries = tuple(
                replace(entry, picture=picture) if entry.id == entry_id else entry for entry in self._entries
            )
            self.picture_changed.emit(entry_id)

    def entry(self, entry_id: str) -> Entry | None:
        return next((entry for entry in self._entries if entry.id == entry_id), None)

    def fits(self, entry: Entry) -> bool:
        """Whether a series has every word of the query somewhere in what is told of it."""
        told = _searched(entry.info)
        return all(word in told for word in self._query.casefold().split())

    def groups(self) -> tuple[PatientGroup, ...]:
        """Patients with their studies and series, whether they fit the query or not."""
        patients: dict[str, dict[str, list[Entry]]] = {}
        for entry in self._entries:
            info = entry.info
            studies = patients.setdefault(info.patient.patient_id or info.patient.name, {})
            studies.setdefault(info.study_uid, []).append(entry)
        return tuple(_patient_group(key, studies) for key, studies in patients.items())


def _patient_group(key: str, studies: dict[str, list[Entry]]) -> PatientGroup:
    groups = []
    for uid, entries in studies.items():
        first = entries[0].info
        date, described = first.patient.study_date, first.study_description
        groups.append(StudyGroup(f"{key}\n{uid}", date, described, tuple(entries)))
    ordered = tuple(sorted(groups, key=lambda group: group.date))
    return PatientGroup(key, ordered[0].entries[0].info.patient, ordered)


def _numbered(found: Iterable[tuple[SeriesInfo, Series | None, Picture | None]]) -> tuple[Entry, ...]:
    """Entries whose ids differ even where keys do not: two files of one name, a UID in two studies."""
    count: dict[str, int] = {}
    entries = []
    for info, series, picture in found:
        # Part 1 is what was in sight before it was known that there are several.
        key = f"{info.study_uid}\n{info.series_uid}" + (f"#{info.part}" if info.part > 1 else "")
        count[key] = count.get(key, 0) + 1
        entries.append(Entry(key + (f"\n{count[key]}" if count[key] > 1 else ""), info, series, picture))
    return tuple(entries)


def _searched(info: SeriesInfo) -> str:
    """What a query is looked for in."""
    patient = info.patient
    parts = (
        patient.name,
        patient.patient_id,
        patient.study_date,
        info.study_description,
        info.description,
        info.modality,
        info.geometry.orientation if info.geometry else "",
        *(anomaly.code for anomaly in info.anomalies),
    )
    return " ".join(parts).casefold()
