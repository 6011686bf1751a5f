"""A session's folder: reading and writing its files, each of them whole or not at all."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ctprog_gui.core.reading_sessions.schema import Progress, ReadingSession, Result
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import only_one, write_json

SESSION, PROGRESS, READERS = "session.json", "progress.json", "readers"

Model = TypeVar("Model", bound=BaseModel)


class SessionFolder:
    """A session and where it lies. `path` may name the folder or the file in it.

    Raises
    ------
    InputError
        If there is no session, or it is not one that this version understands.
    """

    def __init__(self, path: Path) -> None:
        file = path / SESSION if path.is_dir() else path
        self.session = _read(file, ReadingSession, "the reading session")
        self.path = file.resolve().parent

    def image_of(self, case: str) -> Path:
        """The image of a case."""
        return (self.path / self.session.case(case).image).resolve()

    def reader_folder(self, name: str) -> Path:
        """Where a person's results lie.

        Raises
        ------
        InputError
            If nobody of that name belongs to the session.
        """
        try:
            return self.path / READERS / self.session.folder_of(name)
        except KeyError:
            listed = ", ".join(self.session.people)
            raise InputError(f"{name} is no reader of {self.session.title}; there are: {listed}") from None

    def progress(self, name: str) -> Progress:
        """How far a person is; the beginning where there is nothing yet.

        Raises
        ------
        InputError
            If the file can't be read, or is of another session, person or order.
        """
        file = self.reader_folder(name) / PROGRESS
        order = [(reading.case, reading.repeat) for reading in self.session.order_of(name)]
        if not file.exists():
            results = [Result(case=case, repeat=repeat) for case, repeat in order]
            return Progress(session=self.session.id, reader=name, results=results)
        found = _read(file, Progress, "the progress")
        if found.session != self.session.id:
            raise InputError(f"{file} belongs to another reading session")
        if found.reader != name or [(one.case, one.repeat) for one in found.results] != order:
            raise InputError(f"{file} is not the progress of {name} in this session")
        return found.as_on_disk()

    def save_progress(self, progress: Progress) -> Progress:
        """Write a person's progress; the old one stays until the new one is whole.

        What another window or desk has saved meanwhile is not written over, nor what one saves at the
        same moment: of two, one is refused.

        Returns
        -------
        The progress to go on from.

        Raises
        ------
        InputError
            If it can't be written, or the file is not the one that `progress` was changed from.
        """
        file = self.reader_folder(progress.reader) / PROGRESS
        with only_one(file):
            if not progress.came_from(self.progress(progress.reader)):
                raise InputError(
                    f"not saved: the readings of {progress.reader} were saved from another window or "
                    "computer meanwhile; close the session there and open it here again"
                )
            write_json(file, progress.to_json())
        return progress.as_on_disk()

    def roi_of(self, name: str, result: Result) -> Path | None:
        """The file of a saved ROI, or None where there is none."""
        return self.reader_folder(name) / result.roi if result.roi is not None else None


def file_sha256(path: Path) -> str:
    """Hash of a file's bytes.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def now() -> str:
    """The time as it stands in results: UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _read(file: Path, model: type[Model], what: str) -> Model:
    try:
        return model.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(f"cannot read {what} {file}: {error.strerror or error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file} is not {what}: {where + ': ' if where else ''}{first['msg']}") from error
    except ValueError as error:
        raise InputError(f"{file} is no JSON: {error}") from error
