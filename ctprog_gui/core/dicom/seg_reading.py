"""DICOM SEG: named segments as voxels on their own grid (PS3.3 A.51 and A.103, C.8.20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.dataset import without_warnings
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import CtprogError, GeometryError, InputError

SEG_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
# Positions are written with a few decimals; a slice is where it should be to this much.
_SAME_PLACE_MM = 0.01
# A gap this many times the smallest is taken for damage rather than for slices left out.
_MOST_SLICES = 10_000
_Floats = NDArray[np.float64]
# The standard has no attribute for how far a reader is with a segment: it stands in its description.
STATUS_WORD = "Status: "


@dataclass(frozen=True, eq=False)
class SegSegment:
    """One segment: the frames that it is in, and for each the pixels (rows, columns) set there."""

    number: int
    name: str
    frames: tuple[int, ...]
    status: str = ""
    colour: tuple[int, int, int] | None = None


@dataclass(frozen=True, eq=False)
class SegFile:
    """A SEG as it is stored: frames that may lie on some of the slices only.

    `heights_mm` places each frame along `normal`, (n,); `corners` is the centre of its first pixel
    in LPS mm, (n, 3). `step_mm` is the distance of slices that the file declares or its frames
    show, `declared` whether it is the former.
    """

    path: Path
    segments: tuple[SegSegment, ...]
    pixels: NDArray[Any]
    is_label_map: bool
    threshold: float
    axes: _Floats
    corners: _Floats
    pixel_mm: tuple[float, float]
    step_mm: float
    frame_of_reference_uid: str

    @property
    def heights_mm(self) -> _Floats:
        heights: _Floats = self.corners @ self.axes[:, 2]
        return heights

    def fits_step(self, step_mm: float) -> bool:
        """Whether all frames lie whole steps apart."""
        apart = (self.heights_mm - self.heights_mm.min()) / step_mm
        return bool((np.abs(apart - np.rint(apart)) * step_mm <= _SAME_PLACE_MM).all())

    def mask(self, segment: SegSegment, step_mm: float | None = None) -> Mask:
        """The segment on the grid from the file's lowest frame to its highest.

        Parameters
        ----------
        step_mm
            The distance between slices where the image's is known; frames don't tell it where a
            file leaves out those without a voxel.

        Raises
        ------
        GeometryError
            If the frames don't lie on the slices of one grid.
        """
        step = step_mm or self.step_mm
        if not self.fits_step(step):
            raise GeometryError(f"the frames of {self.path} are not whole slices of {step:.4g} mm apart")
        heights = self.heights_mm
        index = np.rint((heights - heights.min()) / step).astype(int)
        depth = int(index.max()) + 1
        if depth > _MOST_SLICES:
            raise GeometryError(f"the frames of {self.path} reach over {depth} slices")
        lowest = self.corners[int(heights.argmin())]
        across = self.corners - np.outer(heights, self.axes[:, 2])
        if np.abs(across - across[0]).max() > _SAME_PLACE_MM:
            raise GeometryError(f"the frames of {self.path} don't lie above one another")
        rows, columns = self.pixels.shape[1:]
        grid = Geometry(
            (columns, rows, depth),
            (self.pixel_mm[1], self.pixel_mm[0], step),
            (lowest[0], lowest[1], lowest[2]),
            tuple(self.axes.ravel()),
        )
        voxels = np.zeros(grid.shape, np.bool_)
        for frame in segment.frames:
            pixels = self.pixels[frame]
            voxels[index[frame]] |= (
                pixels == segment.number if self.is_label_map else pixels >= self.threshold
            )
        return Mask(voxels, grid, segment.name, segment.status, segment.colour)


def is_seg(path: Path) -> bool:
    """Whether a file is a DICOM SEG; False also for what is no DICOM file."""
    return modality_of(path) == "SEG"


def modality_of(path: Path) -> str:
    """The modality that a file names, or that its storage class tells to be SEG; empty for no DICOM file."""
    with without_warnings():
        try:
            dataset = pydicom.dcmread(
                path, force=True, stop_before_pixels=True, specific_tags=["SOPClassUID", "Modality"]
            )
        except Exception:  # the reader that the file is then given to tells what is wrong with it
            return ""
        if str(dataset.get("SOPClassUID")) in (SEG_STORAGE, LABEL_MAP_STORAGE):
            return "SEG"
        return str(dataset.get("Modality") or "")


def read_seg(path: Path) -> SegFile:
    """Read a SEG: binary, fractional (a voxel is in from half the maximum on) or a label map.

    Raises
    ------
    InputError
        If the file can't be read, is no SEG or does not tell where its frames lie.
    """
    with Opener() as opener:
        data = opener.read(Source(path))
    with without_warnings():
        try:
            return _seg(pydicom.dcmread(BytesIO(data), force=True), path)
        except CtprogError:
            raise
        except Exception as error:  # pydicom lets many kinds through on damaged files
            raise InputError(f"cannot read {path}: {error}") from error


def _seg(dataset: Dataset, path: Path) -> SegFile:
    modality = dataset.get("Modality")
    if modality != "SEG":
        raise InputError(f"{path} is no SEG but {modality or 'no DICOM object of a known kind'}")
    frames = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    if not frames:
        raise InputError(f"{path} holds no frame")
    pixels = dataset.pixel_array
    pixels = pixels[np.newaxis] if pixels.ndim == 2 else pixels
    if len(pixels) != len(frames) or pixels.ndim != 3:
        raise InputError(f"cannot read {path}: it tells of {len(frames)} frames and holds {len(pixels)}")
    is_label_map = dataset.get("SegmentationType") == "LABELMAP" or dataset.SOPClassUID == LABEL_MAP_STORAGE
    orientations = np.array(
        [_of(one, shared, "PlaneOrientationSequence").ImageOrientationPatient for one in frames], np.float64
    )
    corners = np.array(
        [_of(one, shared, "PlanePositionSequence").ImagePositionPatient for one in frames], np.float64
    )
    measures = _of(frames[0], shared, "PixelMeasuresSequence")
    if np.abs(orientations - orientations[0]).max() > 1e-4:
        raise InputError(f"the frames of {path} are not parallel")
    row = orientations[0, :3] / np.linalg.norm(orientations[0, :3])
    column = orientations[0, 3:] - (orientations[0, 3:] @ row) * row
    column /= np.linalg.norm(column)
    axes = np.stack([row, column, np.cross(row, column)], axis=1)
    if not (np.isfinite(axes).all() and np.isfinite(corners).all()):
        raise InputError(f"cannot read {path}: a frame's place holds a number that is not finite")
    maximum = float(dataset.get("MaximumFractionalValue") or 1)
    fractional = dataset.get("SegmentationType") == "FRACTIONAL"
    return SegFile(
        path,
        tuple(_segments(dataset, frames, shared, is_label_map)),
        pixels,
        is_label_map,
        maximum / 2 if fractional else 1.0,
        axes,
        corners,
        (float(measures.PixelSpacing[0]), float(measures.PixelSpacing[1])),
        _step(measures, corners @ axes[:, 2]),
        str(dataset.get("FrameOfReferenceUID") or ""),
    )


def _of(frame: Dataset, shared: Dataset, keyword: str) -> Any:
    """The one item of a functional group, of the frame or else of all frames."""
    group = frame.get(keyword) or shared.get(keyword)
    if not group:
        raise InputError(f"a SEG's frames must tell where they lie: there is no {keyword}")
    return group[0]


def _segments(dataset: Dataset, frames: Any, shared: Dataset, is_label_map: bool) -> Iterator[SegSegment]:
    every = tuple(range(len(frames)))
    numbers = (
        []
        if is_label_map
        else [
            int(_of(one, shared, "SegmentIdentificationSequence").ReferencedSegmentNumber) for one in frames
        ]
    )
    for item in dataset.get("SegmentSequence") or []:
        number = int(item.SegmentNumber)
        # In a label map 0 may be described too: it is the background.
        if is_label_map and number == 0:
            continue
        name = str(item.get("SegmentLabel") or f"segment {number}").strip()
        here = every if is_label_map else tuple(i for i in every if numbers[i] == number)
        yield SegSegment(number, name, here, _status(item), _colour(item))


def _status(item: Dataset) -> str:
    """How far a reader was with the segment, where it was written as we do."""
    told = str(item.get("SegmentDescription") or "")
    return told.removeprefix(STATUS_WORD).strip() if told.startswith(STATUS_WORD) else ""


def _colour(item: Dataset) -> tuple[int, int, int] | None:
    """The colour that the file recommends, as red, green, blue."""
    value = item.get("RecommendedDisplayCIELabValue")
    if value is None or len(value) != 3:
        return None
    # Late: it brings Pillow and much of pydicom, and is wanted only here.
    from highdicom.color import CIELabColor

    try:
        red, green, blue = CIELabColor.from_dicom_value([int(part) for part in value]).to_rgb(clip=True)
    except ValueError:
        return None
    return round(red), round(green), round(blue)


def _step(measures: Any, heights_mm: _Floats) -> float:
    declared = float(measures.get("SpacingBetweenSlices") or 0)
    if declared > 0:
        return declared
    gaps = np.diff(np.unique(heights_mm))
    gaps = gaps[gaps > _SAME_PLACE_MM]
    return float(gaps.min()) if gaps.size else float(measures.get("SliceThickness") or 0) or 1.0
