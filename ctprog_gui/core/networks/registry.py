"""Networks by name: a spec from a bundle can name what stands here and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ctprog_gui.core.networks import published
from ctprog_gui.core.networks.encoder import SliceEncoder, resnet2d
from ctprog_gui.core.networks.pyramid import pyramid2d
from ctprog_gui.core.networks.roi_attention import RoiAttentionHead
from ctprog_gui.core.networks.roi_encoder import RoiEncoder
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import EncoderSpec, RoiAttentionSpec, RoiEncoderSpec, SliceAttentionSpec

ENCODERS: dict[str, Callable[[EncoderSpec], SliceEncoder]] = {
    "resnet2d": resnet2d,
    "pyramid2d": pyramid2d,
    "efficientnet_b0": published.efficientnet_b0,
    "resnet50": published.resnet50,
    "resnet101": published.resnet101,
    "vgg16": published.vgg16,
    "vgg19": published.vgg19,
    "inception_v3": published.inception_v3,
    "alexnet": published.alexnet,
    "vit_b_16": published.vit_b_16,
    "vit_s_14": published.vit_s_14,
    "densenet121": published.densenet121,
    "medvit_small": published.medvit_small,
    "resnet3d_18": published.resnet3d_18,
    "densenet3d_121": published.densenet3d_121,
}
ROI_ENCODERS: dict[str, Callable[[RoiEncoderSpec], RoiEncoder]] = {"roi_resnet2d": RoiEncoder}


def build_encoder(spec: EncoderSpec) -> SliceEncoder:
    """The slice encoder that a spec describes, with random weights.

    Raises
    ------
    ValueError
        If no encoder has that name.
    """
    if spec.name not in ENCODERS:
        raise ValueError(f"no encoder is named {spec.name!r}; known: {', '.join(sorted(ENCODERS))}")
    return ENCODERS[spec.name](spec)


def build_head(spec: SliceAttentionSpec) -> SliceAttentionHead:
    """The attention and risk network that a spec describes, with random weights."""
    return SliceAttentionHead(spec)


def build_roi_encoder(spec: RoiEncoderSpec) -> RoiEncoder:
    """The encoder of ROIs that a spec describes, with random weights.

    Raises
    ------
    ValueError
        If no encoder has that name.
    """
    if spec.name not in ROI_ENCODERS:
        raise ValueError(f"no encoder is named {spec.name!r}; known: {', '.join(sorted(ROI_ENCODERS))}")
    return ROI_ENCODERS[spec.name](spec)


def build_roi_head(spec: RoiAttentionSpec) -> RoiAttentionHead:
    """The attention and risk of a ROI that a spec describes, with no effect of any measure."""
    return RoiAttentionHead(spec)
