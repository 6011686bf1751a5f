"""Experiment configurations: typed, every field explained, unknown keys refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from ctprog_gui.core.cohort.clinical import ClinicalInput, columns
from ctprog_gui.core.networks.spec import (
    OF_VOLUMES,
    PUBLISHED,
    PYRAMID,
    Aggregation,
    RoiAttentionSpec,
    RoiEncoderSpec,
    SliceAttentionSpec,
)
from ctprog_gui.core.preprocessing.recipe import CubeRecipe, LungMask, SliceRecipe
from ctprog_gui.core.shared.errors import InputError
from training.configuration.clinical import ClinicalConfig
from training.configuration.parts import (
    BundleConfig,
    EncoderConfig,
    Initial,
    LoopConfig,
    Positive,
    Share,
    Strict,
)
from training.configuration.radscore import DeepRadscoreConfig, RadiomicsSurvivalConfig, RadscoreProofConfig
from training.preparation.measures import MEASURES


class PreprocessingConfig(Strict):
    """See `SliceRecipe`, which this becomes."""

    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 3.0)
    hu_window: tuple[float, float] = (-1000.0, 400.0)
    crop: Literal["lungs", "body"] = "lungs"
    margin_mm: float = 5.0
    least_lung_share: float = 0.02
    slice_size: tuple[int, int] = (224, 224)
    fit: Literal["stretch", "pad"] = "stretch"
    lung_mask: LungMask = "air"

    @property
    def recipe(self) -> SliceRecipe:
        return SliceRecipe(**self.model_dump())


class NetworkConfig(Strict):
    """See `SliceAttentionSpec`, which this becomes."""

    encoder: EncoderConfig = EncoderConfig()
    hidden: int = 100
    shared_layers: int = 5
    cause_layers: int = 5
    dropout: float = 0.2
    bins: int = 24
    aggregation: Aggregation = "soft_attention"

    @property
    def spec(self) -> SliceAttentionSpec:
        return SliceAttentionSpec(encoder=self.encoder.spec, **self.model_dump(exclude={"encoder"}))


class ViewsConfig(Strict):
    """See `training.pretraining.views.ViewOptions`, which this becomes."""

    least_share: float = Field(default=0.4, gt=0, le=1)
    turn_degrees: float = Field(default=20.0, ge=0, le=180)
    noise_hu: float = Field(default=25.0, ge=0)
    blur: float = Field(default=0.8, ge=0, le=2)
    shift_hu: float = Field(default=30.0, ge=0)


class ContrastiveConfig(Strict):
    """SimCLR: two views of a slice against all other slices of the batch."""

    temperature: Positive = 0.1
    hidden: int = Field(default=256, ge=1)  # width of the projection's hidden layer
    projection: int = Field(default=64, ge=2)
    views: ViewsConfig = ViewsConfig()


class FindingConfig(Strict):
    """A pyramid learns to find the tumour in a slice, and to measure it."""

    piece: int = Field(default=64, ge=16)  # pixels of a side of what is shown of a slice
    whole_epochs: int = Field(default=1, ge=0)  # the last epochs, which show whole slices
    others: float = Field(default=0.6, ge=0)  # slices without tumour shown for each with


class PretrainingConfig(LoopConfig):
    """What the encoder learns before it is frozen. No survival is seen.

    ``measures``: to measure slices (tumour, lung and HU statistics). ``finding``: to find the tumour
    and measure it, for a pyramid. ``simclr``: to know a slice again in another view of it.
    """

    method: Literal["measures", "finding", "simclr"] = "measures"
    epochs: int = Field(default=6, ge=0)  # 0 leaves the encoder's random weights
    batch_size: int = Field(default=48, ge=2)
    learning_rate: Positive = 2e-3
    weight_decay: float = Field(default=1e-4, ge=0)
    contrastive: ContrastiveConfig = ContrastiveConfig()
    finding: FindingConfig = FindingConfig()
    monitor_every: int = Field(default=5, ge=0)  # epochs between two looks at the features; 0: none
    cohort: Path | None = None  # the table of other patients to learn from; none: the cohort itself


class FitConfig(LoopConfig):
    """Attention and DeepHit head on the frozen encoder's features."""

    epochs: int = Field(default=100, ge=1)
    batch_size: int = Field(default=64, ge=2)
    learning_rate: Positive = 1e-3
    weight_decay: float = Field(default=1e-2, ge=0)
    alpha: float = Field(default=0.5, ge=0)  # weight of the likelihood
    beta: float = Field(default=0.5, ge=0)  # weight of the ranking
    sigma: Positive = 0.1  # width of the ranking loss
    validation_share: Share = 0.15  # of a fold's training patients, to choose the epoch by
    patience: int = Field(default=20, ge=1)  # epochs without a better validation C-td


