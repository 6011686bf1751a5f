"""What is open: one series with its voxels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ctprog_gui.core.dicom.series import Anomaly, Series, SeriesInfo
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.reduction import Overview, overview
from ctprog_gui.core.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class Study:
    """One opened series. A new object is made for each opening; it never changes.

    `synthetic` marks a case that was made on the spot, which the banner must say; `accepted` are the
    codes of anomalies that the person accepted before reading. `source` is where it was read from,
    None where it was not read from anywhere.
    """

    info: SeriesInfo
    volume: Volume
    synthetic: bool = False
    accepted: tuple[str, ...] = field(default=())
    source: Series | None = None

    @property
    def refusals(self) -> tuple[Anomaly, ...]:
        """The anomalies that must still be accepted before the study may be scored."""
        return tuple(a for a in self.info.refusals if a.code not in self.accepted)

    @cached_property
    def planes(self) -> dict[Plane, PlaneOfVolume]:
        return {plane: PlaneOfVolume(self.volume.geometry, plane) for plane in Plane}

    @cached_property
    def overview(self) -> Overview:
        """A copy of at most 256 voxels a side for the volume view; made by whoever asks first."""
        return overview(self.volume)
