"""Configuration of the Deep-RadScore system; see `training.configuration.experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.preprocessing.ring_clip import Clip
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from training.configuration.clinical import ClinicalConfig
from training.configuration.parts import BundleConfig, EncoderConfig, LoopConfig, Positive, Share, Strict
from training.provenance import RadiomicsProvenance

Block = Literal["tumour", "ring", "measures", "clinical", "volume"]
ClassifierName = Literal["svm", "knn", "rf", "nb", "lr", "mlp", "lda"]


class PatchConfig(Strict):
    """See `PatchRecipe`, which this becomes."""

    side: int = 160
    spacing_mm: Positive = 0.7
    hu_window: tuple[float, float] = (-1000.0, 400.0)

    @property
    def recipe(self) -> PatchRecipe:
        return PatchRecipe(**self.model_dump())


class PatchPretrainingConfig(LoopConfig):
    """What the encoder of patches learns before it is frozen: to tell radiomics. No label is seen."""

    epochs: int = Field(default=10, ge=0)  # 0 leaves the encoder's random weights, or those of a file
    components: int = Field(default=48, ge=1)  # principal components of the features
    batch_size: int = Field(default=16, ge=2)
    learning_rate: Positive = 1e-3
    weight_decay: float = Field(default=1e-3, ge=0)
    noise_hu: float = Field(default=25.0, ge=0)
    blur: float = Field(default=0.8, ge=0)


class RadiomicsConfig(Strict):
    """Radiomics features and how they become a RadScore a region; see `SelectionOptions`.

    Where `table` tells how it was made, that holds, and what is said otherwise here is refused.
    """

    ring_mm: Positive = 3.0
    clip: Clip = "none"  # of the ring
    settings: dict[str, Any] = Field(default_factory=dict)  # of `RadiomicsSettings`, where not the default
    table: Path | None = None  # features computed before, as `ctprog-train radiomics` writes them
    least_values: Share = 0.05
    correlation: float = Field(default=0.9, gt=0, le=1)
    rule: Literal["min", "1se"] = "min"
    inner_folds: int = Field(default=5, ge=2)

    @field_validator("settings")
    @classmethod
    def _makes_sense(cls, value: dict[str, Any]) -> dict[str, Any]:
        try:
            settings = RadiomicsSettings.from_json(value)
        except TypeError as error:
            raise ValueError(str(error)) from error
        return RadiomicsProvenance(settings).unlike_default

    @property
    def method(self) -> RadiomicsProvenance:
        return RadiomicsProvenance(RadiomicsSettings.from_json(self.settings), self.ring_mm, self.clip)


class RadscoreHeadConfig(Strict):
    """The layers behind the frozen encoder, fitted by cross-entropy."""

    deep: int = Field(default=10, ge=1, le=1024)
    epochs: int = Field(default=200, ge=1)
    batch_size: int = Field(default=32, ge=2)
    learning_rate: Positive = 3e-4
    weight_decay: float = Field(default=0.1, ge=0)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    validation_share: float = Field(default=0.25, gt=0, lt=1)
    patience: int = Field(default=20, ge=1)


class ChoiceConfig(Strict):
    """Which classifier takes the head's place, chosen on the training patients."""

    among: tuple[ClassifierName, ...] = ("svm", "knn", "rf", "nb", "lr", "mlp", "lda")
    folds: int = Field(default=5, ge=2)
    repeats: int = Field(default=10, ge=1)


class RadscoreModelConfig(Strict):
    """How the three models of an endpoint are made, whatever the patients are."""

    preprocessing: PatchConfig = PatchConfig()
    encoder: EncoderConfig = EncoderConfig(name="densenet121", channels=3, pooling="average")
    pretraining: PatchPretrainingConfig = PatchPretrainingConfig()
    radiomics: RadiomicsConfig = RadiomicsConfig()
    head: RadscoreHeadConfig = RadscoreHeadConfig()
    choice: ChoiceConfig = ChoiceConfig()

    @property
    def recipe(self) -> PatchRecipe:
        return self.preprocessing.recipe


