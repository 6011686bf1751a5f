"""A cohort from the NSCLC-Radiomics collection as it is downloaded: CT, RTSTRUCT, clinical table."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctprog_gui.core.dicom.dataset import parse_dataset
from ctprog_gui.core.dicom.finding import Scan, series_of
from ctprog_gui.core.dicom.header import Header, parse_header
from ctprog_gui.core.dicom.rtstruct import StructureSet, read_rtstruct
from ctprog_gui.core.dicom.sources import Opener, Source, files_under
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing, write_json
from training.cohorts.lung1_clinical import DAYS_PER_MONTH, Clinical, read_clinical

TABLE, REPORT = "cohort.csv", "import.json"
COLUMNS = (
    *("patient_id", "image", "roi", "roi_name", "time_months", "event"),
    *("age", "sex", "t_stage", "n_stage", "m_stage", "overall_stage", "histology"),
)
# What may be wrong with a patient, and how the summary says it.
_SAID = {
    "no_clinical_row": "in the DICOM, without a row in the clinical table",
    "clinical_row_unusable": "with a clinical row that can't be used",
    "no_ct": "in the clinical table, without a CT",
    "ct_unusable": "with a CT that can't be used",
    "no_rtstruct": "without an RTSTRUCT",
    "no_roi": "without that region in the RTSTRUCT",
}
_LEAVES_OUT = ("no_clinical_row", "clinical_row_unusable", "no_ct", "ct_unusable")


@dataclass
class _Found:
    """One patient's files."""

    images: list[Header] = field(default_factory=list)
    structures: list[Path] = field(default_factory=list)


@dataclass
class Imported:
    """What came of an import: rows of the table, and by kind who is missing what, with the reason."""

    roi_name: str
    rows: list[dict[str, str]] = field(default_factory=list)
    missing: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in _SAID})
    unreadable_files: int = 0

    def summary(self) -> list[str]:
        """A line for a person on what is there, and one for each kind of lack; no names of patients."""
        deaths = sum(row["event"] == "1" for row in self.rows)
        with_roi = sum(bool(row["roi"]) for row in self.rows)
        lines = [f"{len(self.rows)} patients, {deaths} deaths, {with_roi} with {self.roi_name}"]
        for kind, patients in self.missing.items():
            if patients:
                first = ", ".join(sorted(patients)[:3]) + (", …" if len(patients) > 3 else "")
                out = "left out" if kind in _LEAVES_OUT else "kept, without a ROI"
                lines.append(f"{len(patients)} {_SAID[kind]} ({out}): {first}")
        if self.unreadable_files:
            lines.append(f"{self.unreadable_files} files could not be read")
        return lines

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "patients": len(self.rows),
            "days_per_month": DAYS_PER_MONTH,
            "roi_name": self.roi_name,
            "missing": self.missing,
            "unreadable_files": self.unreadable_files,
        }


def import_lung1(
    dicom: Path, clinical: Path, out: Path, *, roi_name: str = "GTV-1", progress: Progress | None = None
) -> Imported:
    """Write ``cohort.csv`` and ``import.json`` into `out`; no image is copied or read.

    Patients, series and structure sets are known by their headers, whatever the folders are called
    and however they are nested. A patient's CT is the one that the RTSTRUCT was drawn on, else the
    only one there is. The ROI stays in the RTSTRUCT: the table names the file, and in the column
    ``roi_name`` the region. Paths are relative to the table. Survival in days becomes months of
    30.4375 days.

    Raises
    ------
    InputError
        If the folder or table can't be read, `out` holds a cohort already, or nobody has both a CT
        and a clinical row.
    """
    progress = progress or Progress()
    if (out / TABLE).exists():
        raise InputError(f"{out / TABLE} is there already: choose another folder")
    if not dicom.is_dir():
        raise InputError(f"there is no folder {dicom}")
    table = read_clinical(clinical)
    imported = Imported(roi_name)
    imported.missing["clinical_row_unusable"].update(table.unusable)
    with Opener() as opener:
        found = _scan(dicom, opener, imported, progress)
        for patient in sorted({*found, *table.rows}):
            if patient in table.unusable:
                continue
            if patient not in table.rows:
                imported.missing["no_clinical_row"][patient] = "the clinical table does not name this patient"
            elif patient not in found:
                imported.missing["no_ct"][patient] = "no file of this patient is in the folder"
            else:
                _add(imported, patient, found[patient], table.rows[patient], out, opener)
    if not imported.rows:
        raise InputError(
            f"nobody has both a CT in {dicom} and a row in {clinical}: {'; '.join(imported.summary())}"
        )
    write_json(out / REPORT, imported.to_json())
    with replacing(out / TABLE) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(imported.rows)
    return imported


