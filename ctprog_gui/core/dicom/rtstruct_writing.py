"""Writing regions as an RTSTRUCT (PS3.3 A.19, C.8.8.5, C.8.8.6, C.8.8.8)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctprog_gui import __version__
from ctprog_gui.core.dicom.ct_writer import decimal_string
from ctprog_gui.core.dicom.reference import CARRIED, ImageReference
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.outlines import outlines
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

RTSTRUCT_STORAGE = "1.2.840.10008.5.1.4.1.1.481.3"
_COLOURS = ((230, 60, 60), (60, 160, 230), (80, 200, 90), (240, 180, 40), (180, 90, 210))


def write_rtstruct(path: Path, masks: Sequence[Mask], reference: ImageReference) -> None:
    """Write regions as closed planar contours along the edges of their pixels.

    Rasterised by pixel centres they give the same voxels. A region without holes is written as
    CLOSED_PLANAR, one with holes as CLOSEDPLANAR_XOR, whose contours in a plane are combined by
    exclusive or (C.8.8.6.3). The file carries the patient and study of the images it refers to.

    Raises
    ------
    GeometryError
        If a region does not lie on the reference's grid.
    InputError
        If a region is empty, which contours can't tell, or the file can't be written.
    """
    now = datetime.datetime.now()
    dataset = _structure_set(reference, now)
    frame = dataset.ReferencedFrameOfReferenceSequence[0]
    for number, mask in enumerate(masks, start=1):
        mask.geometry.require_same(reference.geometry, mask.name)
        if mask.is_empty:
            raise InputError(f"{mask.name} is empty: an RTSTRUCT can't hold it")
        roi, contours, observation = Dataset(), Dataset(), Dataset()
        roi.ROINumber = contours.ReferencedROINumber = observation.ReferencedROINumber = number
        roi.ReferencedFrameOfReferenceUID = frame.FrameOfReferenceUID
        roi.ROIName = mask.name
        roi.ROIGenerationAlgorithm = ""
        contours.ROIDisplayColor = list(mask.colour or _COLOURS[(number - 1) % len(_COLOURS)])
        contours.ContourSequence = _contours(mask, reference)
        observation.ObservationNumber = number
        observation.RTROIInterpretedType = ""
        observation.ROIInterpreter = ""
        dataset.StructureSetROISequence.append(roi)
        dataset.ROIContourSequence.append(contours)
        dataset.RTROIObservationsSequence.append(observation)
    with replacing(path) as partial:
        dataset.save_as(partial, enforce_file_format=True)


def _contours(mask: Mask, reference: ImageReference) -> list[Dataset]:
    by_slice = outlines(mask)
    holed = any(_turns_left(loop, mask) for loops in by_slice.values() for loop in loops)
    items: list[Dataset] = []
    for index, loops in by_slice.items():
        for loop in loops:
            item = Dataset()
            if reference.images:
                item.ContourImageSequence = [_image(*reference.images[index])]
            item.ContourGeometricType = "CLOSEDPLANAR_XOR" if holed else "CLOSED_PLANAR"
            item.NumberOfContourPoints = len(loop)
            item.ContourNumber = len(items) + 1
            item.ContourData = [decimal_string(value) for value in loop.ravel()]
            items.append(item)
    return items


def _turns_left(loop: np.ndarray, mask: Mask) -> bool:
    """Whether a contour of `outlines` goes round a hole (its signed area is negative)."""
    x, y = mask.geometry.patient_to_index(loop)[:, :2].T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) < 0


def _structure_set(reference: ImageReference, now: datetime.datetime) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = RTSTRUCT_STORAGE
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = RTSTRUCT_STORAGE
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    for keyword in CARRIED:
        setattr(dataset, keyword, reference.study.get(keyword, ""))
    dataset.Modality = "RTSTRUCT"
    dataset.Manufacturer = dataset.ManufacturerModelName = "CTProg"
    dataset.SoftwareVersions = __version__
    dataset.SeriesInstanceUID = generate_uid()
    dataset.SeriesNumber = 1
    dataset.SeriesDescription = "ROI, research use only"
    dataset.OperatorsName = ""
    dataset.FrameOfReferenceUID = reference.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.StructureSetLabel = "ROI"
    dataset.StructureSetDate = dataset.InstanceCreationDate = now.strftime("%Y%m%d")
    dataset.StructureSetTime = dataset.InstanceCreationTime = now.strftime("%H%M%S")
    dataset.ApprovalStatus = "UNAPPROVED"
    frame = Dataset()
    frame.FrameOfReferenceUID = reference.frame_of_reference_uid
    if reference.images:
        study, series = Dataset(), Dataset()
        study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
        study.ReferencedSOPInstanceUID = reference.study.StudyInstanceUID
        series.SeriesInstanceUID = reference.series_uid
        files = dict.fromkeys((kind, uid, 0) for kind, uid, _ in reference.images)
        series.ContourImageSequence = [_image(*one) for one in files]
        study.RTReferencedSeriesSequence = [series]
        frame.RTReferencedStudySequence = [study]
    dataset.ReferencedFrameOfReferenceSequence = [frame]
    dataset.StructureSetROISequence = []
    dataset.ROIContourSequence = []
    dataset.RTROIObservationsSequence = []
    return dataset


def _image(sop_class: str, sop_uid: str, frame: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = sop_uid
    if frame:
        item.ReferencedFrameNumber = frame
    return item
