"""What a configuration says of the cohort's clinical columns."""

from __future__ import annotations

from ctprog_gui.core.cohort.clinical import ClinicalInput, FromDicom, Kind, Level
from training.configuration.parts import Strict


class LevelConfig(Strict):
    """See `Level`, which this becomes."""

    value: str
    label: str
    also: tuple[str, ...] = ()


class ClinicalConfig(Strict):
    """See `ClinicalInput`, which this becomes; `name` is the cohort's column."""

    name: str
    label: str
    kind: Kind
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    levels: tuple[LevelConfig, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    from_dicom: FromDicom | None = None
    note: str | None = None

    @property
    def input(self) -> ClinicalInput:
        """As it is before a patient was seen: it may be unknown, and its levels are not counted."""
        levels = tuple(Level(**level.model_dump()) for level in self.levels)
        return ClinicalInput(**self.model_dump(exclude={"levels"}), levels=levels, unknown=True)
