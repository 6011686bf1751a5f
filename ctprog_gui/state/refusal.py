"""Why an edit of the ROI can't be made, in one line for the person whose hand it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.hu_range import HuRange
from ctprog_gui.state.language import tr
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.segment import Segment


def why_closed(segment: Segment | None) -> str:
    """Why nothing may be drawn in a segment; empty where it may, or where there is none yet."""
    if segment is not None and segment.locked:
        return tr("{name} is locked.").format(name=segment.name)
    if segment is not None and not segment.visible:
        return tr("{name} is hidden: show it to draw in it.").format(name=segment.name)
    return ""


def why_nothing(
    roi: RoiState, box: Box, where: NDArray[np.bool_], limit: HuRange | None, *, erase: bool
) -> str:
    """Why painting or erasing `where` (z, y, x; in a box, within `limit`) changed no voxel.

    Empty where that is plain to see: it was painted already, or there was nothing to erase.
    """
    if limit is not None and not where.any():
        told = tr("Nothing changes: no voxel there is from {low} to {high} HU.")
        return told.format(low=f"{limit.low_hu:.0f}", high=f"{limit.high_hu:.0f}")
    active = roi.active
    if not erase and active is not None and bool((where & ~roi.inside(active.label, box)).any()):
        return tr("Nothing is painted: the segments that are there keep their voxels.")
    return ""
