"""Growing a segment and another one against each other from what is drawn of both."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Floats
from ctprog_gui.core.roi.effect import Part, Shape
from ctprog_gui.core.shared.errors import InputError

# What a mm costs beside the difference of density along it, in HU: in an even region the nearer seed wins.
MM_COSTS_HU = 1.0
# Noise of single voxels is no border.
SMOOTHING_VOXELS = 0.7
# More than this take longer than anybody waits: half a million take half a second on an idle core.
MOST_VOXELS = 2_000_000


@dataclass(frozen=True)
class GrowFromSeeds:
    """Each voxel goes to the segment from whose seeds it is reached at the least cost.

    A step costs the difference of density along it, and 1 HU a mm. This is GrowCut (Vezhnevets and
    Konouchine, GraphiCon 2005) as shortest paths (Zhu et al., An effective interactive medical image
    segmentation method using Fast GrowCut, MICCAI IMIC workshop 2014). The voxels drawn are the seeds:
    the segment's own stay its own, and the other's are never taken. Nothing is reached farther than
    `reach_mm` from the segment's own seeds.

    Parameters
    ----------
    other_name
        The segment that grows against this one, as the background does.
    """

    other_name: str
    reach_mm: float

    @property
    def name(self) -> str:
        return f"Grow from seeds against {self.other_name}"

    def apply(self, part: Part) -> Shape:
        """The segment's voxels afterwards.

        Raises
        ------
        ValueError
            If the part holds no second segment or no image.
        InputError
            If the two lie so far apart that it would take too long.
        """
        from scipy.ndimage import distance_transform_edt

        if part.other is None or part.hu is None:
            raise ValueError("growing from seeds wants a second segment and the image")
        own, other = part.voxels, part.other & ~part.voxels
        if not own.any() or not other.any():
            return own.copy()
        if own.size > MOST_VOXELS:
            raise InputError(
                f"{own.size / 1e6:.1f} million voxels lie around both segments, and at most "
                f"{MOST_VOXELS / 1e6:.0f} can be grown in: draw them nearer to each other"
            )
        near = distance_transform_edt(~own, part.sampling) <= self.reach_mm
        return np.asarray(own | (near & ~part.other & _nearer_to(own, other, part.hu, part.sampling)))


def _nearer_to(
    own: Shape, other: Shape, hu: NDArray[np.integer | np.floating], sampling: tuple[float, float, float]
) -> Shape:
    """Where the cheapest way from any seed comes from one's own."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    here, there, prices = _steps(hu, sampling)
    count = prod(own.shape)
    graph = csr_matrix((prices, (here, there)), shape=(count, count))
    seeds = np.flatnonzero(own | other)
    _, _, sources = dijkstra(graph, directed=False, indices=seeds, min_only=True, return_predecessors=True)
    return np.asarray(own.ravel()[sources].reshape(own.shape))


def _steps(
    hu: NDArray[np.integer | np.floating], sampling: tuple[float, float, float]
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Each pair of neighbours by a face, and what the step between them costs."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(hu.astype(np.float32), SMOOTHING_VOXELS)
    numbers = np.arange(hu.size, dtype=np.int32).reshape(hu.shape)
    here, there, prices = [], [], []
    for axis, step_mm in enumerate(sampling):
        first, second = [slice(None)] * 3, [slice(None)] * 3
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        one, two = tuple(first), tuple(second)
        here.append(numbers[one].ravel())
        there.append(numbers[two].ravel())
        prices.append(np.abs(smooth[one] - smooth[two]).ravel() + MM_COSTS_HU * step_mm)
    return np.concatenate(here), np.concatenate(there), np.concatenate(prices).astype(np.float64)
