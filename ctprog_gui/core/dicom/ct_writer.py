"""Writing a volume as a CT series (PS3.3 A.3), one file a slice."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctprog_gui import __version__
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing

CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
# The date of every synthetic study: a fixed one, so that the same input gives the same bytes.
_DATE = datetime.date(2000, 1, 1)


def write_ct_series(
    folder: Path,
    volume: Volume,
    *,
    patient_id: str,
    description: str = "",
    patient_name: str = "",
    seed: str = "",
    intercept: int = -1024,
    windows: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write one CT image file a slice into `folder`, named in the order of the slices.

    The slices lie where the volume's grid puts them; a left-handed grid is written from its last
    slice to its first, since DICOM counts along row × column. All UIDs follow from `seed` (or the
    patient and series description), so writing again gives the same files.

    Parameters
    ----------
    volume
        Whole HU that fit 16 bits unsigned once `intercept` is taken off.
    windows
        Explanation to centre and width in HU; what a viewer shows first comes first.

    Raises
    ------
    InputError
        If the values are not whole or out of range, or the folder can't be written.
    """
    stored = volume.voxels.astype(np.float64, copy=False) - intercept
    if not (stored == np.rint(stored)).all() or stored.min() < 0 or stored.max() > 65535:
        raise InputError(
            f"a CT file holds whole numbers from {intercept} to {intercept + 65535} HU, "
            f"this volume runs from {volume.voxels.min():g} to {volume.voxels.max():g}"
        )
    words = stored.astype("<u2")
    grid = volume.geometry
    order = range(grid.size[2])
    if np.linalg.det(grid.axes) < 0:
        order = order[::-1]
    base = "/".join(("ctprog", seed or patient_id, description))
    common = _common(volume, base, patient_id, patient_name, description, intercept)
    if windows:
        common.WindowCenterWidthExplanation = list(windows)
        common.WindowCenter = [decimal_string(centre) for centre, _ in windows.values()]
        common.WindowWidth = [decimal_string(width) for _, width in windows.values()]
    written = []
    for number, index in enumerate(order, start=1):
        if progress is not None:
            progress.report((number - 1) / grid.size[2], "Writing slices")
        path = folder / f"slice-{number:04d}.dcm"
        instance = _instance(common, grid.index_to_patient((0, 0, index)), base, number)
        instance.PixelData = words[index].tobytes()
        with replacing(path) as partial:
            instance.save_as(partial, enforce_file_format=True)
        written.append(path)
    return written


def _common(
    volume: Volume, base: str, patient_id: str, patient_name: str, description: str, intercept: int
) -> Dataset:
    """What all slices of the series share."""
    grid = volume.geometry
    shared = Dataset()
    shared.SpecificCharacterSet = "ISO_IR 192"
    shared.SOPClassUID = CT_IMAGE_STORAGE
    shared.StudyDate = shared.SeriesDate = shared.ContentDate = _DATE.strftime("%Y%m%d")
    shared.StudyTime = shared.ContentTime = "000000"
    shared.Modality = "CT"
    shared.Manufacturer = "CTProg"
    shared.ManufacturerModelName = "CTProg"
    shared.SoftwareVersions = __version__
    shared.AccessionNumber = ""
    shared.ReferringPhysicianName = ""
    shared.SeriesDescription = description
    shared.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    shared.PatientName = patient_name
    shared.PatientID = patient_id
    shared.PatientBirthDate = ""
    shared.PatientSex = ""
    shared.StudyInstanceUID = _uid(base, "study")
    shared.SeriesInstanceUID = _uid(base, "series")
    shared.FrameOfReferenceUID = _uid(base, "frame")
    shared.PositionReferenceIndicator = ""
    shared.StudyID = "1"
    shared.SeriesNumber = 1
    shared.AcquisitionNumber = 1
    # Along a row is the array's x axis, down a column its y axis (PS3.3 C.7.6.2.1.1).
    shared.ImageOrientationPatient = [decimal_string(part) for part in grid.axes[:, :2].T.ravel()]
    shared.PixelSpacing = [decimal_string(grid.spacing_mm[1]), decimal_string(grid.spacing_mm[0])]
    shared.SliceThickness = decimal_string(grid.spacing_mm[2])
    shared.KVP = ""
    shared.SamplesPerPixel = 1
    shared.PhotometricInterpretation = "MONOCHROME2"
    shared.Rows, shared.Columns = grid.size[1], grid.size[0]
    shared.BitsAllocated = shared.BitsStored = 16
    shared.HighBit = 15
    shared.PixelRepresentation = 0
    shared.RescaleIntercept = intercept
    shared.RescaleSlope = 1
    shared.RescaleType = "HU"
    return shared


def _instance(common: Dataset, position: np.ndarray, base: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CT_IMAGE_STORAGE
    meta.MediaStorageSOPInstanceUID = _uid(base, f"instance {number}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    instance = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    instance.update(common)
    instance.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    instance.InstanceNumber = number
    instance.ImagePositionPatient = [decimal_string(part) for part in position]
    return instance


def _uid(base: str, what: str) -> str:
    return str(generate_uid(entropy_srcs=[base, what]))


def decimal_string(value: float) -> str:
    """A decimal string of at most 16 characters (PS3.5 6.2), as precise as fits."""
    for digits in range(15, 0, -1):
        text = f"{float(value):.{digits}g}"
        if len(text) <= 16:
            return text
    raise InputError(f"{value} can't be written as a DICOM decimal string")
