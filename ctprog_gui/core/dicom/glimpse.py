"""Series as they come in sight while a folder is still being looked into.

Which files stack, and what is odd about them, is known only when all of them were seen. Until then a
browser shows how many there are of each series so far, and a picture of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.dicom.header import Header
from ctprog_gui.core.dicom.reading import DicomSeries
from ctprog_gui.core.dicom.series import Series, SeriesInfo
from ctprog_gui.core.dicom.stack import stack
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume
from ctprog_gui.core.imaging.thumbnail import thumbnail
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.imaging.windows import PRESETS, Window
from ctprog_gui.core.shared.errors import GeometryError, InputError

Picture = NDArray[np.uint8]
PICTURE_ROWS = 96


@dataclass(frozen=True, eq=False)
class Glimpse:
    """One series so far: its facts, with files and slices as counted until now, and a picture."""

    info: SeriesInfo
    picture: Picture | None


class Glimpses:
    """Counts the images of each series as they are found; not safe to share among threads."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Glimpse] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, header: Header) -> bool:
        """Count an image; True if it is the first of its series."""
        if header.is_localizer or header.is_secondary_capture:
            return False
        key = (header.study_uid, header.series_uid)
        if key in self._counts:
            self._counts[key] += 1
            return False
        series = DicomSeries(stack([header]), ())
        self._counts[key] = 1
        self._seen[key] = Glimpse(series.info, picture_of(series))
        return True

    def so_far(self) -> tuple[Glimpse, ...]:
        """Every series in the order in which it came in sight."""
        return tuple(
            replace(one, info=replace(one.info, files=self._counts[key], slices=self._counts[key]))
            for key, one in self._seen.items()
        )


def picture_of(series: Series, rows: int = PICTURE_ROWS) -> Picture | None:
    """The middle slice as it lies on the screen, in grey; None where it can't be read."""
    try:
        return slice_picture(series.middle(), rows)
    except (InputError, GeometryError):
        return None


def slice_picture(slice_: Volume, rows: int) -> Picture:
    """A volume of one slice as it lies on the screen."""
    return thumbnail(slice_, acquired_plane(slice_), 0, window_for(slice_.voxels), rows)


def acquired_plane(volume: Volume) -> PlaneOfVolume:
    """The plane that shows slices as they were acquired."""
    planes = [PlaneOfVolume(volume.geometry, plane) for plane in Plane]
    return next(plane for plane in planes if plane.axis == 2)


def window_for(voxels: NDArray[Any]) -> Window:
    """Soft tissue where the values look like a CT's, else what spreads the values over the greys."""
    low, high = (float(part) for part in np.percentile(voxels[:, ::4, ::4], (1, 99)))
    if low < -500 and high > -200:
        return PRESETS["Soft tissue"]
    return Window(max(high - low, 1.0), (low + high) / 2)
