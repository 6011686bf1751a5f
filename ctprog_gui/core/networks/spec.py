"""What a network is, as values: written into a bundle, read back, and built by `registry`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Pooling = Literal["average", "average_and_maximum"]
Aggregation = Literal["soft_attention", "average", "self_attention", "slice_transformer"]
ROI = "roi_attention"
# Length of the vectors of the published encoders; they take three channels and pool as published.
PUBLISHED = {
    "efficientnet_b0": 1280,
    "resnet50": 2048,
    "resnet101": 2048,
    "vgg16": 4096,
    "vgg19": 4096,
    "inception_v3": 2048,
    "alexnet": 4096,
    "vit_b_16": 768,
    "vit_s_14": 384,
    "densenet121": 1024,
    "medvit_small": 1024,
    "resnet3d_18": 512,
    "densenet3d_121": 1024,
}
PYRAMID = "pyramid2d"
OF_VOLUMES = ("resnet3d_18", "densenet3d_121")


@dataclass(frozen=True)
class EncoderSpec:
    """A 2D network that turns a slice into a vector.

    Parameters
    ----------
    name
        The key in `registry.ENCODERS`.
    widths, layers
        Channels and residual blocks of each of the four stages; a published network has its own.
    channels
        Input channels; a grey slice is repeated over them.
    pooling
        How the last feature map becomes a vector. The maximum doubles its length and keeps what is
        seen in a small part of the slice alone. A pyramid's is its own: see `PyramidEncoder`.
    pyramid
        Channels of a pyramid's map; 0 for every other encoder.
    stretched
        The part of the input's range, as shares of it, that a pyramid sees stretched in a second
        channel; None for none.
    measures
        What a pyramid's vector tells, by name; empty for every other encoder.
    """

    name: str = "resnet2d"
    widths: tuple[int, ...] = (24, 48, 96, 192)
    layers: tuple[int, ...] = (1, 1, 1, 1)
    channels: int = 1
    pooling: Pooling = "average_and_maximum"
    pyramid: int = 0
    stretched: tuple[float, float] | None = None
    measures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(int(v) for v in self.widths))
        object.__setattr__(self, "layers", tuple(int(v) for v in self.layers))
        object.__setattr__(self, "measures", tuple(str(v) for v in self.measures))
        if self.stretched is not None:
            low, high = (float(v) for v in self.stretched)
            object.__setattr__(self, "stretched", (low, high))
        if len(self.widths) != 4 or len(self.layers) != 4:
            raise ValueError("an encoder has four stages: four widths and four layers")
        if not all(1 <= v <= 4096 for v in self.widths) or not all(1 <= v <= 64 for v in self.layers):
            raise ValueError("an encoder's widths lie in 1..4096 and its layers in 1..64")
        if self.channels not in (1, 3):
            raise ValueError(f"an encoder has 1 or 3 input channels, not {self.channels}")
        if self.pooling not in get_args(Pooling):
            raise ValueError(f"pooling must be one of {get_args(Pooling)}, not {self.pooling!r}")
        if self.name in PUBLISHED and (self.channels != 3 or self.pooling != "average"):
            raise ValueError(f"{self.name} has channels: 3 and pooling: average")
        self._check_pyramid()

    def _check_pyramid(self) -> None:
        if self.name != PYRAMID:
            if self.pyramid or self.stretched is not None or self.measures:
                raise ValueError(f"pyramid, stretched and measures are for {PYRAMID}, not {self.name}")
            return
        if self.channels != 1 or self.pooling != "average_and_maximum":
            raise ValueError(f"{PYRAMID} has channels: 1 and a pooling of its own")
        if not 1 <= self.pyramid <= 1024:
            raise ValueError(f"a pyramid has 1 to 1024 channels, not {self.pyramid}")
        if not 1 <= len(self.measures) <= 1024 or len(set(self.measures)) != len(self.measures):
            raise ValueError("a pyramid tells one to 1024 different measures")
        if self.stretched is not None and not 0 <= self.stretched[0] < self.stretched[1] <= 1:
            raise ValueError(f"stretched must be two rising shares in 0..1, not {self.stretched}")

    @property
    def takes_volume(self) -> bool:
        """Whether a volume has one vector, not one a slice."""
        return self.name in OF_VOLUMES

    @property
    def feature_size(self) -> int:
        if self.name in PUBLISHED:
            return PUBLISHED[self.name]
        if self.name == PYRAMID:
            return len(self.measures)
        return self.widths[-1] * (2 if self.pooling == "average_and_maximum" else 1)


@dataclass(frozen=True)
class SliceAttentionSpec:
    """Frozen slice encoder, soft attention over the slices, DeepHit head.

    Parameters
    ----------
    hidden
        Width of each hidden layer of the shared and of the cause-specific sub-network.
    shared_layers, cause_layers
        Their numbers of hidden layers (the paper: 5 and 5 of width 100).
    dropout
        After each hidden layer, in training.
    bins
        Months of the horizon. The head has one output more: alive beyond.
    aggregation
        How the slices' vectors become one: see `aggregation`. A volume's single vector: ``average``.
    """

    encoder: EncoderSpec = field(default_factory=EncoderSpec)
    hidden: int = 100
    shared_layers: int = 5
    cause_layers: int = 5
    dropout: float = 0.2
    bins: int = 24
    aggregation: Aggregation = "soft_attention"

    def __post_init__(self) -> None:
        if not 1 <= self.hidden <= 4096:
            raise ValueError(f"hidden must lie in 1..4096, not {self.hidden}")
        if not (0 <= self.shared_layers <= 32 and 0 <= self.cause_layers <= 32):
            raise ValueError("shared_layers and cause_layers lie in 0..32")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must lie in 0..1, not {self.dropout}")
        if self.aggregation not in get_args(Aggregation):
            raise ValueError(f"aggregation must be one of {get_args(Aggregation)}, not {self.aggregation!r}")
        if self.encoder.takes_volume and self.aggregation != "average":
            raise ValueError(f"{self.encoder.name} gives one vector a volume: aggregation must be average")
        if not 1 <= self.bins <= 600:
            raise ValueError(f"bins must lie in 1..600, not {self.bins}")

    def to_json(self) -> dict[str, Any]:
        value = asdict(self)
        if self.aggregation == "soft_attention":
            # As it was before there was a choice: older versions read it too.
            del value["aggregation"]
        value["encoder"] = encoder_json(self.encoder)
        return value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SliceAttentionSpec:
        """The inverse of `to_json`; unknown keys are refused."""
        _refuse_unknown(cls, value)
        _refuse_unknown(EncoderSpec, value.get("encoder", {}))
        return cls(**{**value, "encoder": EncoderSpec(**value.get("encoder", {}))})


@dataclass(frozen=True)
class RoiEncoderSpec:
    """A 2D network that measures a ROI, its surroundings and the slice they lie in.

    Parameters
    ----------
    name
        The key in `registry.ROI_ENCODERS`.
    widths
        Channels of the stem and of the four stages (the stem has the first stage's).
    channels
        Input channels: one for each HU window of the recipe.
    ring
        Voxels beyond the ROI's edge that count as its surroundings.
    measures
        What the network was taught to measure of a slice, by name; its output has this order.
    """

    name: str = "roi_resnet2d"
    widths: tuple[int, ...] = (24, 48, 96, 192)
    channels: int = 2
    ring: int = 6
    measures: tuple[str, ...] = ("area",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(int(v) for v in self.widths))
        object.__setattr__(self, "measures", tuple(str(v) for v in self.measures))
        if len(self.widths) != 4 or not all(1 <= v <= 4096 for v in self.widths):
            raise ValueError(f"widths must be four numbers in 1..4096, not {self.widths}")
        if not 1 <= self.channels <= 8:
            raise ValueError(f"channels must lie in 1..8, not {self.channels}")
        if not 1 <= self.ring <= 64:
            raise ValueError(f"ring must lie in 1..64, not {self.ring}")
        if not 1 <= len(self.measures) <= 1024 or len(set(self.measures)) != len(self.measures):
            raise ValueError("measures must be one to 1024 different names")

    @property
    def feature_size(self) -> int:
        return len(self.measures)


@dataclass(frozen=True)
class RoiAttentionSpec:
    """Frozen encoder of ROIs, attention over the ROI's slices, DeepHit with one risk (`RoiAttentionHead`).

    Parameters
    ----------
    bins
        Months of the horizon. The head has one output more: alive beyond.
    clinical
        Names of the clinical numbers that the risk is made of besides, in their order.
    """

    encoder: RoiEncoderSpec = field(default_factory=RoiEncoderSpec)
    bins: int = 24
    clinical: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "clinical", tuple(str(v) for v in self.clinical))
        if not 1 <= self.bins <= 600:
            raise ValueError(f"bins must lie in 1..600, not {self.bins}")
        if len(self.clinical) > 256 or len(set(self.clinical)) != len(self.clinical):
            raise ValueError("clinical must be at most 256 different names")

    def to_json(self) -> dict[str, Any]:
        encoder = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.encoder).items()}
        value = {"kind": ROI, "encoder": encoder, "bins": self.bins}
        # Left out where there is none: older versions read it too.
        return value | {"clinical": list(self.clinical)} if self.clinical else value

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RoiAttentionSpec:
        """The inverse of `to_json`; unknown keys are refused."""
        if value.get("kind") != ROI:
            raise ValueError(f"no network is of the kind {value.get('kind')!r}")
        given = {key: part for key, part in value.items() if key != "kind"}
        _refuse_unknown(cls, given)
        _refuse_unknown(RoiEncoderSpec, given.get("encoder", {}))
        return cls(**{**given, "encoder": RoiEncoderSpec(**given.get("encoder", {}))})


def read_network(value: dict[str, Any]) -> SliceAttentionSpec | RoiAttentionSpec:
    """The network in a bundle's JSON, by its ``kind``; without one, slice attention over the chest."""
    return RoiAttentionSpec.from_json(value) if "kind" in value else SliceAttentionSpec.from_json(value)


def read_encoder(value: dict[str, Any]) -> EncoderSpec:
    """An encoder of slices by itself, in JSON; unknown keys are refused."""
    _refuse_unknown(EncoderSpec, value)
    return EncoderSpec(**value)


def encoder_json(spec: EncoderSpec) -> dict[str, Any]:
    """The inverse of `read_encoder`."""
    value = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(spec).items()}
    if spec.name != PYRAMID:
        # As it was before there were pyramids: older versions read it too.
        for key in ("pyramid", "stretched", "measures"):
            del value[key]
    return value


def _refuse_unknown(kind: type[Any], value: dict[str, Any]) -> None:
    unknown = set(value) - {f.name for f in fields(kind)}
    if unknown:
        raise ValueError(f"unknown key in a network spec: {', '.join(sorted(unknown))}")
