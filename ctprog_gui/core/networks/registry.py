"""Networks by name: a spec from a bundle can name what stands here and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ctprog_gui.core.networks.encoder import SliceEncoder, resnet2d
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec

ENCODERS: dict[str, Callable[[EncoderSpec], SliceEncoder]] = {"resnet2d": resnet2d}


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
