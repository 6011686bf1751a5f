"""Regions of a case to a file: DICOM SEG, RTSTRUCT, NIfTI, NRRD, MetaImage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.dicom.reference import ImageReference
from ctprog_gui.core.imaging.files import ending_of, write_labels
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.errors import InputError

Named = Mapping[int, tuple[str, tuple[int, int, int]]]
SEG, RTSTRUCT = "seg", "rtstruct"


def save_label_map(
    path: Path,
    labels: NDArray[np.uint8],
    geometry: Geometry,
    named: Named,
    reference: ImageReference | None = None,
    kind: str = SEG,
) -> list[str]:
    """Write the segments of a label map in the format that the file's ending asks for.

    Parameters
    ----------
    named
        For each label its name and its colour (red, green, blue; 0–255).
    reference
        The images that a DICOM object refers to; wanted for those alone.
    kind
        What a ``.dcm`` file is to be: `SEG`, which keeps every voxel, or `RTSTRUCT`.

    Returns
    -------
    The names of segments left out: empty ones, which DICOM objects can't hold.

    Raises
    ------
    InputError
        If the ending is of no known format, there is nothing to write, or the file can't be written.
    """
    if ending_of(path) is not None:
        write_labels(path, labels, geometry, named)
        return []
    if path.suffix.lower() != ".dcm":
        raise InputError(f"{path.name}: a ROI is saved as .dcm, .nii.gz, .nrrd or .mha")
    if reference is None:
        raise InputError("a DICOM object refers to images, and this case has none")
    masks = [Mask(labels == label, geometry, name) for label, (name, _) in named.items()]
    filled = [mask for mask in masks if not mask.is_empty]
    if not filled:
        raise InputError("every segment is empty: there is nothing to save")
    if kind == RTSTRUCT:
        from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct

        write_rtstruct(path, filled, reference)
    else:
        from ctprog_gui.core.dicom.seg_writing import write_seg

        write_seg(path, filled, reference)
    return [mask.name for mask in masks if mask.is_empty]
