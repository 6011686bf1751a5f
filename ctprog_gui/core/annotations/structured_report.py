"""Measures as a DICOM structured report: TID 1500 (PS3.16) in a Comprehensive 3D SR, by highdicom."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from ctprog_gui import __version__
from ctprog_gui.core.annotations.annotation import Annotation, Kind
from ctprog_gui.core.annotations.measures import Measured, measure
from ctprog_gui.core.dicom.dataset import without_warnings
from ctprog_gui.core.dicom.reference import ImageReference
from ctprog_gui.core.dicom.seg_writing import image_datasets
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing

# Code, scheme and meaning (PS3.16 CID 7469, 7470, 7464 and CID 42).
_LENGTH = ("410668003", "SCT", "Length")
_PATH = ("121211", "DCM", "Path length")
_LONG = ("103339001", "SCT", "Long axis")
_SHORT = ("103340004", "SCT", "Short axis")
_ANGLE = ("1483009", "SCT", "Angle")
_AREA = ("42798000", "SCT", "Area")
_HU = ("112031", "DCM", "Attenuation Coefficient")
_MM = ("mm", "UCUM", "millimeter")
_MM2 = ("mm2", "UCUM", "square millimeter")
_DEGREES = ("deg", "UCUM", "degree")
_HOUNSFIELD = ("[hnsf'U]", "UCUM", "Hounsfield unit")
_DERIVATIONS = {
    "mean_hu": ("373098007", "SCT", "Mean"),
    "sd_hu": ("386136009", "SCT", "Standard Deviation"),
    "min_hu": ("255605001", "SCT", "Minimum"),
    "max_hu": ("56851009", "SCT", "Maximum"),
}
_CT = ("25045-6", "LN", "CT unspecified body region")


def write_report(
    path: Path, annotations: Sequence[Annotation], volume: Volume, reference: ImageReference
) -> None:
    """Write measures with their points in the patient, as an object of the images' study.

    Ellipses and rectangles are planar regions (TID 1410) with area and attenuation; what else there is
    are measurement groups (TID 1501) whose numbers follow from 3D coordinates. The observer is the
    device: who drew is not known.

    Raises
    ------
    GeometryError
        If the reference's grid is not the volume's.
    InputError
        If there is no measure, the volume is no DICOM series, or the file can't be written.
    """
    volume.geometry.require_same(reference.geometry, "series")
    if not annotations:
        raise InputError("there is no measure to write")
    if not reference.images:
        raise InputError("a structured report refers to DICOM images, and this series has none")
    # highdicom warns, and logs, of what it makes up for, as a name without carets.
    logging.getLogger("highdicom").setLevel(logging.ERROR)
    with without_warnings():
        try:
            dataset = _report(annotations, volume, reference)
            dataset.SpecificCharacterSet = "ISO_IR 192"
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise InputError(f"cannot write {path}: {error}") from error
        with replacing(path) as partial:
            dataset.save_as(partial)


def _report(annotations: Sequence[Annotation], volume: Volume, reference: ImageReference) -> Any:
    # Late: it brings Pillow and much of pydicom, and the window starts without it.
    import highdicom as hd

    observer = hd.sr.ObserverContext(
        observer_type=_code(("121007", "DCM", "Device")),
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=generate_uid(), name="CTProg", manufacturer_name="CTProg", model_name=__version__
        ),
    )
    frame = reference.frame_of_reference_uid
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=_code(_CT),
        imaging_measurements=[_group(a, measure(a, volume), frame) for a in annotations],
        title=_code(("126000", "DCM", "Imaging Measurement Report")),
    )
    return hd.sr.Comprehensive3DSR(
        evidence=_evidence(annotations, volume, reference),
        content=content[0],
        series_instance_uid=generate_uid(),
        series_number=1,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="CTProg",
        series_description="Measures, research use only",
    )


def _evidence(annotations: Sequence[Annotation], volume: Volume, reference: ImageReference) -> list[Dataset]:
    """The images that the measures lie on: one each in the plane of acquisition, else all."""
    wanted: set[int] = set()
    for annotation in annotations:
        stack = PlaneOfVolume(volume.geometry, annotation.plane)
        wanted |= (
            {stack.slice_at(annotation.points_mm[0])}
            if stack.axis == 2 and not annotation.oblique_in(volume.geometry)
            else set(range(stack.geometry.size[2]))
        )
    images = image_datasets(reference)
    # The frames of one file are one image.
    return list({images[index].SOPInstanceUID: images[index] for index in sorted(wanted)}.values())


def _group(annotation: Annotation, measured: Measured, frame_uid: str) -> Any:
    import highdicom as hd

    tracking = hd.sr.TrackingIdentifier(
        uid=UID(f"2.25.{int(annotation.uid, 16)}"), identifier=annotation.name
    )
    if annotation.kind.is_box:
        numbers = [_number(_AREA, measured.area_mm2, _MM2)]
        numbers += [
            _number(_HU, getattr(measured, key), _HOUNSFIELD, derivation=_code(how))
            for key, how in _DERIVATIONS.items()
            if getattr(measured, key) is not None
        ]
        return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            referenced_region=_region(annotation, frame_uid),
            measurements=numbers,
        )
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking, measurements=_lines(annotation, measured, frame_uid)
    )


def _lines(annotation: Annotation, measured: Measured, frame_uid: str) -> list[Any]:
    points = np.array(annotation.points_mm)
    match annotation.kind:
        case Kind.BIDIRECTIONAL:
            pairs = sorted(
                (points[:2], points[2:]), key=lambda ends: -float(np.linalg.norm(ends[1] - ends[0]))
            )
            return [
                _number(_LONG, measured.length_mm, _MM, at=pairs[0], frame_uid=frame_uid),
                _number(_SHORT, measured.perpendicular_mm, _MM, at=pairs[1], frame_uid=frame_uid),
            ]
        case Kind.ANGLE:
            return [_number(_ANGLE, measured.angle_degrees, _DEGREES, at=points, frame_uid=frame_uid)]
        case Kind.PROBE:
            return [_number(_HU, measured.mean_hu, _HOUNSFIELD, at=points, frame_uid=frame_uid)]
    name = _PATH if annotation.kind is Kind.POLYLINE else _LENGTH
    return [_number(name, measured.length_mm, _MM, at=points, frame_uid=frame_uid)]


def _number(
    name: tuple[str, str, str],
    value: float | None,
    unit: tuple[str, str, str],
    *,
    at: np.ndarray | None = None,
    frame_uid: str = "",
    derivation: Any = None,
) -> Any:
    import highdicom as hd

    if value is None:
        raise InputError(f"{name[2].lower()} has no value: its point lies outside the images")
    coordinates = None
    if at is not None:
        kind = "POINT" if len(at) == 1 else "POLYLINE"
        coordinates = [hd.sr.CoordinatesForMeasurement3D(kind, at, frame_uid)]
    return hd.sr.Measurement(
        name=_code(name),
        value=value,
        unit=_code(unit),
        derivation=derivation,
        referenced_coordinates=coordinates,
    )


def _region(annotation: Annotation, frame_uid: str) -> Any:
    import highdicom as hd

    corners = np.array(annotation.handles())
    if annotation.kind is Kind.RECTANGLE:
        return hd.sr.ImageRegion3D("POLYGON", np.vstack([corners, corners[:1]]), frame_uid)
    # An ellipse is told by the ends of its major axis, then of its minor one (PS3.3 C.18.9.1.2).
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    axes = [middles[[0, 2]], middles[[1, 3]]]
    axes.sort(key=lambda ends: -float(np.linalg.norm(ends[1] - ends[0])))
    return hd.sr.ImageRegion3D("ELLIPSE", np.vstack(axes), frame_uid)


def _code(told: tuple[str, str, str]) -> Any:
    import highdicom as hd

    return hd.sr.CodedConcept(*told)
