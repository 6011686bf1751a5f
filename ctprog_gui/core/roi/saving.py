"""Regions of a case to a file: DICOM SEG, RTSTRUCT, NIfTI, NRRD, MetaImage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.dicom.reference import ImageReference
from ctprog_gui.core.imaging.files import ending_of, write_labels
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.roi.layers import flattened
from ctprog_gui.core.shared.errors import InputError

SEG, LABEL_MAP, RTSTRUCT = "seg", "labelmap", "rtstruct"


def save_segments(
    path: Path,
    layers: Sequence[NDArray[np.uint8]],
    geometry: Geometry,
    segments: Sequence[Segment],
    reference: ImageReference | None = None,
    kind: str = SEG,
) -> list[str]:
    """Write the segments of label maps in the format that the file's ending asks for.

    Parameters
    ----------
    layers
        Label maps (z, y, x); segments of two of them may share voxels.
    segments
        What is written, in this order. SEG and NRRD keep status and colour too, RTSTRUCT the colour.
    reference
        The images that a DICOM object refers to; wanted for those alone.
    kind
        What a ``.dcm`` file is to be: `SEG` or `LABEL_MAP`, which keep every voxel, or `RTSTRUCT`.
        A label map is a SEG too, for segments that share no voxel.

    Returns
    -------
    The names of segments left out: empty ones, which DICOM objects can't hold.

    Raises
    ------
    InputError
        If the ending is of no known format, there is nothing to write, segments overlap in a format
        that can't hold that, or the file can't be written.
    """
    if ending_of(path) is not None:
        flat = flattened(layers)
        if flat is not None:
            one = [Segment(s.name, s.value, 0, s.status, s.colour) for s in segments]
            write_labels(path, (flat,), geometry, one)
        elif ending_of(path) == ".nrrd":
            write_labels(path, layers, geometry, segments)
        else:
            a, b = _first_pair(layers, segments)
            raise InputError(
                f"{a} and {b} overlap, which {path.name} can't hold: save as .nrrd or .dcm (SEG, RTSTRUCT)"
            )
        return []
    if path.suffix.lower() != ".dcm":
        raise InputError(f"{path.name}: a ROI is saved as .dcm, .nii.gz, .nrrd or .mha")
    if reference is None:
        raise InputError("a DICOM object refers to images, and this case has none")
    masks = [Mask(layers[s.layer] == s.value, geometry, s.name, s.status, s.colour) for s in segments]
    filled = [mask for mask in masks if not mask.is_empty]
    if not filled:
        raise InputError("every segment is empty: there is nothing to save")
    if kind == RTSTRUCT:
        from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct

        write_rtstruct(path, filled, reference)
    else:
        from ctprog_gui.core.dicom.seg_writing import write_seg

        write_seg(path, filled, reference, label_map=kind == LABEL_MAP)
    return [mask.name for mask in masks if mask.is_empty]


def _first_pair(layers: Sequence[NDArray[np.uint8]], segments: Sequence[Segment]) -> tuple[str, str]:
    """The names of two segments that overlap; there must be some."""
    names = {segment.value: segment.name for segment in segments}
    below = layers[0]
    for layer in layers[1:]:
        shared = (below != 0) & (layer != 0)
        if shared.any():
            at = np.unravel_index(int(shared.argmax()), shared.shape)
            return names[int(below[at])], names[int(layer[at])]
        below = np.maximum(below, layer)
    raise AssertionError("no two segments overlap")
