"""The JSON files of a bundle, typed and checked. Imported when a bundle is opened, not before."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ctprog_gui.core.cohort.clinical import ClinicalInput, columns
from ctprog_gui.core.networks.spec import RoiAttentionSpec, SliceAttentionSpec, read_network
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe, read_recipe

SCHEMA = 1
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    """An unknown key is refused: what isn't understood can't be obeyed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SliceAttentionModels(_Strict):
    """Weights of the slice-attention system: one encoder, and the heads of the ensemble.

    `heads` names files; each holds one head, or several under their numbers. `tuned` names a file
    with the tensors that each head's own encoder has in place of the encoder's, under the head's number.
    """

    encoder: str
    heads: list[str] = Field(min_length=1)
    tuned: str | None = None


class Spec(_Strict):
    """``ctprog/spec.json``: everything that inference needs."""

    schema_: Literal[1] = Field(alias="schema")
    name: str
    system: Literal["slice_attention"]
    preprocessing: dict[str, Any]
    network: dict[str, Any]
    models: SliceAttentionModels
    outputs: list[Literal["score", "curve", "placement", "attention", "saliency", "contributions"]]
    horizon_months: int = Field(ge=1)
    units: dict[str, str]
    interval_kind: str
    uses_roi: Literal["none", "position", "shape"]
    tnm_edition: int | None = None
    # The collection whose patients' survival the curve's level is, where it is not that of all.
    curve_level: str | None = None
    # Clinical values that the score is made of besides, as `ClinicalInput.to_json` writes them.
    clinical: list[dict[str, Any]] = []

    @field_validator("name")
    @classmethod
    def _plain_name(cls, name: str) -> str:
        # It becomes a folder's name in results.
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name):
            raise ValueError("a bundle's name is made of a-z, 0-9, - and _")
        return name

    @property
    def recipe(self) -> SliceRecipe | CubeRecipe:
        return read_recipe(self.preprocessing)

    @property
    def network_spec(self) -> SliceAttentionSpec | RoiAttentionSpec:
        return read_network(self.network)

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        return tuple(ClinicalInput.from_json(one) for one in self.clinical)

    @model_validator(mode="after")
    def _parts_agree(self) -> Spec:
        # All three raise ValueError, which pydantic reports as it does its own.
        recipe, network, clinical = self.recipe, self.network_spec, self.clinical_inputs
        names = [one.name for one in clinical]
        if len(set(names)) < len(names):
            raise ValueError("two clinical inputs have one name")
        taken = network.clinical if isinstance(network, RoiAttentionSpec) else ()
        if columns(clinical) != taken:
            raise ValueError("the clinical inputs do not give the numbers that the network takes")
        if isinstance(recipe, CubeRecipe) != isinstance(network, RoiAttentionSpec):
            raise ValueError("the preprocessing does not give what the network takes")
        if isinstance(recipe, CubeRecipe):
            if self.uses_roi != "shape":
                raise ValueError("a network that reads the ROI has uses_roi: shape")
            if isinstance(network, RoiAttentionSpec) and network.encoder.channels != len(recipe.hu_windows):
                raise ValueError("the network has not one channel for each HU window")
        if network.bins != self.horizon_months:
            raise ValueError("horizon_months is not the network's number of monthly bins")
        return self


class Cutoff(_Strict):
    """The score from which on a patient belongs to the high-risk group (above, not at, it)."""

    value: Finite
    rule: str
    in_sample: bool


class CoxCoefficients(_Strict):
    """Log hazard ratio a unit of the risk score, and the baseline at the cohort's mean score."""

    log_hazard_ratio: Finite
    standard_error: Finite
    mean: Finite


class Baseline(_Strict):
    months: list[Finite]
    probability: list[Finite]


class Range(_Strict):
    low: Finite
    high: Finite

    @model_validator(mode="after")
    def _rises(self) -> Range:
        if self.high < self.low:
            raise ValueError("a range's high lies below its low")
        return self


class Likeness(_Strict):
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


class Calibration(_Strict):
    """``ctprog/calibration.json``."""

    schema_: Literal[1] = Field(alias="schema")
    cutoff: Cutoff
    cox: CoxCoefficients
    baseline_survival: Baseline
    recalibration: None = None
    training_ranges: dict[str, Range]
    likeness: Likeness | None = None


class CtprogMetadata(_Strict):
    system: str
    license: str
    intended_use: str
    trained_on: str
    synthetic: bool = False
    seeds: list[int]
    software: dict[str, str]


class Metadata(BaseModel):
    """``configs/metadata.json``: MONAI's keys, which may be added to, and ours."""

    model_config = ConfigDict(extra="allow", frozen=True)

    version: str
    monai_version: str
    pytorch_version: str
    numpy_version: str
    task: str
    description: str
    copyright: str
    network_data_format: dict[str, Any]
    ctprog: CtprogMetadata
