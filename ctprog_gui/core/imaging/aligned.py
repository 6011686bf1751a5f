"""Interpolating between grids whose axes run the same way: a small matrix for each axis.

A map of some thousand cells spread over the voxels of a CT is three products of matrices, which
costs a fraction of a general resampling; and sums over the fine grid need not be computed on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry

# Off-diagonal parts of the step from one grid to the other, in voxels of the coarse grid across the
# whole of the fine one, that still count as none.
_DRIFT = 1e-3


@dataclass(frozen=True, eq=False)
class AlignedInterpolation:
    """Linear interpolation as (target, source) matrices along z, y and x.

    Where a target voxel lies more than half a source voxel beyond the outermost centres it gets 0,
    between there and the centre the outermost value: as `resample` does with ``outside=0``.
    """

    z: NDArray[np.float32]
    y: NDArray[np.float32]
    x: NDArray[np.float32]

    @classmethod
    def between(cls, source: Geometry, target: Geometry) -> AlignedInterpolation | None:
        """From one grid to another, or None where their axes do not run the same way."""
        step = source.inverse_matrix @ target.matrix
        drift = np.abs(step[:3, :3] - np.diag(np.diag(step[:3, :3]))) @ np.asarray(target.size)
        if drift.max() > _DRIFT:
            return None
        x, y, z = (
            _weights(source.size[axis], step[axis, axis] * np.arange(target.size[axis]) + step[axis, 3])
            for axis in range(3)
        )
        return cls(z, y, x)

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """(z, y, x) of the source grid to that of the target grid."""
        # One product an axis: a product a slice waits for its threads each time, which takes seconds
        # on a busy machine.
        narrow = values.reshape(-1, values.shape[2]) @ self.x.T
        narrow = narrow.reshape(*values.shape[:2], -1)
        wide: NDArray[np.float32] = np.tensordot(self.z, np.tensordot(self.y, narrow, (1, 1)), (1, 1))
        return wide

    def total(self, values: NDArray[np.float32]) -> float:
        """The sum over the target grid of what `spread` would give, without computing that."""
        z, y, x = (matrix.sum(axis=0, dtype=np.float64) for matrix in (self.z, self.y, self.x))
        return float(np.einsum("zyx,z,y,x->", values.astype(np.float64), z, y, x, optimize=True))


def _weights(count: int, at: NDArray[np.float64]) -> NDArray[np.float32]:
    inside = (at >= -0.5) & (at < count - 0.5)
    place = np.clip(at, 0, count - 1)
    low = np.minimum(place.astype(np.int64), max(count - 2, 0))
    part = place - low
    matrix = np.zeros((at.size, count), np.float32)
    rows = np.arange(at.size)
    matrix[rows, low] = (1 - part) * inside
    matrix[rows, np.minimum(low + 1, count - 1)] += part * inside
    return matrix
