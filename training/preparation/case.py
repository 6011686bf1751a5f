"""One patient's case: reading it, preparing it by a method, keeping it under the name of its content."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import PatientRow
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.writing import replacing
from training.preparation.inputs import InputFile, digest, hash_file, image_files, roi_files

_ABOUT = "about"


@dataclass(frozen=True, eq=False)
class PreparedCase:
    """What a method made of a case: named arrays, and what else there is to say, as JSON."""

    arrays: Mapping[str, NDArray[Any]]
    about: Mapping[str, Any]


class Method(Protocol):
    """How a case is prepared. A method is a value: it is sent to other processes and machines."""

    @property
    def key(self) -> str:
        """A hash of everything that the result depends on besides the case's own files."""

    def prepare(self, row: PatientRow) -> PreparedCase:
        """Prepare one patient; raises `CtprogError` where the case can't be used."""


@dataclass(frozen=True)
class CaseJob:
    """One patient to prepare. `hashes` are the contents that are known already, by path."""

    number: int
    row: PatientRow
    method: Method
    folder: Path
    image: tuple[InputFile, ...]
    roi: tuple[InputFile, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, row: PatientRow, method: Method, folder: Path) -> CaseJob:
        """The job of one row, its files listed.

        Raises
        ------
        InputError
            If a file isn't there or can't be read.
        """
        roi = () if row.roi is None else tuple(roi_files(row.roi))
        return cls(number, row, method, folder, tuple(image_files(row.image)), roi)

    @property
    def files(self) -> tuple[InputFile, ...]:
        return self.image + self.roi

    def key(self, hashes: Mapping[str, str]) -> str:
        """The case's name: a hash of method, contents and the region's name."""
        known = dict(hashes)
        parts = [self.method.key, digest(self.image, known), digest(self.roi, known), self.row.roi_name]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the case's key, or why this patient can't be used (`failure`).

    `stop` is a reason that holds for all the rest too, as a full disk. `made` is False where the
    case was there already.
    """

    number: int
    key: str = ""
    made: bool = False
    hashes: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""
    stop: str = ""


def prepare_case(job: CaseJob) -> Outcome:
    """Hash what is not known yet, prepare the case if it is not there, keep it."""
    try:
        hashes = dict(job.hashes)
        for file in job.files:
            if file.path not in hashes:
                hashes[file.path] = hash_file(file.path)
        key = job.key(hashes)
        path = case_path(job.folder, key)
        if path.exists():
            return Outcome(job.number, key, hashes=hashes)
        prepared = job.method.prepare(job.row)
        for name, array in prepared.arrays.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise InputError(f"{job.row.image}: {name} holds a value that is not a finite number")
    except CtprogError as error:
        return Outcome(job.number, failure=str(error))
    except MemoryError:
        return Outcome(job.number, failure="not enough memory")
    except OSError as error:
        return Outcome(
            job.number, failure=f"cannot read {error.filename or 'a file'}: {error.strerror or error}"
        )
    try:
        write_case(path, prepared)
    except CtprogError as error:
        return Outcome(job.number, stop=str(error))
    return Outcome(job.number, key, made=True, hashes=hashes, about=dict(prepared.about))


def case_path(folder: Path, key: str) -> Path:
    """Where the case of that key lies: 256 folders, so that none gets too full."""
    return folder / "cases" / key[:2] / f"{key}.npz"


def write_case(path: Path, prepared: PreparedCase) -> None:
    """Keep a case, whole or not at all.

    Raises
    ------
    InputError
        If it can't be written.
    """
    about = np.array(json.dumps(prepared.about))
    with replacing(path) as partial, partial.open("wb") as file:
        np.savez(file, **prepared.arrays, **{_ABOUT: about})  # type: ignore[arg-type]  # numpy names its own arguments


def read_prepared(folder: Path, key: str) -> PreparedCase | None:
    """The case of that key; None where it isn't there or is damaged (a damaged one is removed)."""
    path = case_path(folder, key)
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name != _ABOUT}
            return PreparedCase(arrays, json.loads(str(file[_ABOUT])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        path.unlink(missing_ok=True)
        return None


def read_about(folder: Path, key: str) -> dict[str, Any]:
    """What is told of the case of that key, without its arrays; empty where it can't be read."""
    try:
        with case_path(folder, key).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return dict(json.loads(str(file[_ABOUT])))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def read_case(row: PatientRow) -> tuple[Volume, Mask | None]:
    """A patient's CT, and the ROI on its grid if the table names one.

    Raises
    ------
    CtprogError
        If the image can't be read, isn't one series or must not be used as it is, or the ROI file
        does not hold the one region that is meant.
    """
    from ctprog_gui.core.dicom.open_path import open_path
    from ctprog_gui.core.roi.reading import read_rois

    found = open_path([row.image])
    if len(found) != 1:
        raise InputError(f"{row.image} holds {len(found)} series; one is needed")
    refused = found[0].info.refusals
    if refused:
        raise InputError(f"{row.image}: {refused[0].code} ({refused[0].detail})")
    volume = found[0].read()
    if row.roi is None:
        return volume, None
    frame = found[0].info.frame_of_reference_uid or None
    masks = read_rois(row.roi, volume.geometry, name=row.roi_name, frame_of_reference_uid=frame)
    if len(masks) != 1:
        raise InputError(f"{row.roi} holds {len(masks)} regions; one is needed (column roi_name)")
    return volume, masks[0]
