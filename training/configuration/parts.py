"""What configurations of several systems are made of; see `training.configuration.experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ctprog_gui.core.networks.spec import PYRAMID, EncoderSpec

if TYPE_CHECKING:
    from training.optimisation.loop import LoopOptions

# What a pyramid is taught to measure of a slice, in the order of its vector: see `pyramid_pretraining`.
FOUND = ("tumour_extent", "tumour_present", "tumour_mean", "tumour_sd")
Positive = Annotated[float, Field(gt=0)]
EncoderName = Literal[
    "resnet2d",
    "pyramid2d",
    "efficientnet_b0",
    "resnet50",
    "resnet101",
    "vgg16",
    "vgg19",
    "inception_v3",
    "alexnet",
    "vit_b_16",
    "vit_s_14",
    "densenet121",
    "medvit_small",
    "resnet3d_18",
    "densenet3d_121",
]
Trainable = Literal["none", "last", "half"]
Initial = Literal["pytorch", "he"]
Share = Annotated[float, Field(ge=0, lt=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderConfig(Strict):
    """See `EncoderSpec`, which this becomes."""

    name: EncoderName = "resnet2d"
    widths: tuple[int, int, int, int] = (24, 48, 96, 192)
    layers: tuple[int, int, int, int] = (1, 1, 1, 1)
    channels: Literal[1, 3] = 1
    pooling: Literal["average", "average_and_maximum"] = "average_and_maximum"
    pyramid: int = Field(default=0, ge=0)  # channels of a pyramid's map
    stretched: tuple[float, float] | None = None  # the part of the HU window that a pyramid sees larger
    weights: Path | None = None  # a safetensors file for a published network; it takes pretraining's place
    trainable: Trainable = "none"  # fitted with the head: nothing, the last layer, the later half

    @property
    def spec(self) -> EncoderSpec:
        measures = FOUND if self.name == PYRAMID else ()
        return EncoderSpec(**self.model_dump(exclude={"weights", "trainable"}), measures=measures)


class LoopConfig(Strict):
    """How the loop steps; see `training.optimisation.loop.LoopOptions`, which this becomes."""

    epochs: int = Field(default=100, ge=0)
    accumulate: int = Field(default=1, ge=1)  # batches a step of the optimizer
    clip_norm: Positive | None = None  # gradients that are longer are scaled down to this
    precision: Literal["float32", "bfloat16"] = "float32"  # bfloat16: under autocast

    def loop(self, patience: int | None = None) -> LoopOptions:
        # Here, so that reading a configuration needs no torch.
        from training.optimisation.loop import LoopOptions

        return LoopOptions(self.epochs, patience, self.accumulate, self.clip_norm, self.precision)


class BundleConfig(Strict):
    """What the exported bundle says about itself."""

    license: str
    intended_use: str
    trained_on: str
    synthetic: bool = False
    limits: tuple[str, ...] = ()  # what a reader of the model card must know besides

    @property
    def beyond_research_use(self) -> str:
        """The intended use without "Research use only.", which a card says by itself."""
        return self.intended_use.removeprefix("Research use only.").lstrip()
