"""What a session has come to: how far each person is, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctprog_gui.core.reading_sessions.folder import SessionFolder
from ctprog_gui.core.roi.agreement_report import write_report, write_rows
from ctprog_gui.core.roi.readings import Comparison, Overall, Reading, compare_readings, overall
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress


@dataclass(frozen=True)
class Standing:
    """How far one person is: readings by status, and the time they took."""

    name: str
    reviews: bool
    readings: int
    done: int
    flagged: int
    in_progress: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "seconds": round(self.seconds, 1)}


def standings(folder: SessionFolder) -> list[Standing]:
    """How far everybody is, readers first.

    Raises
    ------
    InputError
        If somebody's progress can't be read.
    """
    found = []
    for name in folder.session.people:
        progress = folder.progress(name)
        found.append(
            Standing(
                name,
                folder.session.is_reviewer(name),
                len(progress.results),
                progress.count("done"),
                progress.count("flagged"),
                progress.count("in progress"),
                sum(result.seconds for result in progress.results),
            )
        )
    return found


def readings_of(folder: SessionFolder, names: Sequence[str] | None = None) -> list[Reading]:
    """The finished readings of the readers (or of `names`), as they are compared.

    Raises
    ------
    InputError
        If somebody's progress can't be read.
    """
    session = folder.session
    found = []
    for name in names if names is not None else [reader.name for reader in session.readers]:
        for result in folder.progress(name).results:
            if result.drawn:
                case = session.case(result.case)
                image = folder.image_of(result.case)
                roi = folder.roi_of(name, result)
                found.append(Reading(result.case, name, roi, result.repeat, image, case.series_uid))
    order = {case.id: number for number, case in enumerate(session.cases)}
    return sorted(found, key=lambda one: order[one.case])


def report(
    folder: SessionFolder, out: Path, progress: Progress | None = None
) -> tuple[list[Comparison], list[Overall]]:
    """Write the tables and the page of figures of all that is finished.

    ``cases.csv`` and ``overall.csv`` compare every two readers' first readings, and each reader's
    repeats with his first; ``readings.csv`` has a line a reading, ``agreement.png`` the figures.

    Raises
    ------
    InputError
        If no case was finished twice, or a file can't be read or written.
    GeometryError
        If a ROI lies on another grid than its case.
    """
    readings = readings_of(folder)
    if len({one.case for one in readings}) == len(readings):
        raise InputError(
            f"{folder.session.title}: no case is finished twice yet, there is nothing to compare"
        )
    compared = compare_readings(readings, folder.session.segment, progress)
    over = overall(compared)
    write_rows(out / "readings.csv", _rows(folder))
    write_report(out, compared, over)
    return compared, over


def _rows(folder: SessionFolder) -> list[dict[str, Any]]:
    rows = []
    for name in folder.session.people:
        for number, result in enumerate(folder.progress(name).results, start=1):
            estimate = result.estimate
            rows.append(
                {
                    "reader": name,
                    "number": number,
                    "case": result.case,
                    "repeat": result.repeat,
                    "status": result.status,
                    "empty": int(result.empty),
                    "seconds": f"{result.seconds:.0f}",
                    "started": result.started or "",
                    "finished": result.finished or "",
                    "estimate": estimate.risk_group if estimate else "",
                    "confidence": f"{estimate.confidence:g}" if estimate else "",
                    "taken": result.taken or "",
                    "note": result.note,
                }
            )
    return rows
