"""RTSTRUCT: named regions as contours in patient space (PS3.3 A.19, C.8.8.5, C.8.8.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.dataset import parse_dataset
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.shared.errors import InputError

_CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "CLOSED_PLANAR_XOR"})


@dataclass(frozen=True, eq=False)
class RoiContours:
    """One region: closed contours, each (n, 3) in LPS mm; none where nothing closed was drawn.

    `frame_of_reference_uid` names the patient space that the points are in.
    """

    number: int
    name: str
    contours: tuple[NDArray[np.float64], ...]
    frame_of_reference_uid: str = ""


@dataclass(frozen=True, eq=False)
class StructureSet:
    """All regions of an RTSTRUCT, and the series they were drawn on (empty where not told).

    `images` is the number of that series' images, 0 where not told. `is_complete` says that a slice
    without a contour is empty: CTProg writes them so, while people may draw every third slice.
    """

    rois: tuple[RoiContours, ...]
    series_uids: frozenset[str]
    images: int = 0
    is_complete: bool = False


def read_rtstruct(path: Path) -> StructureSet:
    """Read an RTSTRUCT file. Points and open curves are left out: they enclose nothing.

    Raises
    ------
    InputError
        If the file can't be parsed, is no RTSTRUCT, or a contour is damaged.
    """
    with Opener() as opener:
        return parse_dataset(Source(path), opener, lambda dataset: _structure_set(dataset, path))


def _structure_set(dataset: Dataset, path: Path) -> StructureSet:
    modality = dataset.get("Modality")
    if modality != "RTSTRUCT":
        raise InputError(f"{path} is no RTSTRUCT but {modality or 'no DICOM object of a known kind'}")
    drawn: dict[int, list[NDArray[np.float64]]] = {}
    for item in dataset.get("ROIContourSequence") or []:
        number = _number(item, "ReferencedROINumber", path)
        closed = [c for c in item.get("ContourSequence") or [] if _is_closed(c)]
        drawn.setdefault(number, []).extend(_points(contour, path) for contour in closed)
    rois = []
    for item in dataset.get("StructureSetROISequence") or []:
        number = _number(item, "ROINumber", path)
        rois.append(
            RoiContours(
                number,
                str(item.get("ROIName") or f"ROI {number}").strip(),
                tuple(points for points in drawn.get(number, []) if len(points) >= 3),
                str(item.get("ReferencedFrameOfReferenceUID") or ""),
            )
        )
    if not rois:
        raise InputError(f"{path} names no region")
    series = list(_series(dataset))
    uids = {str(one.get("SeriesInstanceUID")) for one in series if one.get("SeriesInstanceUID")}
    images = sum(len(one.get("ContourImageSequence") or []) for one in series)
    return StructureSet(tuple(rois), frozenset(uids), images, dataset.get("Manufacturer") == "CTProg")


def _is_closed(contour: Any) -> bool:
    return str(contour.get("ContourGeometricType") or "").strip().upper() in _CLOSED


def _number(item: Any, keyword: str, path: Path) -> int:
    try:
        return int(item.get(keyword))
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot read {path}: a region has no number ({keyword})") from error


def _points(contour: Any, path: Path) -> NDArray[np.float64]:
    # The points stay bytes until numpy reads them: pydicom makes an object of every number.
    raw = contour.get_item("ContourData")
    text = b"" if raw is None or raw.value is None else raw.value
    try:
        points = np.array(text.strip(b" \0").split(b"\\") if text else [], dtype=np.float64).reshape(-1, 3)
    except (TypeError, ValueError) as error:
        raise InputError(f"cannot read {path}: a contour's points are not triples of numbers") from error
    if not np.isfinite(points).all():
        raise InputError(f"cannot read {path}: a contour holds a point that is not finite")
    return points


def _series(dataset: Any) -> Iterator[Any]:
    for frame in dataset.get("ReferencedFrameOfReferenceSequence") or []:
        for study in frame.get("RTReferencedStudySequence") or []:
            yield from study.get("RTReferencedSeriesSequence") or []
