"""The JSON files of a bundle that predicts endpoints, typed and checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.core.inference.schema_parts import Calibrated, Described, Finite, Strict
from ctprog_gui.core.networks.spec import EncoderSpec, read_encoder
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.preprocessing.ring_clip import Clip
from ctprog_gui.core.radiomics.settings import RadiomicsSettings

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,63}$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Region = Literal["tumour", "ring"]


class RadiomicsPart(Strict):
    """How the regions' features are extracted; without `ring_mm` there is no ring.

    `clip` is what the ring is clipped to. `spacing_mm` is that of the cohort's images, to which others
    are resampled first, around the ROI alone: nothing may depend on the whole image then.
    """

    settings: dict[str, Any]
    ring_mm: float | None = Field(default=None, gt=0, le=100)
    clip: Clip = "none"
    spacing_mm: float | None = Field(default=None, ge=0.1, le=10)


class EndpointModels(Strict):
    """The files of one endpoint: `heads` (safetensors, numbered) and `classifiers` (ONNX), one a fold."""

    encoder: str
    heads: str
    classifiers: str


class EndpointDescription(Strict):
    """One endpoint: its column in cohorts, and in words."""

    name: Name
    label: str = Field(min_length=1, max_length=80)
    models: EndpointModels


class EndpointSpec(Described):
    """``ctprog/spec.json`` of a system of endpoints: everything that inference needs.

    `rad_scores` names the file of `RadScores`; `deep` is what the encoder's vector is narrowed to.
    """

    system: Literal["deep_radscore"]
    encoder: dict[str, Any]
    deep: int = Field(ge=1, le=1024)
    radiomics: RadiomicsPart
    rad_scores: str
    endpoints: list[EndpointDescription] = Field(min_length=1, max_length=64)
    outputs: list[Literal["endpoints", "contributions", "saliency"]]
    uses_roi: Literal["shape"]

    @property
    def recipe(self) -> PatchRecipe:
        return PatchRecipe.from_json(self.preprocessing)

    @property
    def encoder_spec(self) -> EncoderSpec:
        return read_encoder(self.encoder)

    @property
    def settings(self) -> RadiomicsSettings:
        return RadiomicsSettings.from_json(self.radiomics.settings)

    @property
    def regions(self) -> tuple[Region, ...]:
        return ("tumour",) if self.radiomics.ring_mm is None else ("tumour", "ring")

    @property
    def clinical(self) -> list[dict[str, Any]]:
        return []

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        return ()

    @property
    def weights(self) -> tuple[str, ...]:
        """Its files of tensors."""
        return tuple(name for one in self.endpoints for name in (one.models.encoder, one.models.heads))

    @model_validator(mode="after")
    def _makes_sense(self) -> EndpointSpec:
        try:
            # All three raise ValueError, which pydantic reports as it does its own.
            _, encoder, _ = self.recipe, self.encoder_spec, self.settings
        except TypeError as error:
            raise ValueError(f"a value is of the wrong kind: {error}") from error
        if encoder.takes_volume:
            raise ValueError(f"{encoder.name} takes volumes, not patches")
        if self.radiomics.spacing_mm is not None and self.settings.sees_whole_image:
            raise ValueError(
                "radiomics that are resampled or normalised depend on the whole image: no spacing_mm then"
            )
        names = [one.name for one in self.endpoints]
        if len(set(names)) < len(names):
            raise ValueError("two endpoints have one name")
        return self


class RegionScore(Strict):
    """A RadScore: Σ coefficient · (feature − mean) / scale; there may be no feature, and it is 0 then."""

    features: list[str]
    mean: list[Finite]
    scale: list[Positive]
    coefficient: list[Finite]

    @model_validator(mode="after")
    def _fits(self) -> RegionScore:
        if not len(self.features) == len(self.mean) == len(self.scale) == len(self.coefficient):
            raise ValueError("a RadScore has not one mean, scale and coefficient for each feature")
        if len(set(self.features)) < len(self.features):
            raise ValueError("a RadScore names a feature twice")
        return self


class FoldScores(Strict):
    """What one fold's classifier is given besides the deep features, and what it is held against.

    `level` and `spread` standardise the RadScores of the regions; `background` is the mean of the deep
    features over the patients that the classifier was fitted to.
    """

    regions: dict[Region, RegionScore]
    level: list[Finite]
    spread: list[Positive]
    background: list[Finite]


class RadScores(Strict):
    """``ctprog/rad_scores.json``: the folds of each endpoint."""

    schema_: Literal[1] = Field(alias="schema")
    endpoints: dict[Name, list[FoldScores]]

    def require_fit(self, spec: EndpointSpec) -> None:
        """Raise `ValueError` unless the scores are of the endpoints, regions and features of a spec."""
        if list(self.endpoints) != [one.name for one in spec.endpoints]:
            raise ValueError("it has not the endpoints of the spec, in their order")
        # Here: what it imports takes longer than all else of opening a bundle.
        from ctprog_gui.core.radiomics.extraction import feature_names

        known = set(feature_names(spec.settings))
        for name, folds in self.endpoints.items():
            if not folds:
                raise ValueError(f"{name} has no fold")
            for fold in folds:
                if tuple(fold.regions) != spec.regions:
                    raise ValueError(f"{name} has not the regions of the spec, in their order")
                if not len(fold.level) == len(fold.spread) == len(spec.regions):
                    raise ValueError(f"{name} has not one level and spread for each region")
                if len(fold.background) != spec.deep:
                    raise ValueError(f"{name} has not a background for each deep feature")
                for score in fold.regions.values():
                    unknown = set(score.features) - known
                    if unknown:
                        raise ValueError(f"{name} needs {min(unknown)}, which is not extracted")


class Auc(Strict):
    """Area under the ROC curve with DeLong's 95 % interval."""

    value: Share
    lower: Share
    upper: Share


class EndpointCalibration(Strict):
    """On whom an endpoint was fitted, and how well it did, out of fold."""

    patients: int = Field(ge=1)
    positives: int = Field(ge=0)
    auc: Auc

    @model_validator(mode="after")
    def _counts(self) -> EndpointCalibration:
        if self.positives > self.patients:
            raise ValueError("more patients are positive than there are")
        return self

    @property
    def prevalence(self) -> float:
        return self.positives / self.patients


class EndpointsCalibration(Calibrated):
    """``ctprog/calibration.json`` of a system of endpoints."""

    endpoints: dict[Name, EndpointCalibration]
