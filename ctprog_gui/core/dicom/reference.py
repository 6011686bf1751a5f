"""The images that a SEG or RTSTRUCT refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ctprog_gui.core.dicom.ct_writer import CT_IMAGE_STORAGE
from ctprog_gui.core.dicom.dataset import parse_dataset
from ctprog_gui.core.dicom.reading import DicomSeries
from ctprog_gui.core.dicom.series import Series, SeriesInfo
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.shared.errors import InputError

# The patient and study modules, which an object of the same study carries on (PS3.3 C.7.1, C.7.2).
CARRIED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
)


@dataclass(frozen=True, eq=False)
class ImageReference:
    """A grid, and the images that make it up.

    `images` has, for each slice of the grid, the SOP class and instance UID and the number of the
    frame (0 where the file is one frame); it is empty where the reference is no DICOM series.
    `study` holds the attributes `CARRIED`.
    """

    geometry: Geometry
    study: Dataset
    series_uid: str
    frame_of_reference_uid: str
    images: tuple[tuple[str, str, int], ...] = ()


def image_reference(series: Series) -> ImageReference:
    """What an object written on `series` needs to know of it.

    A volume file has no identity in DICOM: patient and study are then left empty or made up.

    Raises
    ------
    InputError
        If the series has no geometry, or its first file can't be read.
    """
    info = series.info
    if info.geometry is None:
        raise InputError(f"series {info.series_uid} does not say where it lies in the patient")
    if not isinstance(series, DicomSeries):
        return nameless_reference(info.geometry, info)
    frame_uid = info.frame_of_reference_uid or str(generate_uid())
    headers = series.stack.slices
    images = tuple(
        (header.sop_class or CT_IMAGE_STORAGE, header.sop_uid, header.frame + 1 if header.frames > 1 else 0)
        for header in headers
    )
    with Opener() as opener:
        study = _study(headers[0].source, opener)
    return ImageReference(info.geometry, study, info.series_uid, frame_uid, images)


def nameless_reference(geometry: Geometry, info: SeriesInfo) -> ImageReference:
    """A grid without DICOM images behind it: patient and study are empty, identifiers made up."""
    study = Dataset()
    for keyword in CARRIED:
        setattr(study, keyword, "")
    study.StudyInstanceUID = str(generate_uid())
    frame_uid = info.frame_of_reference_uid or str(generate_uid())
    return ImageReference(geometry, study, str(generate_uid()), frame_uid)


def _study(source: Source, opener: Opener) -> Dataset:
    def carried(dataset: Dataset) -> Dataset:
        kept = Dataset()
        # The names are in the image's character set; written out they become UTF-8.
        dataset.decode()
        for keyword in CARRIED:
            value: Any = dataset.get(keyword)
            setattr(kept, keyword, "" if value is None else value)
        return kept

    return parse_dataset(source, opener, carried, ["SpecificCharacterSet", *CARRIED])
