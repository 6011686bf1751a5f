"""Regions of interest from files: RTSTRUCT, DICOM SEG, NIfTI, NRRD, MetaImage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from ctprog_gui.core.dicom.rtstruct import RoiContours, read_rtstruct
from ctprog_gui.core.dicom.seg_reading import SegFile, SegSegment, is_seg, modality_of, read_seg
from ctprog_gui.core.imaging.contours import rasterise
from ctprog_gui.core.imaging.files import LabelFile, ending_of, read_label_file
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import reorient_mask, resample_mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.shared.errors import EmptyRoiError, GeometryError, InputError

_Item = TypeVar("_Item", Segment, RoiContours, SegSegment)


def is_roi_object(path: Path) -> bool:
    """Whether a file is a DICOM object of regions (SEG or RTSTRUCT), which can be nothing else."""
    return path.is_file() and modality_of(path) in ("SEG", "RTSTRUCT")


def read_rois(
    path: Path,
    reference: Geometry,
    *,
    name: str | None = None,
    resample: bool = False,
    frame_of_reference_uid: str | None = None,
) -> list[Mask]:
    """The regions of a file, or the one called `name`, as masks on the grid `reference`.

    Labels of a volume file are regions; RTSTRUCT contours are rasterised by pixel centres. A label
    file whose axes only run in another order or direction is turned to fit, which moves no voxel. A
    SEG's segments may fill a part of the grid, as files leave out what is empty.

    Parameters
    ----------
    resample
        Put a region of another grid onto this one by nearest neighbour rather than refuse it.
    frame_of_reference_uid
        The image's, where known; contours of another patient space are then refused.

    Raises
    ------
    InputError
        If the file can't be read, or has no region of that name (the names are listed).
    GeometryError
        If the region lies on another grid or in another patient space.
    """
    if ending_of(path) is not None:
        labels = read_label_file(path)
        chosen = _named(labels.segments, name, path)
        return [_on_grid(labels, segment, reference, path, resample=resample) for segment in chosen]
    _require_file(path)
    if is_seg(path):
        seg = read_seg(path)
        frames_uid = seg.frame_of_reference_uid
        if frame_of_reference_uid and frames_uid and frames_uid != frame_of_reference_uid:
            raise GeometryError(f"{path} was drawn in another patient space than the image's")
        return [_of_seg(seg, one, reference, resample=resample) for one in _named(seg.segments, name, path)]
    structures = read_rtstruct(path)
    rois = [roi for roi in structures.rois if roi.contours]
    if not rois:
        raise InputError(f"{path} holds no closed contour")
    same_slices = structures.is_complete and structures.images == reference.size[2]
    return [
        _rasterised(
            roi,
            reference,
            path,
            resample=resample,
            frame_uid=frame_of_reference_uid,
            on_these_slices=same_slices,
        )
        for roi in _named(rois, name, path)
    ]


def roi_names(path: Path) -> list[str]:
    """The names of the regions in a file, in its order.

    Raises
    ------
    InputError
        If the file can't be read.
    """
    if ending_of(path) is not None:
        return [segment.name for segment in read_label_file(path).segments]
    _require_file(path)
    if is_seg(path):
        return [segment.name for segment in read_seg(path).segments]
    return [roi.name for roi in read_rtstruct(path).rois if roi.contours]


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file in it that holds the ROI")
    if not path.is_file():
        raise InputError(f"there is no file {path}")


def _named(items: Sequence[_Item], name: str | None, path: Path) -> list[_Item]:
    """All, or those called `name`: exactly, else but for upper and lower case."""
    if name is None:
        if not items:
            raise EmptyRoiError(f"{path} holds no region: it is empty")
        return list(items)
    wanted = name.strip()
    for fold in (str, str.casefold):
        found = [item for item in items if fold(item.name) == fold(wanted)]
        if len(found) == 1:
            return found
        if found:
            raise InputError(f"{path} has {len(found)} regions called {name}")
    listed = ", ".join(item.name for item in items) or "none"
    raise InputError(f"{path} has no region {name}; it has: {listed}")


def _on_grid(labels: LabelFile, segment: Segment, reference: Geometry, path: Path, *, resample: bool) -> Mask:
    mask = reorient_mask(labels.mask(segment), reference)
    if mask.geometry.difference_from(reference) is None:
        # Within the tolerance the grids are one; the mask takes the image's own numbers.
        return replace(mask, geometry=reference)
    if resample:
        return resample_mask(mask, reference)
    difference = labels.geometry.difference_from(reference)
    raise GeometryError(f"{segment.name} in {path} lies on another grid than the image: {difference}")


def _of_seg(seg: SegFile, segment: SegSegment, reference: Geometry, *, resample: bool) -> Mask:
    along = int(np.abs(reference.axes.T @ seg.axes[:, 2]).argmax())
    step = reference.spacing_mm[along]
    mask = seg.mask(segment, step if seg.fits_step(step) else None)
    found = placed(mask, reference)
    if found is None and resample:
        return resample_mask(mask, reference)
    if found is None:
        turned = reorient_mask(mask, reference).geometry
        at = ", ".join(f"{part:.3g}" for part in reference.patient_to_index(turned.origin_mm))
        steps = " x ".join(f"{part:.4g}" for part in turned.spacing_mm)
        raise GeometryError(
            f"{segment.name} in {seg.path} lies on another grid than the image: its voxels are {steps} mm "
            f"and begin at index ({at}) of the image"
        )
    return found


def placed(mask: Mask, reference: Geometry) -> Mask | None:
    """The region on `reference` where both are parts of one grid, else None; no voxel is moved.

    Axes may run in another order or direction. None also where the region reaches outside.
    """
    turned = reorient_mask(mask, reference)
    grid = turned.geometry
    start = np.rint(reference.patient_to_index(grid.origin_mm)).astype(int)
    same = reference.cropped((start[0], start[1], start[2]), grid.size)
    if grid.difference_from(same) is not None:
        return None
    voxels = np.zeros(reference.shape, np.bool_)
    box = turned.bounding_box
    if box is not None:
        there = tuple(
            slice(part.start + int(at), part.stop + int(at))
            for part, at in zip(box, start[::-1], strict=True)
        )
        if any(part.start < 0 or part.stop > size for part, size in zip(there, reference.shape, strict=True)):
            return None
        voxels[there] = turned.voxels[box]
    return replace(mask, voxels=voxels, geometry=reference)


def _rasterised(
    roi: RoiContours,
    reference: Geometry,
    path: Path,
    *,
    resample: bool,
    frame_uid: str | None,
    on_these_slices: bool,
) -> Mask:
    if frame_uid and roi.frame_of_reference_uid and frame_uid != roi.frame_of_reference_uid:
        raise GeometryError(f"{roi.name} in {path} was drawn in another patient space than the image's")
    voxels = rasterise(
        roi.contours,
        reference,
        name=f"{roi.name} in {path}",
        nearest_plane=resample,
        on_these_slices=on_these_slices,
    )
    return Mask(voxels, reference, roi.name)
