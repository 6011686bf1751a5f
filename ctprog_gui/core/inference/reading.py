"""What a system sees in a case, before it is placed in a cohort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.endpoints import EndpointAnswer
from ctprog_gui.core.inference.likeness import Sight
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.slice_attention import HeadsAnswer
from ctprog_gui.core.shared.progress import Progress


@dataclass(frozen=True, eq=False)
class Reading:
    """One case as the networks of a bundle read it.

    Parameters
    ----------
    answer
        What each head says; None of a system that has endpoints instead.
    attention
        Weights of the series' own slices, with the sum 1; None of a network of whole volumes.
    summary
        Values that are held against the training ranges of the bundle, by name.
    sight
        What is held against the cohort where the bundle knows more of it than ranges.
    trace
        Computes where in the CT the score came from.
    cautions
        What the reader must know of how the image was read.
    contributions, cube
        As in `Prediction`, where the system has them.
    endpoints, traced
        What is said of each endpoint, and the name of the one whose answer `trace` traces.
    """

    answer: HeadsAnswer | None
    attention: NDArray[np.float64] | None
    summary: dict[str, float]
    sight: Sight
    trace: Callable[[Progress], Saliency]
    cautions: tuple[Caution, ...] = ()
    contributions: tuple[dict[str, Any], ...] | None = None
    cube: dict[str, Any] | None = None
    endpoints: tuple[EndpointAnswer, ...] = ()
    traced: str | None = None


class Reader(Protocol):
    """A bundle's networks and how they come to their input."""

    def read(self, case: Case, progress: Progress) -> Reading | Caution:
        """Read a case; a caution where it can't be scored.

        Raises
        ------
        Cancelled
            If `progress` was cancelled.
        """

    def randomised(self, case: Case, seed: int) -> Reader:
        """A reader with networks of the same make that learnt nothing.

        The case is one that was just read: batch norms and the standardisation before the heads are
        taken from it, so that the signal neither dies out nor bursts.
        """