class DeepRadscoreConfig(RadscoreModelConfig):
    """One endpoint of the Deep-RadScore system."""

    system: Literal["deep_radscore"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    endpoint: str  # a column of the cohort, 0 or 1
    seed: int = 2026
    # Fitted besides, on the same folds and features of the encoder: runs in ``RUN/seeds``.
    further_seeds: tuple[int, ...] = ()
    protocol: Literal["cross_validation", "own_split"] = "cross_validation"  # own_split: the table's
    folds: int = Field(default=5, ge=2)
    never_fit: tuple[str, ...] = ()  # patients that are predicted in their fold and fitted in none
    stratum: str | None = None  # a column; worth is told within each of its values too
    bundle: BundleConfig


class RadscoreProofConfig(RadscoreModelConfig):
    """Endpoints of phantoms whose causes are known, to see which part of the model finds which."""

    system: Literal["deep_radscore"]
    design: Literal["phantom_proof"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    seed: int = 2026  # of the phantoms that are fitted to, and of the fits
    judged_seed: int = 2027  # of the phantoms that are judged by
    fitted: int = Field(default=500, ge=20)  # patients
    judged: int = Field(default=500, ge=20)
    # By endpoint the factors of the phantom that drive it, alike.
    drivers: dict[str, tuple[str, ...]] = Field(min_length=1)
    strength: Positive = 1.5  # log odds a standard deviation of each factor
    shuffles: int = Field(default=10, ge=0)  # endpoints of labels dealt out anew


class RadiomicsSurvivalConfig(Strict):
    """Survival from radiomics and clinical values: a ridge Cox, its penalties chosen inside each fold."""

    system: Literal["deep_radscore"]
    design: Literal["survival"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    seeds: tuple[int, ...] = Field(default=(2026,), min_length=1)  # of the inner folds
    folds: int = Field(default=10, ge=2)
    never_fit: tuple[str, ...] = ()  # patients that are predicted in their fold and fitted in none
    stratum: str | None = None  # a column; patients of different values are never compared in a fit
    radiomics: RadiomicsConfig = RadiomicsConfig()
    regions: tuple[Literal["tumour", "ring"], ...] = Field(default=("tumour",), min_length=1)
    clinical: tuple[ClinicalConfig, ...] = ()
    # Blocks that are fitted together, a ridge Cox a family; the families' scores are averaged. Without it
    # one family of the regions and the clinical values.
    families: tuple[tuple[Block, ...], ...] = ()
    # A finished run of slice attention on the same patients and seeds: the block "measures" is what its
    # encoder measures, averaged over the ROI's slices.
    measures: Path | None = None
    # A table of `training.radscore.stability`; radiomics below `least_icc` are left out.
    stability: Path | None = None
    least_icc: float | None = Field(default=None, ge=-1, le=1)
    # z-scores by the mean and SD of a patient's own stratum; a new patient's must be known then.
    within_stratum: bool = False
    penalties: tuple[Positive, ...] = Field(default=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0), min_length=1)
    # What share of a region's penalty the clinical values bear; candidates.
    clinical_penalties: tuple[Positive, ...] = Field(default=(0.3, 1.0, 3.0), min_length=1)
    # Which of the penalties count: the best over inner folds by the C-index or the partial likelihood, or
    # all of them, their scores averaged.
    taken: Literal["concordance", "partial_likelihood", "all"] = "concordance"
    inner_folds: int = Field(default=5, ge=2)
    inner_repeats: int = Field(default=2, ge=1)
    bins: int = Field(default=24, ge=1, le=600)  # months of the predicted curve
    bundle: BundleConfig

    @model_validator(mode="after")
    def _blocks_are_told(self) -> Self:
        told: set[Block] = {"volume", "measures", *self.regions}
        told |= {"clinical"} if self.clinical else set()
        if unknown := [block for family in self.families for block in family if block not in told]:
            raise ValueError(f"families name the block {unknown[0]}, which is not told")
        if any(not family for family in self.families):
            raise ValueError("families: one is empty")
        if self.within_stratum and self.stratum is None:
            raise ValueError("within_stratum needs a stratum")
        return self

    @property
    def fitted_together(self) -> tuple[tuple[Block, ...], ...]:
        return self.families or ((*self.regions, *(("clinical",) if self.clinical else ())),)

    @property
    def seed(self) -> int:
        return self.seeds[0]

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        return tuple(one.input for one in self.clinical)
