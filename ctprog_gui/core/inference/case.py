"""What a bundle is asked about, and what it answers. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ctprog_gui.core.imaging.acquisition import UNKNOWN, Acquisition
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.saliency import Saliency


@dataclass(frozen=True, eq=False)
class Case:
    """One patient's image with what is known besides.

    `recentre` asks to place anew, on the ROI as it is now, what was placed at the first question
    about this volume and kept since. `acquisition` is how the series was acquired, where it says.
    `endpoint` is the one whose answer is to be traced back to the CT, where there are several.

    Raises
    ------
    GeometryError
        If the ROI lies on another grid than the volume.
    """

    volume: Volume
    roi: Mask | None = None
    clinical: dict[str, Any] = field(default_factory=dict)
    phases: dict[str, Volume] = field(default_factory=dict)
    recentre: bool = False
    acquisition: Acquisition = UNKNOWN
    endpoint: str | None = None

    def __post_init__(self) -> None:
        if self.roi is not None:
            self.roi.geometry.require_same(self.volume.geometry, "the ROI")


@dataclass(frozen=True, eq=False)
class Outcome:
    """A prediction, and where in the CT its score came from, where that was asked for."""

    prediction: Prediction
    saliency: Saliency | None = None
