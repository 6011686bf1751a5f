"""Making a reading session, and looking whether all of it is as it was."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ctprog_gui.core.dicom.series import Patient, Series
from ctprog_gui.core.reading_sessions.folder import SESSION, SessionFolder, file_sha256, now
from ctprog_gui.core.reading_sessions.order import reading_order, repeated_cases
from ctprog_gui.core.reading_sessions.patient_name import holds_name
from ctprog_gui.core.reading_sessions.schema import ReadingSession
from ctprog_gui.core.roi.conversion import open_reference
from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import write_json


@dataclass(frozen=True)
class AskedCase:
    """A case as it is asked for; without an `id` it gets a number."""

    image: Path
    id: str | None = None
    series_uid: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a session is to be; the fields mean what those of `ReadingSession` mean."""

    title: str
    cases: Sequence[AskedCase]
    readers: Sequence[str]
    reviewer: str | None = None
    segment: str = "tumour"
    format: str = "seg"
    blind_to_readers: bool = True
    models: str = "hidden"
    seed: int = 0
    repeat_fraction: float = 0.0


def read_cases(table: Path) -> list[AskedCase]:
    """Cases of a table with the columns case, image and, optional, series; paths are relative to it.

    Raises
    ------
    InputError
        If the table can't be read, or lines lack a cell: all are named at once.
    """
    found = read_csv_table(table, "the table of cases", ("case", "image"))
    wrong = [
        str(line.number)
        for line in found.lines
        if not found.fits(line) or not all(found.by_name(line).get(name) for name in ("case", "image"))
    ]
    if wrong:
        raise InputError(f"{table}: line {', '.join(wrong)} lacks a cell")
    rows = [found.by_name(line) for line in found.lines]
    return [AskedCase(table.parent / row["image"], row["case"], row.get("series") or None) for row in rows]


def make_session(folder: Path, plan: Plan, progress: Progress | None = None) -> SessionFolder:
    """Read every image once, draw the orders, and write ``session.json`` into a folder.

    Raises
    ------
    InputError
        If there is a session already, an image can't be read or makes no regular grid, its path,
        its name or the title holds the patient's name, or the plan does not hold together.
    """
    progress = progress or Progress()
    file = folder / SESSION
    if file.exists():
        raise InputError(f"{file} is there already; a session is made once and never changed")
    if len(plan.readers) != len({_slug(name) for name in plan.readers}):
        raise InputError(f"two readers have one name: {', '.join(plan.readers)}")
    digits = max(3, len(str(len(plan.cases))))
    cases: list[dict[str, Any]] = []
    for number, asked in enumerate(plan.cases):
        part = progress.part(number / len(plan.cases), (number + 1) / len(plan.cases))
        part.report(0.0, f"Reading {asked.image}")
        series = open_reference(asked.image, asked.series_uid)
        image = _relative(asked.image, folder)
        identifier = asked.id or f"case-{number + 1:0{digits}d}"
        for what, text in (
            (f"the path of case {number + 1}", image),
            (f"the name of case {number + 1}", identifier),
            ("the session's title", plan.title),
        ):
            _require_nameless(what, text, series.info.patient)
        cases.append(
            {
                "id": identifier,
                "image": image,
                "series_uid": series.info.series_uid,
                "sha256": series.read(part).sha256,
            }
        )
    same: dict[str, str] = {}
    for case in cases:
        if case["sha256"] in same:
            raise InputError(f"{same[case['sha256']]} and {case['id']} are one image")
        same[case["sha256"]] = case["id"]
    ids = [case["id"] for case in cases]
    again = repeated_cases(ids, plan.repeat_fraction, plan.seed)
    readers = [
        {
            "name": name,
            "folder": _slug(name),
            "order": [
                {"case": case, "repeat": repeat}
                for case, repeat in reading_order(ids, again, plan.seed, name)
            ],
        }
        for name in plan.readers
    ]
    reviewer = {"name": plan.reviewer, "folder": _slug(plan.reviewer)} if plan.reviewer else None
    try:
        session = ReadingSession.model_validate(
            {
                "id": uuid.uuid4().hex,
                "title": plan.title,
                "created": now(),
                "segment": plan.segment,
                "format": plan.format,
                "blind_to_readers": plan.blind_to_readers,
                "models": plan.models,
                "seed": plan.seed,
                "repeat_fraction": plan.repeat_fraction,
                "cases": cases,
                "readers": readers,
                "reviewer": reviewer,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where + ': ' if where else ''}{first['msg']}") from error
    write_json(file, session.to_json())
    return SessionFolder(file)


@dataclass(frozen=True)
class Trouble:
    """Something of a session that is not as it was: which case or reader, and what."""

    what: str
    detail: str


def check_session(folder: SessionFolder, progress: Progress | None = None) -> list[Trouble]:
    """Whether every image is the one of the session, and every saved ROI the one that was saved."""
    progress = progress or Progress()
    session, found = folder.session, []
    for number, case in enumerate(session.cases):
        part = progress.part(number / len(session.cases), (number + 1) / len(session.cases))
        part.report(0.0, f"Reading {case.id}")
        try:
            series_of_case(folder, case.id, part)
        except CtprogError as error:
            found.append(Trouble(case.id, str(error)))
    for name in session.people:
        try:
            results = folder.progress(name).results
        except InputError as error:
            found.append(Trouble(name, str(error)))
            continue
        for number, result in enumerate(results, start=1):
            file = folder.roi_of(name, result)
            if file is None:
                continue
            if not file.is_file():
                found.append(Trouble(name, f"the ROI of reading {number} is missing: {file}"))
            elif file_sha256(file) != result.sha256:
                found.append(Trouble(name, f"the ROI of reading {number} was changed since it was saved"))
    return found


def series_of_case(folder: SessionFolder, identifier: str, progress: Progress) -> Series:
    """The series of a case, after its voxels were found to be those of the session.

    Raises
    ------
    InputError
        If it can't be read, or is another image.
    """
    case = folder.session.case(identifier)
    series = open_reference(folder.image_of(identifier), case.series_uid)
    if series.read(progress).sha256 != case.sha256:
        raise InputError(f"{folder.image_of(identifier)} is not the image that the session was made with")
    return series


def _relative(image: Path, folder: Path) -> str:
    if not image.exists():
        raise InputError(f"there is no file or folder {image}")
    try:
        return Path(os.path.relpath(image.resolve(), folder.resolve())).as_posix()
    except ValueError as error:
        raise InputError(f"{image} lies on another drive than {folder}") from error


def _require_nameless(what: str, text: str, patient: Patient) -> None:
    """The session is handed around: where its text would carry a name along, that is refused.

    Where images were made anonymous, the name is mostly the ID again, with a number: that is no name.
    """
    if patient.name == patient.patient_id and any(letter.isdigit() for letter in patient.name):
        return
    if holds_name(text, patient.name_as_given or patient.name):
        raise InputError(f"{what} holds a part of the patient's name: give it another one")


def _slug(name: str) -> str:
    """A folder's name for a person."""
    return re.sub(r"[^\w]+", "-", name.strip().casefold()).strip("-") or "reader"
