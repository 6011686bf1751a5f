"""A series as it was found, before its pixels are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from ctprog_gui.core.imaging.acquisition import UNKNOWN, Acquisition
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# Read with these, distances and slice positions are wrong: refused unless accepted by name.
REFUSED = frozenset(
    {
        "missing_slices",
        "nonuniform_spacing",
        "gantry_tilt",
        "mixed_orientation",
        "mixed_matrix",
        "mixed_patients",
    }
)

# With one of these among the anomalies, that there is no HU range needs no further word.
_EXPLAIN_NO_PIXELS = frozenset({"truncated_pixel_data", "no_geometry", "negative_spacing"})


class Handling(Enum):
    """A way to take slices that make no regular grid; its value stands in result.json."""

    SPLIT = "split"
    RESAMPLE = "resample"
    AS_IS = "as_is"


@dataclass(frozen=True)
class Anomaly:
    """Something odd about a series: a code of the contract, and one line for a person."""

    code: str
    detail: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail}


@dataclass(frozen=True)
class Patient:
    """What the banner shows. Stays on this machine's screen: never in logs, bundles or exports.

    `age_years` is the age at the study, as the header gives it or else by the date of birth.
    `name_as_given` has all component groups of the name (PS3.5 6.2.1), `name` the first as it is shown.
    """

    name: str = ""
    patient_id: str = ""
    age: str = ""
    sex: str = ""
    study_date: str = ""
    age_years: float | None = None
    name_as_given: str = ""


@dataclass(frozen=True)
class SeriesInfo:
    """The facts about one series; `to_json` gives the object of ``ctprog inspect --json``.

    `hu_range` is None until the pixels were read. `files` counts the files that belong to the
    series, `slices` the places they fill. Where one series UID holds images that can't stack (two
    patients, two orientations…), each `part` of the `parts` is a series of its own. `handling` is how a
    person chose to take slices that make no regular grid (split, resample, as_is), or empty.
    """

    series_uid: str
    study_uid: str
    patient: Patient
    description: str
    modality: str
    files: int
    slices: int
    rows: int
    columns: int
    geometry: Geometry | None
    hu_range: tuple[float, float] | None
    transfer_syntax: str
    anomalies: tuple[Anomaly, ...] = field(default=())
    frame_of_reference_uid: str = ""
    part: int = 1
    parts: int = 1
    study_description: str = ""
    acquisition: Acquisition = UNKNOWN
    handling: str = ""

    @property
    def key(self) -> str:
        """What names this series alone: its UID, and ``#part`` behind it where there are several."""
        return self.series_uid if self.parts == 1 else f"{self.series_uid}#{self.part}"

    @property
    def refusals(self) -> tuple[Anomaly, ...]:
        """The anomalies that must be accepted before the series may be scored."""
        return tuple(a for a in self.anomalies if a.code in REFUSED)

    @property
    def uneven(self) -> tuple[Anomaly, ...]:
        """The anomalies for which a person may choose how the slices are taken."""
        return tuple(a for a in self.anomalies if a.code in REFUSED or a.code == "duplicate_slices")

    def to_json(self) -> dict[str, Any]:
        grid = self.geometry
        return {
            "series_uid": self.series_uid,
            "study_uid": self.study_uid,
            "patient_id": self.patient.patient_id,
            "description": self.description,
            "modality": self.modality,
            "files": self.files,
            "slices": self.slices,
            "rows": self.rows,
            "columns": self.columns,
            "spacing_mm": list(grid.spacing_mm) if grid else None,
            "origin_mm": list(grid.origin_mm) if grid else None,
            "direction": list(grid.direction) if grid else None,
            "orientation": grid.orientation if grid else None,
            "hu_range": list(self.hu_range) if self.hu_range else None,
            "transfer_syntax": self.transfer_syntax,
            "anomalies": [a.to_json() for a in self.anomalies],
            "frame_of_reference_uid": self.frame_of_reference_uid,
            "key": self.key,
        }

    def summary(self) -> str:
        """One line for a person, and an indented line for each anomaly; never the patient's name."""
        grid = self.geometry
        facts = [
            f"{self.modality or 'volume'} {self.patient.patient_id}".strip(),
            self.description,
            f"{self.slices} slice{'s' * (self.slices != 1)} {self.columns}×{self.rows}",
            "×".join(f"{step:.4g}" for step in grid.spacing_mm) + " mm" if grid else "no geometry",
            grid.orientation if grid else "",
            f"{self.hu_range[0]:g} to {self.hu_range[1]:g} HU" if self.hu_range else "",
            self.key,
        ]
        lines = [" · ".join(fact for fact in facts if fact)]
        lines += [f"    {anomaly.code}: {anomaly.detail}" for anomaly in self.anomalies]
        return "\n".join(lines)


class Series(ABC):
    """One series that can be read: a DICOM series or a volume file."""

    info: SeriesInfo
    # Whether `middle` is much quicker than `read`.
    quick_middle: bool = False

    @abstractmethod
    def read(self, progress: Progress | None = None) -> Volume:
        """Read the voxels in HU.

        Raises
        ------
        InputError
            If a slice can't be decoded or the series can't be stacked at all.
        Cancelled
            If `progress` was cancelled.
        """

    def middle(self) -> Volume:
        """The middle slice alone, on its own grid; what can, reads no other slice for it.

        Raises
        ------
        InputError
            As `read` does.
        """
        volume = self.read()
        number = volume.geometry.size[2] // 2
        columns, rows, _ = volume.geometry.size
        grid = volume.geometry.cropped((0, 0, number), (columns, rows, 1))
        return Volume(volume.voxels[number : number + 1].copy(), grid)

    def measured(self, progress: Progress | None = None) -> SeriesInfo:
        """The facts with `hu_range`, for which the pixels are read.

        Pixels that can't be read leave the range None and an anomaly that says why.
        """
        try:
            voxels = self.read(progress).voxels
        except InputError as error:
            known = {anomaly.code for anomaly in self.info.anomalies}
            told = () if known & _EXPLAIN_NO_PIXELS else (Anomaly("unreadable_file", str(error)),)
            return replace(self.info, anomalies=self.info.anomalies + told)
        return replace(self.info, hu_range=(float(voxels.min()), float(voxels.max())))
