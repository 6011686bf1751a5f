"""A fit of the encoder's end learns: it lowers its own loss, and a handful of patients it learns by heart."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ctprog_gui.core.networks.deephit import DeepHit
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import MonthlyTargets, monthly_targets
from training.configuration.experiment import PretrainingConfig, SliceFitConfig
from training.configuration.parts import Trainable
from training.fitting.engine import FeatureSet, begin_head
from training.fitting.features import encoder_sha256
from training.fitting.frozen_part import FrozenPart
from training.fitting.tuning import TunedNetwork, begun_vectors, fit_tuned, predict_tuned
from training.fitting.turns import STRAIGHT, Turn, draw_turn
from training.losses import likelihood_loss
from training.preparation.images import PreparedImage
from training.pretraining.encoder import pretrain_encoder

CPU = torch.device("cpu")
SPECS = {
    "resnet2d": EncoderSpec(widths=(8, 8, 16, 16), channels=3),
    "efficientnet_b0": EncoderSpec("efficientnet_b0", channels=3, pooling="average"),
    "vit_s_14": EncoderSpec("vit_s_14", channels=3, pooling="average"),
    "resnet50": EncoderSpec("resnet50", channels=3, pooling="average"),
}


def patients(count: int, side: int = 32) -> list[PreparedImage]:
    """Noise on 3 to 5 slices: nothing but to be learnt by heart."""
    rng = np.random.default_rng(4)
    return [
        PreparedImage(
            f"p{i}", rng.random((3 + i % 3, side, side)).astype(np.float16), None, (1.0, 1.0, 3.0), {}
        )
        for i in range(count)
    ]


def targets(count: int) -> MonthlyTargets:
    months = np.random.default_rng(2).permutation(np.linspace(1.0, 23.0, count))
    return monthly_targets(FollowUp(months, np.arange(count) % 4 != 3), 24)


def begun(
    name: str, images: list[PreparedImage], seen: MonthlyTargets, part: Trainable, config: SliceFitConfig
) -> TunedNetwork:
    torch.manual_seed(0)
    spec = SliceAttentionSpec(SPECS[name], dropout=0.0)
    encoder = build_encoder(spec.encoder)
    settle_norms(encoder, torch.from_numpy(images[0].pixels.astype(np.float32)).unsqueeze(1))
    encoder.eval().requires_grad_(False)
    vectors = begun_vectors(encoder, images, part, CPU, FrozenPart(), Progress())
    head = begin_head(spec, FeatureSet(vectors, seen), np.arange(len(images)), 1, initial=config.initial)
    return TunedNetwork(encoder, head, part)


def worth(network: TunedNetwork, images: list[PreparedImage], seen: MonthlyTargets) -> tuple[float, float]:
    """C-td of eq. 7, and the likelihood loss, in evaluation."""
    survival, _ = predict_tuned(network, images, CPU)
    ctd = time_dependent_concordance(seen.follow_up, 1 - survival[:, 1:], seen.bin, censored_ties=False)
    pmf = np.concatenate([-np.diff(survival, axis=1), survival[:, -1:]], axis=1)
    log_pmf = torch.from_numpy(np.log(np.maximum(pmf, 1e-12)))
    loss = likelihood_loss(log_pmf, torch.from_numpy(seen.bin), torch.from_numpy(seen.observed))
    return ctd, float(loss)


@pytest.mark.parametrize("part", ["last", "half"])
def test_a_handful_of_patients_is_learnt_by_heart(part: Trainable) -> None:
    images, seen, everyone = patients(8), targets(8), np.arange(8)
    config = SliceFitConfig(
        epochs=30, batch_size=8, learning_rate=3e-3, initial="he", clip_norm=1.0, patience=30, turns=1
    )
    network = begun("resnet2d", images, seen, part, config)
    before = worth(network, images, seen)
    fit_tuned(network, images, seen, everyone, everyone, config, seed=1, device=CPU)
    after = worth(network, images, seen)
    assert after[0] > 0.95
    # Kept is the first epoch that ranks all of them, not the one of the least loss.
    assert after[1] < 0.8 * before[1]


def test_deep_layers_tell_patients_apart_from_the_start() -> None:
    """As PyTorch draws them, what goes in differs by 1 and what five layers give by less than a fiftieth."""
    torch.manual_seed(0)
    x = torch.randn(64, 32)
    apart = {}
    for he in (False, True):
        network = DeepHit(32, hidden=100, shared_layers=5, cause_layers=5, dropout=0.0, bins=24)
        if he:
            network.start_he()
        with torch.no_grad():
            apart[he] = float(network.shared(x).std(dim=0).mean())
    assert apart[False] < 0.02
    assert 0.3 < apart[True] < 3.0


@pytest.mark.parametrize("name", sorted(SPECS))
@pytest.mark.parametrize("part", ["none", "last", "half"])
def test_the_frozen_part_and_the_rest_are_the_whole_network(name: str, part: Trainable) -> None:
    images, seen = patients(2), targets(2)
    network = begun(name, images, seen, part, SliceFitConfig())
    assert (len(network.frozen_steps) < len(network.encoder.steps())) == (part != "none")
    slices = torch.from_numpy(images[1].pixels.astype(np.float32)).unsqueeze(1)
    with torch.no_grad():
        whole = network.head(network.encoder(slices).unsqueeze(0))[0]
        kept = FrozenPart()
        for _ in range(2):
            survival, _ = predict_tuned(network, [images[1]], CPU, kept)
        assert len(kept) == 1
    expected = whole.double().exp().flip(1).cumsum(1).flip(1)[0].numpy()
    assert survival[0] == pytest.approx(expected, abs=1e-5)


def test_statistics_of_batch_norm_stay() -> None:
    """A batch is a volume or a few: their own statistics would take away what tells patients apart."""
    images, seen, everyone = patients(3), targets(3), np.arange(3)
    config = SliceFitConfig(epochs=1, batch_size=3, learning_rate=1e-2)
    network = begun("resnet2d", images, seen, "half", config)
    before = {k: v.clone() for k, v in network.encoder.state_dict().items()}
    fit_tuned(network, images, seen, everyone, everyone, config, seed=1, device=CPU)
    moved = {k for k, v in network.encoder.state_dict().items() if not torch.equal(v, before[k])}
    assert any(key.endswith("weight") for key in moved)
    assert not any("running_" in key or "num_batches" in key for key in moved)


def test_what_is_kept_of_volumes_is_bounded_and_of_one_network() -> None:
    kept = FrozenPart(limit_bytes=3 * 4 * 10)
    kept.of_network("a")
    for i in range(5):
        assert kept.get(i, lambda i=i: torch.full((10,), float(i)))[0] == i  # type: ignore[misc]
    assert (len(kept), kept.bytes) == (3, 120)
    assert kept.get(1, lambda: torch.zeros(10))[0] == 1
    assert kept.get(4, lambda: torch.zeros(10))[0] == 0
    kept.of_network("b")
    assert kept.get(1, lambda: torch.zeros(10))[0] == 0
    two = [build_encoder(SPECS["resnet2d"]) for _ in range(2)]
    assert encoder_sha256(two[0], CPU) != encoder_sha256(two[1], CPU)


def test_how_often_a_volume_is_turned() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_turn(rng) for _ in range(4000)]
    assert np.mean([turn.mirrored for turn in drawn]) == pytest.approx(0.2, abs=0.025)
    assert np.mean([turn.degrees != 0 for turn in drawn]) == pytest.approx(0.2, abs=0.025)
    assert max(abs(turn.degrees) for turn in drawn) <= 20
    assert Turn(mirrored=False, degrees=0.0) == STRAIGHT


def test_vectors_behind_a_short_pretraining_tell_slices_apart() -> None:
    """Running means of batch norm lag behind a few steps; in fifty layers that leaves one vector for all."""
    spec, recipe = SPECS["efficientnet_b0"], SliceRecipe(slice_size=(32, 32))
    config = PretrainingConfig(epochs=1, batch_size=16, monitor_every=0)
    encoder = pretrain_encoder(spec, patients(6), recipe, config, seed=1, device=CPU)
    shown = torch.from_numpy(patients(6)[5].pixels.astype(np.float32)).unsqueeze(1)
    with torch.no_grad():
        vectors = encoder(shown)
    assert float(vectors.std(dim=0).mean()) > 0.1 * float(vectors.abs().mean())
