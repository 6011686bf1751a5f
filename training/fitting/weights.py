"""Weights of published networks from a file a person has; nothing is ever downloaded."""

from __future__ import annotations

import re
from pathlib import Path

from torch import Tensor

from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.shared.errors import InputError
from training.optimisation.checkpoint import read_tensors

# What stands behind the vector of features, and what training alone needs.
_BEHIND = re.compile(r"^(fc|classifier|heads?|class_layers|proj_head|mask_token)(\.|$)|num_batches_tracked$")
# Names in files against names here: of an encoder that a run kept, of torchvision's vision transformer and
# of its DenseNet.
_RENAMED = (
    (r"^(0\.)?(module|model|backbone)\.", ""),
    (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
    (r"^(blocks\.\d+\.)ln_(\d)\.", r"\1norm\2."),
    (r"^(blocks\.\d+\.)self_attention\.in_proj_", r"\1attn.qkv."),
    (r"^(blocks\.\d+\.)self_attention\.out_proj\.", r"\1attn.proj."),
    (r"^(blocks\.\d+\.)mlp\.(linear_1|0)\.", r"\1mlp.fc1."),
    (r"^(blocks\.\d+\.)mlp\.(linear_2|3)\.", r"\1mlp.fc2."),
    (r"^encoder\.ln\.", "norm."),
    (r"^encoder\.pos_embedding$", "pos_embed"),
    (r"^class_token$", "cls_token"),
    (r"^conv_proj\.", "patch_embed.proj."),
    (r"(denseblock\d+\.denselayer\d+)\.(norm|conv)\.?(\d)\.", r"\1.layers.\2\3."),
)


def load_weights(encoder: SliceEncoder, path: Path) -> None:
    """Fill an encoder's network from a safetensors file with torchvision's, DINOv2's or our own names.

    The classifier's weights, if the file has them, are left out.

    Raises
    ------
    InputError
        If the file can't be read, lacks a weight, has one of another shape, or one that no part of
        the network has.
    """
    network, name = encoder.backbone, encoder.spec.name
    own = network.state_dict()
    found: dict[str, Tensor] = {}
    for key, value in read_tensors(path).items():
        for pattern, replacement in _RENAMED:
            key = re.sub(pattern, replacement, key)
        found[key] = value
    for key, value in own.items():
        if key.endswith("num_batches_tracked"):
            found.setdefault(key, value)
        elif key not in found:
            raise InputError(f"{path} has no weight {key}: it is not of {name}")
        elif found[key].shape != value.shape:
            there, here = tuple(found[key].shape), tuple(value.shape)
            raise InputError(
                f"{path} is not of {name}: {key} has the shape {there} there, {here} in the network"
            )
        elif not found[key].isfinite().all():
            raise InputError(f"{path}: the weight {key} is not finite")
    for key in found:
        if key not in own and not _BEHIND.search(key):
            raise InputError(f"{path} has a weight {key}, which {name} has not")
    network.load_state_dict({key: found[key].to(value.dtype) for key, value in own.items()})