class SliceFitConfig(FitConfig):
    """The same, and where a part of the encoder is fitted on the slices themselves."""

    # How a head's weights are drawn: as PyTorch does, or so that the signal keeps its size (He et al. 2015).
    initial: Initial = "pytorch"
    attention_rate: Positive = 1.0  # the attention's learning rate, as a multiple
    turns: int = Field(default=0, ge=0)  # mirrored and turned versions of a volume; 0: anew in each epoch


class CubeConfig(Strict):
    """See `CubeRecipe`, which this becomes."""

    side: int = 84
    spacing_mm: Positive = 1.0
    hu_windows: tuple[tuple[float, float], ...] = ((-1000.0, 400.0), (-150.0, 250.0))
    keep_within_mm: float = Field(default=5.0, ge=0)
    images_are_cubes: bool = False  # each image of the cohort is the cube already

    @property
    def recipe(self) -> CubeRecipe:
        return CubeRecipe(**self.model_dump(exclude={"images_are_cubes"}))


class RoiNetworkConfig(Strict):
    """See `RoiAttentionSpec` and `RoiEncoderSpec`, which this becomes."""

    widths: tuple[int, int, int, int] = (24, 48, 96, 192)
    ring: int = 6
    bins: int = 24


class MeasuringConfig(Strict):
    """The encoder of ROIs learns to measure slices. No survival is seen."""

    images: Literal["cohort", "training_folds"] = "cohort"  # whose images: of all folds, or a fold's own
    epochs: int = Field(default=20, ge=0)  # 0 leaves the encoder's random weights
    share: float = Field(default=0.33, gt=0, le=1)  # of the slices, drawn anew in each epoch
    batch_size: int = Field(default=64, ge=4)
    learning_rate: Positive = 2e-3
    weight_decay: float = Field(default=1e-3, ge=0)
    noise_hu: float = Field(default=25.0, ge=0)  # added noise has a standard deviation up to this
    blur: float = Field(default=0.8, ge=0)  # strength of other kernels


class RidgeConfig(Strict):
    """Attention and risk on the frozen encoder's measures, held back by ridge penalties."""

    alpha: float = Field(default=0.5, ge=0)  # weight of the likelihood
    beta: float = Field(default=0.5, ge=0)  # weight of the ranking
    sigma: Positive = 0.1  # width of the ranking loss
    ridge: tuple[Positive, ...] = Field(default=(0.01, 0.03, 0.1), min_length=1)  # candidates
    attention_ridge: float = Field(default=1.0, ge=0)
    shape_ridge: float = Field(default=1.0, ge=0)
    clinical_ridge: float = Field(default=1.0, ge=0)  # on each clinical value, times the volume's
    inner_folds: int = Field(default=5, ge=2)  # to choose the ridge by, inside a fold's training set
    inner_repeats: int = Field(default=1, ge=1)  # of them, dealt anew


class TableNetworkConfig(Strict):
    """See `DeepHit`, which this becomes, and `TimeGrid`, which its outputs lie on."""

    hidden: int = Field(default=64, ge=1, le=4096)
    shared_layers: int = Field(default=1, ge=0, le=32)
    cause_layers: int = Field(default=1, ge=0, le=32)
    dropout: float = Field(default=0.3, ge=0, lt=1)
    bins: int = Field(default=25, ge=1, le=600)  # before the one that is beyond the last cut
    cuts: Literal["quantile", "equidistant"] = "quantile"  # chosen inside the training part


class TableFitConfig(FitConfig):
    """DeepHit on encoded columns."""

    batch_size: int = Field(default=256, ge=2)
    watch: Literal["validation_ctd", "validation_likelihood"] = "validation_ctd"  # to choose the epoch by


class SearchConfig(Strict):
    """Hyperparameters are drawn and compared inside a fold's training part: its own patients aren't seen."""

    draws: int = Field(default=0, ge=0)  # besides the configuration itself; 0: no search
    inner_folds: int = Field(default=3, ge=2)
    space: dict[str, tuple[Any, ...]] = Field(
        default={}
    )  # keys with dots, as "fit.sigma", and what they may be


