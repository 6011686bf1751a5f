from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec
from ctprog_gui.core.shared.errors import InputError
from training.fitting.weights import load_weights


def encoder(name: str, seed: int) -> SliceEncoder:
    torch.manual_seed(seed)
    return build_encoder(EncoderSpec(name=name, channels=3, pooling="average")).eval()


def as_torchvision(weights: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Our names as torchvision has them, with a classifier's weights besides."""
    found = {}
    for key, value in weights.items():
        if name == "vit_s_14":
            part = key.split(".")
            if part[0] == "blocks":
                inner = {
                    "norm1": "ln_1",
                    "norm2": "ln_2",
                    "ls1": "ls1",
                    "ls2": "ls2",
                    "attn.qkv": "self_attention.in_proj",
                    "attn.proj": "self_attention.out_proj",
                    "mlp.fc1": "mlp.linear_1",
                    "mlp.fc2": "mlp.3",
                }[".".join(part[2:-1])]
                joint = "_" if inner.endswith("in_proj") else "."
                key = f"encoder.layers.encoder_layer_{part[1]}.{inner}{joint}{part[-1]}"
            key = {
                "cls_token": "class_token",
                "pos_embed": "encoder.pos_embedding",
                "norm.weight": "encoder.ln.weight",
                "norm.bias": "encoder.ln.bias",
            }.get(key, key.replace("patch_embed.proj", "conv_proj"))
            found["heads.head.weight"] = torch.zeros(10, 3)
        if name == "densenet121":
            key = key.replace(".layers.", ".")
        found[key] = value
    return found | {"classifier.weight": torch.zeros(10, 3)}


@pytest.mark.parametrize("name", ["efficientnet_b0", "vit_s_14", "densenet121"])
def test_a_file_with_torchvision_s_names_gives_the_same_features(name: str, tmp_path: Path) -> None:
    trained, fresh = encoder(name, 1), encoder(name, 2)
    save_file(as_torchvision(trained.backbone.state_dict(), name), tmp_path / "w.safetensors")
    slices = torch.rand(1, 1, 64, 64)
    assert not torch.equal(trained(slices), fresh(slices))
    load_weights(fresh, tmp_path / "w.safetensors")
    assert torch.equal(trained(slices), fresh(slices))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda w: w.pop("features.0.0.weight"),
            "no weight features.0.0.weight: it is not of efficientnet_b0",
        ),
        (
            lambda w: w.update({"features.0.0.weight": torch.zeros(32, 1, 3, 3)}),
            r"shape \(32, 1, 3, 3\) there",
        ),
        (lambda w: w.update({"extra": torch.zeros(1)}), "a weight extra"),
        (lambda w: w.update({"features.8.0.weight": w["features.8.0.weight"] * float("nan")}), "not finite"),
    ],
)
def test_weights_of_another_network_are_refused_in_one_line(
    change: object, reason: str, tmp_path: Path
) -> None:
    own = encoder("efficientnet_b0", 1)
    weights = own.backbone.state_dict()
    change(weights)
    save_file(weights, tmp_path / "w.safetensors")
    with pytest.raises(InputError, match=reason) as caught:
        load_weights(own, tmp_path / "w.safetensors")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    own = encoder("efficientnet_b0", 1)
    with pytest.raises(InputError, match="cannot read"):
        load_weights(own, tmp_path / "gone.safetensors")
    (tmp_path / "w.pth").write_bytes(b"PK\x03\x04 not this")
    with pytest.raises(InputError, match="no safetensors"):
        load_weights(own, tmp_path / "w.pth")
