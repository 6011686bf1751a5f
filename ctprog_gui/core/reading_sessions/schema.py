"""The JSON files of a reading session, typed and checked.

``session.json`` is written once and never changed. Each reader has a folder of his own with
``progress.json`` and a ROI a reading, so that readers who work on copies of the session never
write the same file: their folders laid side by side are the session again.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

SCHEMA = 1
STATUSES = ("not started", "in progress", "done", "flagged")
Status = Literal["not started", "in progress", "done", "flagged"]
# What a reader sees of the models: nothing; nothing before an estimate of his own; everything.
MODELS = ("hidden", "after-estimate", "shown")
Models = Literal["hidden", "after-estimate", "shown"]
FORMATS = ("seg", "nifti")
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# A name of one file or folder: no path leads out of the session through it.
Plain = Annotated[str, Field(pattern=r"^[\w-][\w.-]{0,99}$")]
Words = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]


class _Strict(BaseModel):
    """An unknown key is refused: what isn't understood can't be obeyed."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


class SessionCase(_Strict):
    """One case: `image` is a path relative to the session's folder, `sha256` that of voxels and grid."""

    id: Plain
    image: str = Field(min_length=1)
    series_uid: str
    sha256: Sha256


class Reading(_Strict):
    """One reading in a reader's order; `repeat` counts his readings of the case, from 1."""

    case: str
    repeat: int = Field(ge=1, le=2)


class Reader(_Strict):
    """A reader, the folder of his results under ``readers/``, and his order."""

    name: Words
    folder: Plain
    order: list[Reading] = Field(min_length=1)


class Reviewer(_Strict):
    """Who settles where readers differ."""

    name: Words
    folder: Plain


class ReadingSession(_Strict):
    """``session.json``.

    Parameters
    ----------
    id
        What results refer to: those of another session are refused.
    segment
        The region that is drawn.
    format
        What ROIs are saved as: DICOM SEG or NIfTI.
    blind_to_readers
        While he reads, nobody is shown what another reader, or he himself before, has drawn.
    models
        What a reader is shown of the models' answers, one of `MODELS`.
    seed, repeat_fraction
        How the orders were drawn; the orders themselves stand with the readers.
    """

    schema_: Literal[1] = Field(default=1, alias="ctprog_reading_session")
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    title: Words
    created: str
    segment: Words
    format: Literal["seg", "nifti"]
    blind_to_readers: bool
    models: Models
    seed: int
    repeat_fraction: float = Field(ge=0, le=1)
    cases: list[SessionCase] = Field(min_length=1)
    readers: list[Reader] = Field(min_length=1)
    reviewer: Reviewer | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> ReadingSession:
        ids = [case.id for case in self.cases]
        people: list[Reader | Reviewer] = [*self.readers, *([self.reviewer] if self.reviewer else [])]
        for what, values in (
            ("cases are called", ids),
            ("people are called", [one.name.casefold() for one in people]),
            ("people share the folder", [one.folder.casefold() for one in people]),
        ):
            twice = [value for value in values if values.count(value) > 1]
            if twice:
                raise ValueError(f"two {what} {twice[0]!r}")
        for case in self.cases:
            if PurePosixPath(case.image).is_absolute() or re.match(r"^[A-Za-z]:|^\\", case.image):
                raise ValueError(f"the image of {case.id} is no path relative to the session")
        for reader in self.readers:
            expected = {(case, 1) for case in ids}
            found = [(reading.case, reading.repeat) for reading in reader.order]
            rest = set(found) - expected
            if len(set(found)) < len(found) or not expected <= set(found) or any(r == 1 for _, r in rest):
                raise ValueError(
                    f"the order of {reader.name} does not hold each case once, and repeats of it"
                )
            if any(found.index((case, 1)) > found.index((case, 2)) for case, repeat in rest if repeat == 2):
                raise ValueError(f"the order of {reader.name} has a repeat before the first reading")
        return self

    def case(self, identifier: str) -> SessionCase:
        """The case of an id; a wrong id raises KeyError."""
        return {case.id: case for case in self.cases}[identifier]

    def order_of(self, name: str) -> list[Reading]:
        """A reader's order; the reviewer's is that of the cases."""
        for reader in self.readers:
            if reader.name == name:
                return reader.order
        return [Reading(case=case.id, repeat=1) for case in self.cases]

    def folder_of(self, name: str) -> str:
        """The name of a person's folder; a wrong name raises KeyError."""
        people: list[Reader | Reviewer] = [*self.readers, *([self.reviewer] if self.reviewer else [])]
        return {one.name: one.folder for one in people}[name]

    @property
    def people(self) -> list[str]:
        """Readers, and the reviewer last."""
        return [reader.name for reader in self.readers] + ([self.reviewer.name] if self.reviewer else [])

    def is_reviewer(self, name: str) -> bool:
        return self.reviewer is not None and self.reviewer.name == name


class OwnEstimate(_Strict):
    """A reader's own estimate, committed before the models' answers were shown."""

    risk_group: Literal["low", "high"]
    confidence: float = Field(ge=0.5, le=1)


class Result(_Strict):
    """What became of one reading.

    Parameters
    ----------
    roi
        The file of the ROI in the reader's folder, and `sha256` of its bytes; None until it is saved.
    empty
        The reader finished with nothing drawn: there is no file then, and that is his finding.
    saved
        When the ROI was saved last.
    seconds
        How long the case was open, over all visits.
    taken
        What a reviewer began from: a reader's name, ``union`` or ``intersection``.
    """

    case: str
    repeat: int = Field(ge=1, le=2)
    status: Status = "not started"
    roi: Plain | None = None
    sha256: Sha256 | None = None
    empty: bool = False
    saved: str | None = None
    started: str | None = None
    finished: str | None = None
    seconds: float = Field(default=0.0, ge=0)
    note: str = ""
    estimate: OwnEstimate | None = None
    taken: str | None = None

    @property
    def drawn(self) -> bool:
        """Whether there is a finished ROI (one to come back to is), or the finding that there is none."""
        return self.status in ("done", "flagged") and (self.roi is not None or self.empty)


class Progress(_Strict):
    """``progress.json``: how far one person is, in his order.

    It remembers, through every change, the file that it was read from or saved to last.
    """

    schema_: Literal[1] = Field(default=1, alias="ctprog_reading_progress")
    session: str
    reader: str
    results: list[Result]
    # Hash of the content on the disk, None where there was no file.
    _on_disk: str | None = PrivateAttr(default=None)

    def as_on_disk(self) -> Progress:
        """The same, as what the file holds by now."""
        copy = self.model_copy()
        copy._on_disk = hashlib.sha256(self.model_dump_json(by_alias=True).encode()).hexdigest()
        return copy

    def came_from(self, found: Progress) -> bool:
        """Whether `found`, as read from the disk, is what this one was changed from."""
        return self._on_disk == found._on_disk

    def with_result(self, number: int, **changes: Any) -> Progress:
        """The progress with the result of one reading (counted from 0) changed, and checked again."""
        results = list(self.results)
        results[number] = Result.model_validate({**results[number].model_dump(), **changes})
        return self.model_copy(update={"results": results})

    def count(self, *statuses: str) -> int:
        return sum(result.status in statuses for result in self.results)
