from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec

SMALL = SliceAttentionSpec(
    EncoderSpec(widths=(4, 4, 8, 8)), hidden=10, shared_layers=1, cause_layers=1, dropout=0.0, bins=5
)


def test_attention_is_equation_1() -> None:
    torch.manual_seed(0)
    head = build_head(SMALL).eval()
    vectors = torch.randn(1, 6, SMALL.encoder.feature_size)
    _, weights = head(vectors)
    w, b = (p.detach().numpy() for p in (head.attention.weight, head.attention.bias))
    scores = np.exp(vectors[0].numpy() @ w[0] + b[0])
    assert weights[0].detach().numpy() == pytest.approx(scores / scores.sum(), rel=1e-5)


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    head = build_head(SMALL).eval()
    vectors = torch.randn(1, 6, SMALL.encoder.feature_size)
    padded = torch.cat([vectors, torch.full((1, 3, SMALL.encoder.feature_size), 7.0)], dim=1)
    valid = torch.tensor([[True] * 6 + [False] * 3])
    alone, with_padding = head(vectors), head(padded, valid)
    assert torch.allclose(alone[0], with_padding[0], atol=1e-6)
    assert not with_padding[1][0, 6:].any()


def test_vectors_are_standardised_with_the_training_set() -> None:
    head = build_head(SMALL).eval()
    vectors = torch.randn(1, 4, SMALL.encoder.feature_size)
    expected = head(vectors)[0]
    head.feature_mean.fill_(3.0)
    head.feature_sd.fill_(2.0)
    assert torch.allclose(head(2 * vectors + 3)[0], expected, atol=1e-5)


def test_deephit_gives_a_distribution_with_a_bin_beyond() -> None:
    net = DeepHit(7, hidden=9, shared_layers=2, cause_layers=1, dropout=0.0, bins=24)
    log_pmf = net(torch.randn(3, 7))
    assert log_pmf.shape == (3, 25)
    assert torch.allclose(log_pmf.exp().sum(dim=1), torch.ones(3))


def test_the_cause_specific_network_sees_the_input_again() -> None:
    net = DeepHit(7, hidden=9, shared_layers=2, cause_layers=1, dropout=0.0, bins=4)
    for parameter in net.shared.parameters():
        torch.nn.init.zeros_(parameter)
    assert not torch.allclose(net(torch.randn(1, 7)), net(torch.randn(1, 7)))


def test_the_papers_head_counts_as_its_table_2_says() -> None:
    # Five layers of 100 and five of 100 on 1280 features, and the attention: counted by hand.
    inputs, width, bins = 1280, 100, 24
    shared = (inputs * width + width) + 4 * (width * width + width)
    cause = ((width + inputs) * width + width) + 4 * (width * width + width)
    out = width * (bins + 1) + bins + 1
    net = DeepHit(inputs, hidden=width, shared_layers=5, cause_layers=5, dropout=0.2, bins=bins)
    assert sum(p.numel() for p in net.parameters()) == shared + cause + out


def test_grey_is_repeated_over_the_channels() -> None:
    encoder = build_encoder(EncoderSpec(widths=(4, 4, 8, 8), channels=3)).eval()
    assert encoder(torch.rand(2, 1, 32, 32)).shape == (2, 16)


def test_the_saliency_layer_is_no_second_copy_of_weights() -> None:
    encoder = build_encoder(EncoderSpec(widths=(4, 4, 8, 8)))
    assert all(name.startswith("backbone.") for name in encoder.state_dict())


def test_a_spec_survives_json() -> None:
    assert SliceAttentionSpec.from_json(json.loads(json.dumps(SMALL.to_json()))) == SMALL


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"bins": 0}, "bins"),
        ({"hidden": 0}, "hidden"),
        ({"dropout": 1.0}, "dropout"),
        ({"magic": 1}, "magic"),
        ({"encoder": {"widths": [1, 2, 3]}}, "four stages"),
        ({"encoder": {"channels": 2}}, "channels"),
        ({"encoder": {"path": "x"}}, "path"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(value: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SliceAttentionSpec.from_json(value)


def test_only_registered_encoders_are_built() -> None:
    with pytest.raises(ValueError, match="no encoder is named"):
        build_encoder(EncoderSpec(name="os.system"))
