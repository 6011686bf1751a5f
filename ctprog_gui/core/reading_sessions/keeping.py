"""A reading's ROI to the reader's folder and back.

Each save is a file of a new name; the progress that names it is written after it, and what it
replaces goes last. Wherever the process dies, the progress on disk names a whole file.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.dicom.reference import CARRIED, ImageReference, image_reference
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.reading_sessions.folder import SessionFolder, file_sha256, now
from ctprog_gui.core.reading_sessions.schema import Progress, Result
from ctprog_gui.core.roi.reading import read_rois, roi_names
from ctprog_gui.core.roi.saving import save_segments
from ctprog_gui.core.shared.errors import InputError

_KEPT = ("StudyInstanceUID",)
_ENDINGS = {"seg": ".dcm", "nifti": ".nii.gz"}
_COLOUR = (230, 159, 0)


def keep_roi(folder: SessionFolder, name: str, number: int, mask: Mask, series: Series) -> dict[str, Any]:
    """Write the ROI of a person's reading (counted from 0); an empty one has no file.

    Returns
    -------
    What `Progress.with_result` is to be given: ``roi``, ``sha256``, ``empty`` and ``saved``.

    Raises
    ------
    InputError
        If it can't be written.
    """
    if mask.is_empty:
        return {"roi": None, "sha256": None, "empty": True, "saved": now()}
    session = folder.session
    # The name tells neither case nor repeat: a reader who looks into his folder learns nothing.
    file = folder.reader_folder(name) / f"{number + 1:03d}-{uuid.uuid4().hex[:8]}{_ENDINGS[session.format]}"
    labels = mask.voxels.astype(np.uint8)
    case = session.order_of(name)[number].case
    reference = _nameless(image_reference(series), case) if session.format == "seg" else None
    save_segments(file, (labels,), mask.geometry, [Segment(session.segment, 1, colour=_COLOUR)], reference)
    return {"roi": file.name, "sha256": file_sha256(file), "empty": False, "saved": now()}


def save_result(folder: SessionFolder, before: Progress, number: int, changes: dict[str, Any]) -> Progress:
    """Save a person's progress with the result of one reading (counted from 0) changed.

    `changes` holds what `keep_roi` has returned, where a ROI was written. Of the ROI files exactly
    one is removed: the one that the result named before, or where saving is refused the new one.

    Returns
    -------
    The progress to go on from.

    Raises
    ------
    InputError
        If it can't be written, or another window has saved meanwhile.
    """
    old, following = before.results[number], before.with_result(number, **changes)
    new = following.results[number]
    try:
        saved = folder.save_progress(following)
    except InputError:
        _drop(folder, before.reader, new, old)
        raise
    _drop(folder, before.reader, old, new)
    return saved


def _drop(folder: SessionFolder, name: str, dropped: Result, kept: Result) -> None:
    """Remove the file of a result, unless the other one names it too."""
    file = folder.roi_of(name, dropped)
    if file is not None and dropped.roi != kept.roi:
        with contextlib.suppress(OSError):
            file.unlink()


def read_kept(folder: SessionFolder, name: str, result: Result, geometry: Geometry) -> Mask | None:
    """The ROI of a result on the grid of its case; an empty region where nothing was to be drawn.

    Returns
    -------
    None where nothing was saved.

    Raises
    ------
    InputError
        If the file can't be read, or is not the one that was saved.
    GeometryError
        If it lies on another grid.
    """
    segment = folder.session.segment
    file = folder.roi_of(name, result)
    if file is None:
        return Mask(np.zeros(geometry.shape, dtype=bool), geometry, segment) if result.empty else None
    if file_sha256(file) != result.sha256:
        raise InputError(f"{file} was changed since it was saved")
    return _one(file, geometry, segment)


def _one(file: Path, geometry: Geometry, segment: str) -> Mask:
    masks = read_rois(file, geometry, name=segment if len(roi_names(file)) > 1 else None)
    return Mask(masks[0].voxels, geometry, segment)


def _nameless(reference: ImageReference, case: str) -> ImageReference:
    """The same images, with the case's name in the place of all that tells who the patient is."""
    study = type(reference.study)()
    for keyword in CARRIED:
        setattr(study, keyword, getattr(reference.study, keyword, "") if keyword in _KEPT else "")
    study.PatientID = case
    return replace(reference, study=study)
