"""What a ring around a tumour may be clipped to: the lungs or the body."""

from __future__ import annotations

from typing import Literal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample_mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.axes import towards_lps
from ctprog_gui.core.preprocessing.lungs import find_body, lungs_of
from ctprog_gui.core.shared.errors import InputError

Clip = Literal["none", "lungs", "body"]


def clip_region(volume: Volume, clip: Clip) -> Mask | None:
    """The region on the CT's grid; None where nothing is clipped.

    Raises
    ------
    InputError
        If the CT shows no lungs that a ring could be clipped to.
    """
    if clip == "none":
        return None
    if clip == "body":
        turned = towards_lps(volume)
        body = Mask(find_body(turned.voxels, turned.geometry.spacing_mm), turned.geometry)
        return resample_mask(body, volume.geometry)
    lungs = lungs_of(volume, "threshold", voxel_mm=1.0)
    if lungs is None:
        raise InputError("no lungs are found in the image that the ring could be clipped to")
    return resample_mask(Mask(lungs.voxels, lungs.geometry), volume.geometry)
