"""The JSON files of a bundle, typed and checked. Imported when a bundle is opened, not before."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ctprog_gui.core.cohort.clinical import ClinicalInput, columns
from ctprog_gui.core.inference.schema_parts import Calibrated, Described, Finite, Strict
from ctprog_gui.core.networks.spec import RoiAttentionSpec, SliceAttentionSpec, read_network
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, SliceRecipe, read_recipe


class SliceAttentionModels(Strict):
    """Weights of the slice-attention system: one encoder, and the heads of the ensemble.

    `heads` names files; each holds one head, or several under their numbers. `tuned` names a file
    with the tensors that each head's own encoder has in place of the encoder's, under the head's number.
    """

    encoder: str
    heads: list[str] = Field(min_length=1)
    tuned: str | None = None


class Spec(Described):
    """``ctprog/spec.json`` of a system of survival: everything that inference needs."""

    system: Literal["slice_attention"]
    network: dict[str, Any]
    models: SliceAttentionModels
    outputs: list[Literal["score", "curve", "placement", "attention", "saliency", "contributions"]]
    horizon_months: int = Field(ge=1)
    uses_roi: Literal["none", "position", "shape"]
    # The collection whose patients' survival the curve's level is, where it is not that of all.
    curve_level: str | None = None
    # Clinical values that the score is made of besides, as `ClinicalInput.to_json` writes them.
    clinical: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def recipe(self) -> SliceRecipe | CubeRecipe:
        return read_recipe(self.preprocessing)

    @property
    def network_spec(self) -> SliceAttentionSpec | RoiAttentionSpec:
        return read_network(self.network)

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        return tuple(ClinicalInput.from_json(one) for one in self.clinical)

    @property
    def weights(self) -> tuple[str, ...]:
        """Its files of tensors."""
        tuned = () if self.models.tuned is None else (self.models.tuned,)
        return (self.models.encoder, *self.models.heads, *tuned)

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


class Cutoff(Strict):
    """The score from which on a patient belongs to the high-risk group (above, not at, it)."""

    value: Finite
    rule: str
    in_sample: bool


class CoxCoefficients(Strict):
    """Log hazard ratio a unit of the risk score, and the baseline at the cohort's mean score."""

    log_hazard_ratio: Finite
    standard_error: Finite
    mean: Finite


class Baseline(Strict):
    months: list[Finite]
    probability: list[Finite]


class Calibration(Calibrated):
    """``ctprog/calibration.json``."""

    cutoff: Cutoff
    cox: CoxCoefficients
    baseline_survival: Baseline
    recalibration: None = None


class CtprogMetadata(Strict):
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
