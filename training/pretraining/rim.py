"""Regions of slices without their rim."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_NEIGHBOURS = ndimage.generate_binary_structure(2, 1)[None]


def without_rim(region: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The region (n, row, column) without its outermost pixels in the plane, as at the image's edge."""
    inner: NDArray[np.bool_] = ndimage.binary_erosion(region, _NEIGHBOURS, iterations=pixels)
    return inner
