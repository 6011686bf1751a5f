"""Writing regions as a DICOM SEG, binary (PS3.3 A.51) or a label map (A.51 and A.103), through highdicom."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ctprog_gui import __version__
from ctprog_gui.core.dicom.ct_writer import CT_IMAGE_STORAGE, decimal_string
from ctprog_gui.core.dicom.dataset import without_warnings
from ctprog_gui.core.dicom.reference import CARRIED, ImageReference
from ctprog_gui.core.dicom.seg_reading import STATUS_WORD
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.writing import replacing

# Words in a region's name, and what it is then said to be (SNOMED CT, PS3.16 CID 7150 to 7166).
_TISSUE = ("85756007", "Tissue")
_ANATOMY = ("123037004", "Anatomical Structure")
_ABNORMAL = ("49755003", "Morphologically Abnormal Structure")
_KINDS = (
    (("gtv", "tumour", "tumor", "lesion", "nodule", "cancer"), _ABNORMAL, ("108369006", "Neoplasm")),
    (("node",), _ANATOMY, ("59441001", "Lymph node")),
    (("lung",), _ANATOMY, ("39607008", "Lung")),
    (("spinal", "cord"), _ANATOMY, ("2748008", "Spinal cord")),
    (("heart",), _ANATOMY, ("80891009", "Heart")),
    (("oesophagus", "esophagus"), _ANATOMY, ("32849002", "Esophagus")),
)


def write_seg(
    path: Path, masks: Sequence[Mask], reference: ImageReference, *, label_map: bool = False
) -> None:
    """Write regions as segments of one SEG on the reference's grid.

    A binary one holds a frame a segment and slice, so that segments may overlap. A label map holds a
    frame a slice, whose pixels are the segments' numbers, a byte each: only for segments apart, and
    smaller from the ninth one on.

    Frames without a voxel are left out. A segment's label is the region's name; its coded type
    follows from a word in that name (a tumour, a lung…), else it is tissue. The file carries the
    patient and study of the images it refers to.

    Raises
    ------
    GeometryError
        If a region does not lie on the reference's grid.
    InputError
        If there is no region or all are empty, two overlap in a label map, or the file can't be written.
    """
    for mask in masks:
        mask.geometry.require_same(reference.geometry, mask.name)
    if all(mask.is_empty for mask in masks):
        raise InputError(f"there is no voxel to write to {path}: every region is empty")
    # highdicom warns, and logs, of what it makes up for, as a name without carets.
    logging.getLogger("highdicom").setLevel(logging.ERROR)
    with without_warnings():
        try:
            dataset = _segmentation(masks, reference, label_map=label_map)
            dataset.SpecificCharacterSet = "ISO_IR 192"
        except CtprogError:
            raise
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise InputError(f"cannot write {path}: {error}") from error
        with replacing(path) as partial:
            dataset.save_as(partial)


def _segmentation(masks: Sequence[Mask], reference: ImageReference, *, label_map: bool) -> Any:
    # Late: it brings Pillow and much of pydicom, and the window starts without it.
    import highdicom as hd

    grid = reference.geometry
    matrix = grid.matrix[:, [2, 1, 0, 3]]
    numbers = list(range(1, len(masks) + 1))
    volume = hd.Volume(
        _label_map(masks)
        if label_map
        else np.stack([mask.voxels for mask in masks], axis=-1).astype(np.uint8),
        matrix,
        "PATIENT",
        frame_of_reference_uid=reference.frame_of_reference_uid,
        channels=None if label_map else {"SegmentNumber": numbers},
    )
    return hd.seg.Segmentation(
        source_images=image_datasets(reference),
        pixel_array=volume,
        segmentation_type="LABELMAP" if label_map else "BINARY",
        segment_descriptions=[
            _description(number, mask) for number, mask in zip(numbers, masks, strict=True)
        ],
        series_instance_uid=generate_uid(),
        series_number=1,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="CTProg",
        manufacturer_model_name="CTProg",
        software_versions=__version__,
        device_serial_number="0",
        content_description="ROI, research use only",
        content_label="ROI",
        series_description="ROI, research use only",
    )


def _label_map(masks: Sequence[Mask]) -> NDArray[np.integer]:
    """The segments' numbers, from 1 on, as pixels."""
    labels = np.zeros(masks[0].voxels.shape, np.uint8 if len(masks) < 256 else np.uint16)
    for number, mask in enumerate(masks, start=1):
        taken = labels[mask.voxels]
        if taken.any():
            below = masks[int(taken.max()) - 1].name
            raise InputError(
                f"{below} and {mask.name} overlap, which a label map can't hold: write a binary SEG"
            )
        labels[mask.voxels] = number
    return labels


def _description(number: int, mask: Mask) -> Any:
    import highdicom as hd

    words = mask.name.casefold()
    category, kind = next(
        ((category, kind) for known, category, kind in _KINDS if any(word in words for word in known)),
        (_TISSUE, _TISSUE),
    )
    colour = hd.color.CIELabColor.from_rgb(*mask.colour) if mask.colour is not None else None
    description = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=mask.name[:64],
        segmented_property_category=hd.sr.CodedConcept(category[0], "SCT", category[1]),
        segmented_property_type=hd.sr.CodedConcept(kind[0], "SCT", kind[1]),
        algorithm_type="MANUAL",
        display_color=colour,
    )
    if mask.status:
        description.SegmentDescription = f"{STATUS_WORD}{mask.status}"
    return description


def image_datasets(reference: ImageReference) -> list[Dataset]:
    """The reference's slices as data sets without pixels; made up where it is no DICOM series.

    The frames of one file stand as images of their own here, which share its UID.
    """
    grid = reference.geometry
    made_up = generate_uid()
    images = []
    for index in range(grid.size[2]):
        kind, uid, _ = reference.images[index] if reference.images else (CT_IMAGE_STORAGE, made_up, 0)
        image = Dataset()
        for keyword in CARRIED:
            setattr(image, keyword, reference.study.get(keyword, ""))
        image.SOPClassUID, image.SOPInstanceUID = kind, uid
        image.SeriesInstanceUID = reference.series_uid
        image.Modality = "CT"
        image.FrameOfReferenceUID = reference.frame_of_reference_uid
        image.PositionReferenceIndicator = ""
        image.Rows, image.Columns = grid.size[1], grid.size[0]
        image.ImageOrientationPatient = [decimal_string(part) for part in grid.axes[:, :2].T.ravel()]
        image.ImagePositionPatient = [decimal_string(part) for part in grid.index_to_patient((0, 0, index))]
        image.PixelSpacing = [decimal_string(grid.spacing_mm[1]), decimal_string(grid.spacing_mm[0])]
        image.SliceThickness = decimal_string(grid.spacing_mm[2])
        images.append(image)
    return images
