from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from ctprog_gui.core.networks.registry import build_roi_encoder, build_roi_head
from ctprog_gui.core.networks.roi_attention import RoiAttentionEnsemble
from ctprog_gui.core.networks.spec import (
    RoiAttentionSpec,
    RoiEncoderSpec,
    SliceAttentionSpec,
    read_network,
)

ENCODER = RoiEncoderSpec(widths=(4, 4, 6, 8), channels=2, ring=3, measures=("a", "b", "c"))
SPEC = RoiAttentionSpec(ENCODER, bins=6)


@pytest.fixture
def encoder() -> torch.nn.Module:
    torch.manual_seed(0)
    return build_roi_encoder(ENCODER).eval()


def roi_of(*boxes: tuple[int, int, int, int]) -> torch.Tensor:
    roi = torch.zeros(len(boxes), 36, 36)
    for k, (top, bottom, left, right) in enumerate(boxes):
        roi[k, top:bottom, left:right] = 1
    return roi


def test_a_spec_survives_json_and_is_told_from_the_other_kind() -> None:
    assert read_network(json.loads(json.dumps(SPEC.to_json()))) == SPEC
    assert isinstance(read_network(SliceAttentionSpec().to_json()), SliceAttentionSpec)
    with pytest.raises(ValueError, match="depth"):
        read_network({**SPEC.to_json(), "depth": 3})
    with pytest.raises(ValueError, match="measures"):
        RoiEncoderSpec(measures=("a", "a"))


def test_the_maps_do_not_depend_on_the_roi(encoder: torch.nn.Module) -> None:
    slices = torch.rand(2, 2, 36, 36)
    roi = roi_of((8, 20, 8, 20), (10, 30, 4, 9))
    expected = encoder(slices, roi)
    assert torch.allclose(encoder.read(encoder.maps(slices), encoder.weights(roi)), expected)
    assert [tuple(level.shape[2:]) for level in encoder.maps(slices)] == [
        (18, 18),
        (9, 9),
        (5, 5),
        (3, 3),
        (2, 2),
    ]


def test_the_reading_follows_the_contour(encoder: torch.nn.Module) -> None:
    slices = torch.rand(1, 2, 36, 36)
    maps = encoder.maps(slices)
    here = encoder.read(maps, encoder.weights(roi_of((8, 20, 8, 20))))
    larger = encoder.read(maps, encoder.weights(roi_of((8, 20, 8, 21))))
    assert not torch.allclose(here, larger)


def test_a_cell_weighs_as_much_of_it_is_roi(encoder: torch.nn.Module) -> None:
    weights = encoder.weights(roi_of((8, 20, 8, 21)))
    finest = weights.roi[0][0, 0]
    assert finest[4:10, 4:10].eq(1).all()
    assert finest[4:10, 10].eq(0.5).all()
    assert finest.sum() * 4 == 12 * 13
    # The ring: a square's dilation by three pixels, without the ROI.
    assert weights.ring[0].sum() * 4 == 18 * 19 - 12 * 13


@pytest.mark.parametrize("ring", [1, 2, 6, 13, 40])
def test_the_ring_is_a_square_s_dilation(ring: int) -> None:
    roi = (torch.rand(3, 36, 33, generator=torch.Generator().manual_seed(ring)) > 0.99).float()
    around = build_roi_encoder(replace(ENCODER, ring=ring)).weights(roi)
    wide = functional.max_pool2d(roi.unsqueeze(1), 2 * ring + 1, 1, ring)
    expected = functional.adaptive_avg_pool2d(wide - roi.unsqueeze(1), (18, 17))
    assert torch.allclose(around.ring[0], expected, atol=1e-6)


def test_reading_is_a_mean_over_the_roi(encoder: torch.nn.Module) -> None:
    """Constant maps give the same measures whatever the ROI's size, but for the small offset."""
    maps = [torch.full((1, c, n, n), 0.7) for c, n in ((4, 18), (4, 9), (4, 5), (6, 3), (8, 2))]
    small = encoder.read(maps, encoder.weights(roi_of((8, 12, 8, 12))))
    large = encoder.read(maps, encoder.weights(roi_of((4, 30, 4, 30))))
    assert torch.allclose(small, large, atol=1e-3)


def test_mirrored_slices_with_mirrored_weights_are_what_a_mirrored_roi_gives(
    encoder: torch.nn.Module,
) -> None:
    roi = roi_of((8, 20, 5, 20))
    weights = encoder.weights(roi)
    for dim in (2, 3):
        turned = encoder.weights(roi.flip(dim - 1))
        for one, two in zip(weights.flipped(dim).roi, turned.roi, strict=True):
            assert torch.allclose(one, two)


def test_attention_starts_as_the_share_of_the_rois_area() -> None:
    head = build_roi_head(SPEC).eval()
    features = torch.randn(1, 4, 3)
    area = torch.tensor([[10.0, 30.0, 0.0, 60.0]])
    _, weights = head(features, area.log(), torch.tensor([5.0]))
    assert weights[0].detach().tolist() == pytest.approx([0.1, 0.3, 0.0, 0.6])


def test_attention_moves_towards_slices_with_a_high_measure() -> None:
    head = build_roi_head(SPEC).eval()
    with torch.no_grad():
        head.attention[1] = 2.0
    features = torch.zeros(1, 2, 3)
    features[0, 1, 1] = 0.5
    _, weights = head(features, torch.zeros(1, 2), torch.zeros(1))
    ratio = float((weights[0, 1] / weights[0, 0]).detach())
    assert ratio == pytest.approx(np.exp(1.0), rel=1e-5)


def test_an_ensemble_says_what_each_of_its_heads_says() -> None:
    torch.manual_seed(3)
    heads = [build_roi_head(SPEC).eval() for _ in range(4)]
    for head in heads:
        for tensor in head.state_dict().values():
            tensor.copy_(torch.rand_like(tensor) + 0.5)
    features, area = torch.randn(5, 3), torch.tensor([4.0, 0.0, 9.0, 2.0, 7.0])
    log_pmf, weights = RoiAttentionEnsemble(heads)(features, area.log(), torch.tensor(6.0))
    for head, one_pmf, one_weights in zip(heads, log_pmf, weights, strict=True):
        expected = head(features[None], area.log()[None], torch.tensor([6.0]))
        assert torch.allclose(one_pmf, expected[0][0], atol=1e-6)
        assert torch.allclose(one_weights, expected[1][0], atol=1e-6)


def test_the_log_odds_of_the_months_are_the_baseline_and_a_ramp() -> None:
    head = build_roi_head(SPEC).eval()
    with torch.no_grad():
        head.risk[3] = 0.5
        head.baseline[:] = torch.arange(7.0)
        head.volume_mean.fill_(4.0)
        head.volume_sd.fill_(2.0)
    log_pmf, _ = head(torch.randn(1, 2, 3), torch.zeros(1, 2), torch.tensor([8.0]))
    # A volume two standard deviations above the mean: a risk of 1.
    expected = torch.log_softmax(torch.arange(7.0) + torch.linspace(1, -1, 7), dim=0)
    assert torch.allclose(log_pmf[0], expected.detach(), atol=1e-6)
    assert float(log_pmf.exp().sum().detach()) == pytest.approx(1.0)


def test_a_higher_risk_dies_earlier_at_every_month() -> None:
    head = build_roi_head(SPEC).eval()
    survival = 1 - head.log_pmf(torch.tensor([-1.0, 0.0, 2.0])).exp().cumsum(dim=1)[:, :-1]
    assert (survival[:-1] > survival[1:]).all()
