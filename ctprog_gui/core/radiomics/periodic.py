"""An image as its wavelet transform sees it: made even-sized and thought periodic (`wavelets.py`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A voxel's band depends on so many neighbours before and after it, along each axis.
BEFORE, AFTER = 2, 3


def periodic(start: int, stop: int, size: int) -> NDArray[np.intp]:
    """Which layers of an image stand where it is made even and periodic, from `start` to before `stop`."""
    even = size + size % 2
    index = np.arange(start, stop) % even
    index[index == size] = 0
    return index
