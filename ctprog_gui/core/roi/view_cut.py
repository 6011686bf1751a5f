"""What a line drawn on a view in 3D encloses: all that is seen through it, to whatever depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.contours import fill_even_odd
from ctprog_gui.core.imaging.geometry import Floats, Geometry
from ctprog_gui.core.roi.edit import Box
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.shared.progress import Progress

# The line is filled on a raster of so many cells a pixel: the screen's pixels are what the hand aimed by.
CELLS = 4
# A longer line, far beyond any screen, is filled more coarsely.
MOST_CELLS = 3000


@dataclass(frozen=True, eq=False)
class ViewCut:
    """A closed line on a view, and how the view projects.

    Parameters
    ----------
    projection
        (3, 4): a point (x, y, z, 1) in LPS becomes (u w, v w, w), with u and v the view's pixels.
        With a camera in perspective w grows with the depth; behind the camera it is not positive.
    corners
        The line's corners (n, 2) in the view's pixels; the last joins the first. Where the line crosses
        itself it encloses by even–odd.
    """

    projection: Floats
    corners: Floats

    def inside(self, geometry: Geometry, box: Box, progress: Progress | None = None) -> Shape:
        """Which voxels of a box (z, y, x) have their centres seen through the line."""
        shape = tuple(part.stop - part.start for part in box)
        inside = np.zeros(shape, dtype=bool)
        filled = self._filled()
        if filled is None:
            return inside
        raster, low, cells = filled
        # From indices (x, y, z) straight to the view.
        onto = self.projection @ geometry.matrix
        y, x = np.ogrid[box[1], box[2]]
        for number, z in enumerate(range(box[0].start, box[0].stop)):
            if progress is not None:
                progress.check()
            u, v, w = (row[0] * x + row[1] * y + (row[2] * z + row[3]) for row in onto)
            before = w > 0
            w = np.where(before, w, 1.0)
            column = np.rint(cells * u / w - low[0])
            row = np.rint(cells * v / w - low[1])
            within = (
                before & (column >= 0) & (column < raster.shape[1]) & (row >= 0) & (row < raster.shape[0])
            )
            inside[number][within] = raster[row[within].astype(int), column[within].astype(int)]
        return inside

    def _filled(self) -> tuple[NDArray[np.bool_], NDArray[np.int_], float] | None:
        """What the line encloses as cells (row, column), the first cell, and how many make a pixel.

        None for a line of no area.
        """
        corners = np.asarray(self.corners, dtype=np.float64).reshape(-1, 2)
        if len(corners) < 3:
            return None
        cells = min(CELLS, MOST_CELLS / max(float(np.ptp(corners, axis=0).max()), 1.0))
        corners = cells * corners
        low = np.floor(corners.min(axis=0)).astype(int)
        columns, rows = np.ceil(corners.max(axis=0)).astype(int) - low + 1
        raster = np.zeros((rows, columns), dtype=bool)
        fill_even_odd([corners - low], raster)
        return (raster, low, cells) if raster.any() else None