class SliceAttentionConfig(Strict):
    """One experiment of the slice-attention system."""

    system: Literal["slice_attention"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    seed: int = 2026
    folds: int = Field(default=5, ge=2)
    heads_per_fold: int = Field(default=1, ge=1)
    preprocessing: PreprocessingConfig = PreprocessingConfig()
    network: NetworkConfig = NetworkConfig()
    pretraining: PretrainingConfig = PretrainingConfig()
    fit: SliceFitConfig = SliceFitConfig()
    # A finished run on another cohort, whose encoder and heads this one begins with, fold by fold.
    start_from: Path | None = None
    bundle: BundleConfig

    @model_validator(mode="after")
    def _parts_agree(self) -> SliceAttentionConfig:
        encoder = self.network.encoder
        if encoder.weights is not None and encoder.name not in PUBLISHED:
            raise ValueError("network.encoder.weights are for a published network")
        finds = self.pretraining.method == "finding"
        if self.pretraining.epochs > 0 and finds != (encoder.name == PYRAMID):
            raise ValueError(f"pretraining.method: finding is for {PYRAMID}, and {PYRAMID} for it")
        if encoder.name in OF_VOLUMES and self.pretraining.epochs > 0:
            raise ValueError(f"{encoder.name} sees no single slices: set pretraining.epochs to 0")
        return self

    @property
    def recipe(self) -> SliceRecipe:
        return self.preprocessing.recipe

    @property
    def spec(self) -> SliceAttentionSpec:
        return self.network.spec


class RoiAttentionConfig(Strict):
    """One experiment of the slice-attention system on the cube around the tumour."""

    system: Literal["slice_attention"]
    design: Literal["roi_cube"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    # Each pretrains an encoder and fits heads. The first one's are the bundle's; what the others
    # score tells how much hangs on the seed.
    seeds: tuple[int, ...] = Field(default=(2026,), min_length=1)
    folds: int = Field(default=10, ge=2)
    heads_per_fold: int = Field(default=5, ge=1)  # each fitted on a bootstrap sample, a seed each
    never_fit: tuple[str, ...] = ()  # patients that are predicted in their fold and fitted in none
    stratum: str | None = None  # a column of the cohort; pairs are ranked within its values
    curve_level: str | None = None  # the stratum whose survival the curve's level is; none: of all
    clinical: tuple[ClinicalConfig, ...] = ()  # columns of the cohort that the risk is made of besides
    tnm_edition: int | None = None  # of T, N and M among them, where it is known
    preprocessing: CubeConfig = CubeConfig()
    network: RoiNetworkConfig = RoiNetworkConfig()
    pretraining: MeasuringConfig = MeasuringConfig()
    fit: RidgeConfig = RidgeConfig()
    bundle: BundleConfig

    @model_validator(mode="before")
    @classmethod
    def _one_seed(cls, value: Any) -> Any:
        """``seed: n`` stands for ``seeds: [n]``."""
        if isinstance(value, dict) and "seed" in value and "seeds" not in value:
            value = {key: part for key, part in value.items() if key != "seed"} | {"seeds": [value["seed"]]}
        return value

    @model_validator(mode="after")
    def _parts_agree(self) -> RoiAttentionConfig:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds names one seed twice")
        if len({one.name for one in self.clinical}) < len(self.clinical):
            raise ValueError("clinical names one column twice")
        if self.stratum is not None and self.stratum in {one.name for one in self.clinical}:
            raise ValueError(f"{self.stratum} is the stratum: it is no clinical value")
        _ = self.clinical_inputs
        if self.curve_level is not None and self.stratum is None:
            raise ValueError("curve_level names a stratum, but there is no stratum")
        return self

    @property
    def clinical_inputs(self) -> tuple[ClinicalInput, ...]:
        return tuple(one.input for one in self.clinical)

    @property
    def seed(self) -> int:
        """The bundle's."""
        return self.seeds[0]

    @property
    def recipe(self) -> CubeRecipe:
        return self.preprocessing.recipe

    @property
    def spec(self) -> RoiAttentionSpec:
        encoder = RoiEncoderSpec(
            widths=self.network.widths,
            channels=len(self.preprocessing.hu_windows),
            ring=self.network.ring,
            measures=MEASURES,
        )
        return RoiAttentionSpec(encoder, self.network.bins, columns(self.clinical_inputs))


class TableConfig(Strict):
    """One experiment of DeepHit on a table of covariates; no images, no bundle."""

    system: Literal["deephit_table"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    seed: int = 2026
    protocol: Literal["cross_validation", "own_split"] = "cross_validation"  # own_split: the table's
    folds: int = Field(default=5, ge=2)
    networks_per_fold: int = Field(default=5, ge=1)  # their curves are averaged
    covariates: tuple[str, ...] | None = None  # columns of the table; none: all that can be
    time_unit: Literal["months", "days", "years"] = "months"  # of the times in HDF5
    network: TableNetworkConfig = TableNetworkConfig()
    fit: TableFitConfig = TableFitConfig()
    search: SearchConfig = SearchConfig()

    def with_values(self, values: dict[str, Any]) -> TableConfig:
        """The same with other values of keys with dots, and no search; ValueError where one isn't valid."""
        changed = self.model_dump(mode="json", exclude={"search"})
        for key, value in values.items():
            part, _, name = key.partition(".")
            if part not in ("network", "fit") or name not in changed[part]:
                raise ValueError(f"search.space: no hyperparameter is named {key!r}")
            changed[part][name] = value
        return TableConfig.model_validate(changed)

    @model_validator(mode="after")
    def _space_is_valid(self) -> TableConfig:
        if self.search.draws and not self.search.space:
            raise ValueError("search.draws needs a search.space to draw from")
        for key, options in self.search.space.items():
            if not options:
                raise ValueError(f"search.space: {key} has no value to draw")
            for option in options:
                try:
                    self.with_values({key: option})
                except ValidationError as error:
                    raise ValueError(f"search.space: {key}: {error.errors()[0]['msg']}") from error
        return self


Config = SliceAttentionConfig | RoiAttentionConfig
AnyConfig = Config | TableConfig | DeepRadscoreConfig | RadiomicsSurvivalConfig | RadscoreProofConfig


def load_config(path: Path, settings: list[str] | None = None) -> AnyConfig:
    """Read a YAML configuration; `settings` are ``key=value`` with dots, as ``fit.epochs=10``.

    With ``extends: other.yaml`` it says only what differs from that file, which lies beside it.

    Raises
    ------
    InputError
        If the file can't be read, a setting has no "=", or a key or value is not valid.
    """
    value = _read(path)
    for setting in settings or []:
        _set(value, setting)
    try:
        if value.get("system") == "deephit_table":
            return TableConfig.model_validate(value)
        if value.get("system") == "deep_radscore":
            if value.get("design") == "survival":
                return RadiomicsSurvivalConfig.model_validate(value)
            if value.get("design") == "phantom_proof":
                return RadscoreProofConfig.model_validate(value)
            endpoint = DeepRadscoreConfig.model_validate(value)
            _ = endpoint.recipe, endpoint.encoder.spec
            return endpoint
        config: Config
        if "design" in value:
            config = RoiAttentionConfig.model_validate(value)
        else:
            config = SliceAttentionConfig.model_validate(value)
        _ = config.recipe, config.spec
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"the configuration {path}: {where}: {first['msg']}") from error
    except ValueError as error:
        raise InputError(f"the configuration {path}: {error}") from error
    return config


def _read(path: Path, depth: int = 0) -> dict[str, Any]:
    """The keys of a file and of those it extends, its own first."""
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the configuration {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"the configuration {path} is not YAML: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"the configuration {path} is not a table of keys")
    if "extends" not in value:
        return value
    other = value.pop("extends")
    if not isinstance(other, str) or depth > 7:
        raise InputError(f"the configuration {path}: extends must name a file that does not lead back here")
    return _over(_read(path.parent / other, depth + 1), value)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: part for key, part in base.items() if isinstance(part, dict) and isinstance(own.get(key), dict)
    }
    return base | own | {key: _over(part, own[key]) for key, part in both.items()}


def _set(value: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise InputError(f"--set takes key=value, not {setting!r}")
    *path, last = key.split(".")
    for part in path:
        value = value.setdefault(part, {})
        if not isinstance(value, dict):
            raise InputError(f"--set {setting!r}: {part} is not a table of keys")
    try:
        value[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"--set {setting!r}: the value is not YAML") from error
