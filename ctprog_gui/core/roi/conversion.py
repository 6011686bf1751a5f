"""Regions from one file format to another, and two files' regions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ctprog_gui.core.dicom.open_path import choose, open_path
from ctprog_gui.core.dicom.reference import image_reference
from ctprog_gui.core.dicom.seg_reading import is_seg, read_seg
from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.files import ending_of, read_header, write_labels, write_mask
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.roi.agreement import Agreement, agreement
from ctprog_gui.core.roi.layers import Layers, Overlap
from ctprog_gui.core.roi.reading import read_rois, roi_names
from ctprog_gui.core.shared.errors import InputError

FORMATS = ("seg", "labelmap", "rtstruct", "nifti", "nrrd")
_ENDINGS = {".nii": "nifti", ".nii.gz": "nifti", ".nrrd": "nrrd"}
_COLOURS = ((230, 60, 60), (60, 160, 230), (80, 200, 90), (240, 180, 40), (180, 90, 210))


def open_reference(path: Path, series_uid: str | None = None) -> Series:
    """The one series at `path` whose grid regions are put on.

    Raises
    ------
    InputError
        If there is none, several and none is named, or one that has no geometry or slices that do
        not stack into a regular grid (its distances would be wrong).
    """
    series = choose(open_path([path]), series_uid)
    if series.info.geometry is None:
        raise InputError(f"the series in {path} does not say where it lies in the patient")
    if series.info.refusals:
        odd = series.info.refusals[0]
        raise InputError(f"the series in {path} is no regular grid, {odd.code}: {odd.detail}")
    return series


def convert(
    source: Path,
    reference: Series,
    out: Path,
    *,
    name: str | None = None,
    to: str | None = None,
    resample: bool = False,
) -> list[Mask]:
    """Write the regions of `source`, or the one called `name`, to `out` on the reference's grid.

    A file with one region that can't tell its name (NIfTI) is taken to mean `name`.

    Parameters
    ----------
    to
        One of `FORMATS`; without it the ending of `out` decides, where .dcm means SEG, which
        keeps every voxel.

    Raises
    ------
    InputError
        If a file can't be read or written, or the format can't hold the regions.
    GeometryError
        If a region lies on another grid than the reference and `resample` is not set.
    """
    format_ = _format(out, to)
    geometry = reference.info.geometry
    assert geometry is not None
    frame_uid = reference.info.frame_of_reference_uid or None
    masks = read_rois(
        source, geometry, name=_name_in(source, name), resample=resample, frame_of_reference_uid=frame_uid
    )
    if name is not None:
        masks = [replace(mask, name=name.strip()) if _is_unnamed(mask) else mask for mask in masks]
    # Late: what writes DICOM comes with highdicom.
    if format_ in ("seg", "labelmap"):
        from ctprog_gui.core.dicom.seg_writing import write_seg

        write_seg(out, masks, image_reference(reference), label_map=format_ == "labelmap")
    elif format_ == "rtstruct":
        from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct

        write_rtstruct(out, masks, image_reference(reference))
    elif len(masks) == 1 and (format_ == "nrrd" or _is_unnamed(masks[0])):
        write_mask(out, masks[0])
    else:
        _write_label_map(out, masks)
    return masks


def compare(
    a: Path, b: Path, *, reference: Series | None = None, name: str | None = None, resample: bool = False
) -> Agreement:
    """The agreement of one region of each file, on the reference's grid or the files' own.

    `name` chooses where a file holds several regions; a file with one region that can't tell its
    name (NIfTI) is taken to mean it.

    Raises
    ------
    InputError
        If a file can't be read, several regions could be meant, or neither has a grid of its own
        and there is no reference.
    GeometryError
        If the two lie on different grids and `resample` is not set.
    """
    if reference is not None:
        assert reference.info.geometry is not None
        grid, frame_uid = reference.info.geometry, reference.info.frame_of_reference_uid or None
    else:
        grid, frame_uid = _common_grid(a, b), None
    first, second = (
        _one(
            read_rois(
                path, grid, name=_name_in(path, name), resample=resample, frame_of_reference_uid=frame_uid
            ),
            path,
        )
        for path in (a, b)
    )
    return agreement(first, second)


def _format(out: Path, to: str | None) -> str:
    ending = ending_of(out)
    by_ending = _ENDINGS.get(ending or "")
    if to is None:
        if by_ending is None and out.suffix.lower() == ".dcm":
            return "seg"
        if by_ending is None:
            raise InputError(f"say with --to what {out.name} is to be: {', '.join(FORMATS)}")
        return by_ending
    if to in ("nifti", "nrrd") and by_ending != to:
        wanted = [ending for ending, kind in _ENDINGS.items() if kind == to]
        raise InputError(f"the name of a {to} file must end in {' or '.join(wanted)}: {out}")
    if to in ("seg", "labelmap", "rtstruct") and ending is not None:
        raise InputError(f"{out.name} ends as a volume file does, but is to be a DICOM file")
    return to


def _is_unnamed(mask: Mask) -> bool:
    return _is_number(mask.name)


def _name_in(path: Path, name: str | None) -> str | None:
    """`name`, or None where the file has one region and no names to find it by."""
    if name is None:
        return None
    names = roi_names(path)
    return None if len(names) == 1 and _is_number(names[0]) else name


def _is_number(name: str) -> bool:
    """Whether a region is called by its label only."""
    return name.startswith("label ") and name[6:].isdigit()


def _one(masks: list[Mask], path: Path) -> Mask:
    if len(masks) > 1:
        names = ", ".join(mask.name for mask in masks)
        raise InputError(f"{path} holds {len(masks)} regions, choose one with --roi-name: {names}")
    return masks[0]


def _common_grid(a: Path, b: Path) -> Geometry:
    """The grid of the first label file, else one that holds the frames of the SEGs."""
    for path in (a, b):
        if ending_of(path) is not None:
            return read_header(path)
    grids = []
    for path in (a, b):
        if path.is_file() and is_seg(path):
            seg = read_seg(path)
            if seg.segments:
                grids.append(seg.mask(seg.segments[0]).geometry)
    if not grids:
        raise InputError("contours have no grid of their own: name the image with --reference")
    grid = grids[0]
    corners = [np.array([0, 0, 0]), np.array(grid.size) - 1]
    for other in grids[1:]:
        ends = other.index_to_patient(np.array([(0, 0, 0), np.array(other.size) - 1]))
        corners.extend(np.rint(grid.patient_to_index(ends)).astype(int))
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    if ((high - low) > 4 * np.max([one.size for one in grids], axis=0) + 4).any():
        return grid
    size = high - low + 1
    return grid.cropped((low[0], low[1], low[2]), (size[0], size[1], size[2]))


def _write_label_map(out: Path, masks: Sequence[Mask]) -> None:
    if len(masks) > 255:
        raise InputError(f"a label map holds 255 regions, not {len(masks)}: choose one with --roi-name")
    layers, segments = Layers(masks[0].voxels.shape), []
    for value, mask in enumerate(masks, start=1):
        layer, box = 0, mask.bounding_box
        if box is not None:
            _, layer = layers.put(box, mask.voxels[box], value, 0, None, Overlap.ALLOW)
        if layer > 0 and ending_of(out) != ".nrrd":
            raise InputError(
                f"{mask.name} overlaps another region, which NIfTI can't hold: "
                "choose one with --roi-name, or write NRRD, SEG or RTSTRUCT"
            )
        colour = mask.colour or _COLOURS[(value - 1) % len(_COLOURS)]
        segments.append(Segment(mask.name, value, layer, mask.status, colour))
    write_labels(out, layers.arrays or (layers[0],), masks[0].geometry, segments)
