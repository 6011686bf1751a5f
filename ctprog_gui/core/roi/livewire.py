"""A line on a slice that clings to edges: the way of least cost between two points.

After Mortensen and Barrett (Intelligent scissors for image composition, SIGGRAPH 1995) and Falcão et al.
(User-steered image segmentation paradigms: live wire and live lane, Graph Models Image Process
1998;60:233-60). The line runs along the corners between voxels, so that it lies on an edge rather than
in the row of voxels on one side of it; a step costs its length in mm times how little of an edge is there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.imaging.planes import PlaneOfVolume
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.slice_crop import SliceCrop

# How far from its start a wire sees edges; beyond it runs straight.
REACH_MM = 60.0
# Noise of single voxels is no edge.
SMOOTHING_VOXELS = 0.8
# What a mm along the best edge costs; a mm where there is none costs 1.
LEAST_COST = 0.02


class LiveWire:
    """The cheapest ways on one slice from one point to all others around it.

    They are found at once, when it is made (some 40 ms for 170 × 170 voxels); a way to a point is then
    only walked back.

    Parameters
    ----------
    number
        The slice of `stack`.
    start_mm
        Where the wire is held, LPS; it begins at the nearest corner of a voxel.
    """

    def __init__(
        self,
        volume: Volume,
        stack: PlaneOfVolume,
        number: int,
        start_mm: ArrayLike,
        reach_mm: float = REACH_MM,
    ) -> None:
        crop = self._crop = SliceCrop(volume, stack, number, start_mm, reach_mm)
        # Corner (i, j) of the crop lies between its pixels (i - 1, j - 1) and (i, j).
        cost = edge_cost(crop.picture, crop.pixel_mm)
        self._shape = cost.shape
        self._before = _cheapest_ways(cost, crop.pixel_mm, self._corner(crop.pixel(start_mm)))

    def to(self, point_mm: ArrayLike) -> Floats:
        """The way (n, 3) in LPS from the start to a point on the slice, both ends included."""
        wanted = self._crop.pixel(point_mm)
        node = self._corner(wanted)
        way = [node]
        while self._before[node] >= 0:
            node = int(self._before[node])
            way.append(node)
        corners = np.stack(np.unravel_index(way[::-1], self._shape), axis=1) + self._crop.low - 0.5
        if np.abs(corners[-1] - wanted).max() > 1:
            # Beyond what the wire sees.
            corners = np.vstack([corners, wanted])
        return self._crop.points_mm(corners)

    def _corner(self, pixel: Floats) -> int:
        """The number of the corner nearest to a pixel place, within the crop."""
        at = np.clip(np.rint(pixel + 0.5 - self._crop.low), 0, np.array(self._shape) - 1).astype(int)
        return int(np.ravel_multi_index((at[0], at[1]), self._shape))


def edge_cost(picture: NDArray[np.integer | np.floating], pixel_mm: ArrayLike) -> Floats:
    """What a mm costs at each corner between pixels: 1 where the picture is flat, near 0 on a strong edge.

    Parameters
    ----------
    picture
        HU, (rows, columns).
    pixel_mm
        Distance of rows and of columns.

    Returns
    -------
    An array of (rows + 1, columns + 1). What is strong is told by the mean steepness of the picture.
    """
    from scipy.ndimage import gaussian_filter

    smooth = np.pad(gaussian_filter(picture.astype(np.float64), SMOOTHING_VOXELS), 1, mode="edge")
    down_mm, across_mm = np.asarray(pixel_mm, dtype=np.float64)
    down = (smooth[1:, :-1] + smooth[1:, 1:] - smooth[:-1, :-1] - smooth[:-1, 1:]) / (2 * down_mm)
    across = (smooth[:-1, 1:] + smooth[1:, 1:] - smooth[:-1, :-1] - smooth[1:, :-1]) / (2 * across_mm)
    steepness = np.hypot(down, across)
    usual = float(steepness.mean())
    if usual == 0:
        return np.ones_like(steepness)
    return np.asarray(LEAST_COST + (1 - LEAST_COST) * (usual / (usual + steepness)) ** 2)


def _cheapest_ways(cost: Floats, pixel_mm: Floats, start: int) -> NDArray[np.int32]:
    """For each corner the one before it on the cheapest way from the start; negative at the start."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    rows, columns = cost.shape
    numbers = np.arange(rows * columns).reshape(rows, columns)
    here, there, prices = [], [], []
    for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
        first = slice(None, rows - down), slice(max(0, -across), columns - max(0, across))
        second = slice(down, None), slice(max(0, across), columns - max(0, -across))
        length = float(np.hypot(*(np.array([down, across]) * pixel_mm)))
        here.append(numbers[first].ravel())
        there.append(numbers[second].ravel())
        prices.append(length * (cost[first] + cost[second]).ravel() / 2)
    graph = csr_matrix(
        (np.concatenate(prices), (np.concatenate(here), np.concatenate(there))), shape=(numbers.size,) * 2
    )
    _, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    return np.asarray(before, dtype=np.int32)
