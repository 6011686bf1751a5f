"""What was read of a cube's slices, kept by the region in them: an edit reads only what it touches."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.networks.roi_encoder import RoiEncoder

# Slices whose averages are kept: those of some thirty states of a region, 3 kB a slice.
KEPT = 2048


class SlicesRead:
    """The feature maps of one cube, and the averages that were taken of them so far.

    An average hangs on one slice and the region within it alone, so it is the same bits whether it
    was taken now, before, or among other slices.

    Parameters
    ----------
    maps
        As `RoiEncoder.maps` gives them, of all slices of the cube.
    """

    def __init__(self, maps: list[Tensor]) -> None:
        self.maps = maps
        self._kept: OrderedDict[tuple[int, bytes], Tensor] = OrderedDict()

    def averages(self, encoder: RoiEncoder, roi: NDArray[np.bool_], there: slice) -> Tensor:
        """(slice, average) for a run of the cube's slices; `roi` is (slice, row, column) of the cube.

        The encoder is the one that made the maps.
        """
        bits = np.packbits(roi[there].reshape(there.stop - there.start, -1), axis=1)
        keys = [(number, row.tobytes()) for number, row in enumerate(bits, start=there.start)]
        new = [number for number, key in enumerate(keys) if key not in self._kept]
        # Slices in a row are read together: a view of the maps, where picking them would be a copy.
        for run in _runs(new):
            part = slice(there.start + run.start, there.start + run.stop)
            weights = encoder.weights(torch.from_numpy(roi[part]).to(self.maps[0].device))
            found = encoder.averages([level[part] for level in self.maps], weights)
            self._kept.update(zip(keys[run], found.unbind(), strict=True))
        told = [self._kept[key] for key in keys]
        for key in keys:
            self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return torch.stack(told)


def _runs(numbers: list[int]) -> list[slice]:
    """Rising numbers as runs without gaps."""
    runs: list[slice] = []
    for number in numbers:
        if runs and runs[-1].stop == number:
            runs[-1] = slice(runs[-1].start, number + 1)
        else:
            runs.append(slice(number, number + 1))
    return runs
