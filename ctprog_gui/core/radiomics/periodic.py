"""An image as its wavelet transform sees it: made even-sized and thought periodic (`wavelets.py`)."""

from __future__ import annotations

from itertools import groupby

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


def periodic_runs(start: int, stop: int, size: int) -> list[tuple[slice, tuple[int, int]]]:
    """The layers of `periodic` in runs without a gap: where in the part, and from which to before which."""
    index = periodic(start, stop, size)
    found = []
    for _, run in groupby(range(index.size), key=lambda n: int(index[n]) - n):
        places = list(run)
        first, last = int(index[places[0]]), int(index[places[-1]])
        found.append((slice(places[0], places[-1] + 1), (first, last + 1)))
    return found
