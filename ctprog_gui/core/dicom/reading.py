"""A DICOM series: its facts from the headers, its voxels on request."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.charset import convert_encodings, decode_bytes

from ctprog_gui.core.dicom.dataset import without_warnings
from ctprog_gui.core.dicom.header import DEFLATED, RLE, Header
from ctprog_gui.core.dicom.pixels import TooWide, fits_int16, load_slice
from ctprog_gui.core.dicom.series import Anomaly, Patient, Series, SeriesInfo
from ctprog_gui.core.dicom.sources import Opener
from ctprog_gui.core.dicom.stack import Stack
from ctprog_gui.core.imaging.acquisition import Acquisition
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.muting import muted_stderr
from ctprog_gui.core.shared.progress import Progress


class DicomSeries(Series):
    """Slices found by `open_path`, read into one volume.

    The stack is read as a regular grid even where an anomaly says that it is none (tilt, gaps):
    then places along the normal are approximate, and the anomaly says so.
    """

    quick_middle = True

    def __init__(self, stack: Stack, anomalies: Sequence[Anomaly], part: int = 1, parts: int = 1) -> None:
        self.stack = stack
        header = stack.first
        try:
            geometry = stack.geometry() if stack.slices else None
        except InputError as error:
            geometry = None
            if "negative_spacing" not in {anomaly.code for anomaly in anomalies}:
                anomalies = [*anomalies, Anomaly("no_geometry", str(error))]
        every = (*stack.slices, *stack.duplicates, *stack.unplaced)
        self.info = SeriesInfo(
            series_uid=header.series_uid,
            study_uid=header.study_uid,
            patient=_patient(header),
            description=_decoded(header, "description"),
            modality=header.modality,
            files=len({one.source for one in every}),
            slices=len(stack.slices) or len(stack.unplaced),
            rows=header.rows,
            columns=header.columns,
            geometry=geometry,
            hu_range=None,
            transfer_syntax=header.transfer_syntax,
            anomalies=tuple(anomalies),
            frame_of_reference_uid=header.frame_uid,
            part=part,
            parts=parts,
            study_description=_decoded(header, "study_description"),
            acquisition=Acquisition(header.kvp, header.kernel or None),
        )

    def read(self, progress: Progress | None = None) -> Volume:
        headers = self._placed()
        voxels, cut = _in_hu(headers, progress)
        if cut and "odd_bits" not in {anomaly.code for anomaly in self.info.anomalies}:
            # Only the pixels tell.
            odd = Anomaly(
                "odd_bits",
                f"{len(cut)} slice{'s' * (len(cut) != 1)} with values beyond BitsStored (first {cut[0]}); "
                "what lies beyond is left out",
            )
            self.info = replace(self.info, anomalies=(*self.info.anomalies, odd))
        return Volume(voxels, self.stack.geometry())

    def middle(self) -> Volume:
        headers = self._placed()
        number = len(headers) // 2
        grid = self.stack.geometry()
        place = tuple(self.stack.positions[number])
        one = Geometry((grid.size[0], grid.size[1], 1), grid.spacing_mm, place, grid.direction)
        return Volume(_in_hu(headers[number : number + 1], None)[0], one)

    def _placed(self) -> tuple[Header, ...]:
        if not self.stack.slices:
            raise InputError(f"{self.stack.first.source} does not say where its image lies in the patient")
        return self.stack.slices


def _in_hu(headers: Sequence[Header], progress: Progress | None) -> tuple[NDArray[Any], list[str]]:
    """Slices in HU, int16 where every value fits, else float32; and the names of those cut to BitsStored."""
    if all(fits_int16(header) for header in headers):
        try:
            return _load(headers, np.dtype(np.int16), progress)
        except TooWide:
            pass
    return _load(headers, np.dtype(np.float32), progress)


def _load(
    headers: Sequence[Header], kind: np.dtype[Any], progress: Progress | None
) -> tuple[NDArray[Any], list[str]]:
    first = headers[0]
    volume = np.empty((len(headers), first.rows, first.columns), kind)
    costly = any(
        one.is_encapsulated or one.source.member or one.transfer_syntax == DEFLATED for one in headers
    )
    # Of damaged RLE, pylibjpeg-rle prints a stack trace beside the error that it raises.
    quiet = muted_stderr() if any(one.transfer_syntax == RLE for one in headers) else nullcontext()
    with Opener() as opener, quiet:
        # Decoding and inflating leave the interpreter lock; plain reading gains nothing by threads.
        if costly and len(headers) > 1:
            cut = _load_in_threads(headers, volume, opener, progress)
        else:
            cut = []
            for index, header in enumerate(headers):
                if progress is not None:
                    progress.report(index / len(headers), "Reading slices")
                cut.append(load_slice(header, opener, volume[index]))
    return volume, [one.source.name for one, is_cut in zip(headers, cut, strict=True) if is_cut]


def _load_in_threads(
    headers: Sequence[Header], volume: NDArray[Any], opener: Opener, progress: Progress | None
) -> list[bool]:
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1), "ctprog-decode") as pool:
        waiting = [
            pool.submit(load_slice, header, opener, volume[index]) for index, header in enumerate(headers)
        ]
        try:
            for done, future in enumerate(as_completed(waiting)):
                future.result()
                if progress is not None:
                    progress.report(done / len(headers), "Reading slices")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in waiting]


def _patient(header: Header) -> Patient:
    date = _decoded(header, "study_date")
    if len(date) == 8 and date.isdigit():
        date = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    as_given = _decoded(header, "patient_name")
    family, _, given = as_given.partition("=")[0].partition("^")
    return Patient(
        name=", ".join(part for part in (family.strip(), given.replace("^", " ").strip()) if part),
        patient_id=header.patient_id,
        age=_age(_decoded(header, "age")),
        sex=_decoded(header, "sex"),
        study_date=date,
        age_years=age_in_years(
            _decoded(header, "age"), _decoded(header, "birth_date"), _decoded(header, "study_date")
        ),
        name_as_given=as_given,
    )


def age_in_years(age: str, birth_date: str, study_date: str) -> float | None:
    """From an age string (PS3.5 6.2), else from two dates (YYYYMMDD); None where neither tells it."""
    years = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}
    if len(age) == 4 and age[:3].isdigit() and age[3] in years:
        return int(age[:3]) * years[age[3]]
    try:
        born, seen = (datetime.strptime(text, "%Y%m%d") for text in (birth_date, study_date))
    except ValueError:
        return None
    days = (seen - born).days
    return days / 365.25 if days >= 0 else None


def _age(text: str) -> str:
    """An age string ("063Y", PS3.5 6.2) as a person reads it."""
    units = {"Y": "y", "M": "mo", "W": "wk", "D": "d"}
    if len(text) == 4 and text[:3].isdigit() and text[3] in units:
        return f"{int(text[:3])} {units[text[3]]}"
    return text


def _decoded(header: Header, name: str) -> str:
    """A text attribute in its character set (PS3.3 C.12.1.1.2)."""
    value = header.texts.get(name, b"")
    if value.isascii() and b"\x1b" not in value:
        return value.decode().strip(" \0")
    named = header.texts.get("charset", b"").decode("latin-1").strip(" \0").split("\\")
    with without_warnings():
        try:
            return str(decode_bytes(value, convert_encodings(named), set(b"^=\\"))).strip(" \0")
        except (LookupError, ValueError):
            return value.decode("latin-1").strip(" \0")
