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
# A chest is wider and deeper; the smallest field of a CT of a whole adult chest is about 250 mm.
LEAST_FIELD_MM = 180.0


def clip_region(volume: Volume, clip: Clip) -> Mask | None:
    """The region on the CT's grid; None where nothing is clipped.

    Raises
    ------
    InputError
        If the CT shows no lungs that a ring could be clipped to, or too little of the body to tell the air
        around it from lung that is open to the image's edge.
    """
    if clip == "none":
        return None
    if clip == "body":
        turned = towards_lps(volume)
        grid = turned.geometry
        across, deep = (n * step for n, step in zip(grid.size[:2], grid.spacing_mm[:2], strict=True))
        if min(across, deep) < LEAST_FIELD_MM:
            raise InputError(
                f"the image of {across:.0f} × {deep:.0f} mm is cut within the body: lung that is open to its "
                "edge can't be told from the air around the patient"
            )
        body = Mask(find_body(turned.voxels, turned.geometry.spacing_mm), turned.geometry)
        return resample_mask(body, volume.geometry)
    lungs = lungs_of(volume, "threshold", voxel_mm=1.0)
    if lungs is None:
        raise InputError("no lungs are found in the image that the ring could be clipped to")
    return resample_mask(Mask(lungs.voxels, lungs.geometry), volume.geometry)