def _scan(dicom: Path, opener: Opener, imported: Imported, progress: Progress) -> Mapping[str, _Found]:
    """The CT images and structure sets in a folder, by patient."""
    found: dict[str, _Found] = defaultdict(_Found)
    sources = files_under(dicom, progress)
    for number, source in enumerate(sources):
        if number % 200 == 0:
            progress.report(number / len(sources), f"Looking into {len(sources)} files")
        try:
            header = parse_header(source, opener)
            if header is not None and header.modality == "RTSTRUCT":
                found[_patient(source, opener)].structures.append(source.path)
            elif header is not None and _is_slice(header):
                found[header.patient_id].images.append(header)
        except InputError:
            imported.unreadable_files += 1
    found.pop("", None)
    return found


def _patient(source: Source, opener: Opener) -> str:
    """The patient of an object whose header is not read that far: that of an image is."""
    return parse_dataset(source, opener, lambda data: str(data.get("PatientID") or "").strip(), ["PatientID"])


def _is_slice(header: Header) -> bool:
    return header.is_image and not header.is_localizer and not header.is_secondary_capture


def _add(
    imported: Imported, patient: str, files: _Found, clinical: Clinical, out: Path, opener: Opener
) -> None:
    """The patient's row, or why there is none."""
    series: dict[str, list[Header]] = defaultdict(list)
    for header in files.images:
        if header.modality == "CT":
            series[header.series_uid].append(header)
    if not series:
        imported.missing["no_ct"][patient] = "no CT image among this patient's files"
        return
    structures, damaged = _structures(files.structures)
    drawn_on = [uid for uid in series if any(uid in one.series_uids for _, one in structures)]
    candidates = drawn_on or list(series)
    if len(candidates) > 1:
        which = "the RTSTRUCT refers to" if drawn_on else "there are"
        imported.missing["ct_unusable"][patient] = f"{which} {len(candidates)} CT series"
        return
    chosen = series[candidates[0]]
    try:
        image = _image(chosen, files.images, opener)
    except InputError as error:
        imported.missing["ct_unusable"][patient] = str(error)
        return
    row = {"patient_id": patient, "image": _relative(image, out), "roi": "", "roi_name": ""} | clinical.cells
    if not structures:
        imported.missing["no_rtstruct"][patient] = damaged or "no RTSTRUCT among this patient's files"
    else:
        try:
            path, name = _region(structures, imported.roi_name, chosen[0])
            row |= {"roi": _relative(path, out), "roi_name": name}
        except InputError as error:
            imported.missing["no_roi"][patient] = str(error)
    imported.rows.append(row)


def _structures(paths: Sequence[Path]) -> tuple[list[tuple[Path, StructureSet]], str]:
    """The structure sets that can be read, and the first reason why one can't."""
    read, damaged = [], ""
    for path in paths:
        try:
            read.append((path, read_rtstruct(path)))
        except InputError as error:
            damaged = damaged or str(error)
    return read, damaged


def _image(series: list[Header], images: Iterable[Header], opener: Opener) -> Path:
    """What the table names as image: the series' folder, or a file of it where others lie there too.

    Raises
    ------
    InputError
        If the series lies in several folders, or `ctprog score` would refuse it.
    """
    folders = {header.source.path.parent for header in series}
    if len(folders) > 1:
        raise InputError(f"its slices lie in {len(folders)} folders")
    stacked = series_of(Scan(images=series, files=len(series)), opener)
    if len(stacked) != 1:
        raise InputError(f"its slices make {len(stacked)} stacks")
    refused = [
        *stacked[0].info.refusals,
        *(a for a in stacked[0].info.anomalies if a.code == "too_few_slices"),
    ]
    if refused:
        raise InputError(f"{refused[0].code} ({refused[0].detail})")
    (folder,) = folders
    others = (one.source.path for one in images if one.series_uid != series[0].series_uid)
    if any(path.is_relative_to(folder) for path in others):
        return min(header.source.path for header in series)
    return folder


def _region(structures: Sequence[tuple[Path, StructureSet]], wanted: str, image: Header) -> tuple[Path, str]:
    """File and name of the region that is meant.

    Raises
    ------
    InputError
        If there is none, or more than one, or it was drawn in another patient space.
    """
    found, names = [], []
    for path, structure in structures:
        for roi in structure.rois:
            names.append(roi.name)
            if _plain(roi.name) == _plain(wanted) and roi.contours:
                found.append((path, roi))
    if len(found) != 1:
        listed = ", ".join(dict.fromkeys(names)) or "none"
        raise InputError(f"{len(found)} regions {wanted} with contours; there are: {listed}")
    path, roi = found[0]
    frame = roi.frame_of_reference_uid
    if frame and image.frame_uid and frame != image.frame_uid:
        raise InputError(f"{roi.name} was drawn in another patient space than the CT's")
    return path, roi.name


def _plain(name: str) -> str:
    """GTV-1, gtv1 and "GTV 1" are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _relative(path: Path, out: Path) -> str:
    return Path(os.path.relpath(path.resolve(), out.resolve())).as_posix()
