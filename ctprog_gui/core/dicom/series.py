"""A series as it was found, before its pixels are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
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


@dataclass(frozen=True)
class Anomaly:
    """Something odd about a series: a code of the contract, and one line for a person."""

    code: str
    detail: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": self.detail}


@dataclass(frozen=True)
class Patient:
    """What the banner shows. Stays on this machine's screen: never in logs, bundles or exports."""

    name: str = ""
    patient_id: str = ""
    age: str = ""
    sex: str = ""
    study_date: str = ""


@dataclass(frozen=True)
class SeriesInfo:
    """The facts about one series; `to_json` gives the object of ``ctprog inspect --json``."""

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

    @property
    def refusals(self) -> tuple[Anomaly, ...]:
        """The anomalies that must be accepted before the series may be scored."""
        return tuple(a for a in self.anomalies if a.code in REFUSED)

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
        }


class Series(ABC):
    """One series that can be read: a DICOM series or a volume file."""

    info: SeriesInfo

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
