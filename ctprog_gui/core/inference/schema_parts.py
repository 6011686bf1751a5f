"""What the JSON files of bundles of every system have in common, typed and checked."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

SCHEMA = 1
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """An unknown key is refused: what isn't understood can't be obeyed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Described(Strict):
    """The part of ``ctprog/spec.json`` that every system has."""

    schema_: Literal[1] = Field(alias="schema")
    name: str
    preprocessing: dict[str, Any]
    units: dict[str, str]
    interval_kind: str
    tnm_edition: int | None = None

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        # It becomes a folder's name in results.
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
            raise ValueError("a bundle's name is made of a-z, 0-9, - and _")
        return name


class Range(Strict):
    low: Finite
    high: Finite

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.high < self.low:
            raise ValueError("a range's high lies below its low")
        return self


class Likeness(Strict):
    """The limits of the out-of-range check, and how often the cohort's own cases pass one, out of fold.

    `reference` names the file of what cases are held against; see `core.inference.likeness`.
    `kernels` are the reconstruction kernels of the cohort's series, where they are known.
    """

    cases: int = Field(ge=1)
    flagged_share: float = Field(ge=0, le=1)
    ranges: dict[str, Range]
    kernels: list[str] | None = None
    neighbours: int = Field(ge=1)
    histogram_limit_hu: Finite
    embedding_limit: Finite
    reference: str


class Calibrated(Strict):
    """The part of ``ctprog/calibration.json`` that every system has."""

    schema_: Literal[1] = Field(alias="schema")
    training_ranges: dict[str, Range]
    likeness: Likeness | None = None
