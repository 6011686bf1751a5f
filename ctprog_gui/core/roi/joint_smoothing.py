"""Smoothing several segments at once: none comes apart from its neighbour, and none overlaps it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.roi.edit import Labels
from ctprog_gui.core.roi.effect import Shape
from ctprog_gui.core.shared.progress import Progress

# Where a Gaussian is cut off, in standard deviations.
TRUNCATE = 3.0
# Shares nearer than this are a tie, which leaves a voxel as it is.
_TIE = 1e-5


@dataclass(frozen=True)
class JointSmoothing:
    """Each voxel goes by what a Gaussian of `sigma_mm` around it sees of the segments.

    Where it sees more segments than background, whichever they are, the voxel is one of theirs: of the
    one it sees most of. All together are smoothed as if they were one, so that no gap opens where two
    touch, and each voxel has one label, so that no two overlap. A plain vote of all with the background
    among them would cut a notch wherever a border of two reaches the surface, as each of the two has half
    of what the background has there.
    """

    sigma_mm: float

    @property
    def name(self) -> str:
        return f"Joint smoothing {self.sigma_mm:g} mm"

    @property
    def reach_mm(self) -> float:
        return TRUNCATE * self.sigma_mm

    def apply(
        self,
        labels: Labels,
        others: Shape,
        frozen: Shape,
        sampling: tuple[float, float, float],
        progress: Progress | None = None,
    ) -> Labels:
        """The label of each voxel afterwards.

        Parameters
        ----------
        labels
            The segments that are smoothed (z, y, x), 0 elsewhere.
        others
            Where other segments are: they take part in the vote, win no voxel, and lose none.
        frozen
            Voxels that stay as they are besides.
        sampling
            Spacing in mm along z, y, x.
        """
        total = self._share(others & (labels == 0), sampling)
        best, winner = total.copy(), np.zeros_like(labels)
        own = np.zeros(labels.shape, dtype=np.float32)
        for label in np.unique(labels[labels > 0]):
            if progress is not None:
                progress.check()
            inside = labels == label
            share = self._share(inside, sampling)
            total += share
            own[inside] = share[inside]
            ahead = share > best
            best[ahead], winner[ahead] = share[ahead], label
        # A tie for the most leaves a voxel with the segment that has it; the other segments' stay none.
        winner[(labels > 0) & ((own >= best - _TIE) | (winner == 0))] = 0
        kept = (labels > 0) & (winner == 0)
        after = np.where(kept, labels, winner)
        after[total < 0.5 - _TIE] = 0
        tie = np.abs(total - 0.5) <= _TIE
        still = tie | others | frozen
        after[still] = labels[still]
        return after

    def _share(self, inside: Shape, sampling: tuple[float, float, float]) -> NDArray[np.float32]:
        from scipy.ndimage import gaussian_filter

        # Beyond the image's edge a segment goes on as it is at the edge.
        sigmas = [self.sigma_mm / step for step in sampling]
        return np.asarray(
            gaussian_filter(inside.astype(np.float32), sigmas, mode="nearest", truncate=TRUNCATE)
        )
