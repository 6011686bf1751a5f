"""The slice-attention paper's rows: every one of them is fitted for a step, and a part of one as a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import Tiny

import training
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.fitting.attention import read_slice_weights
from training.fitting.run_folder import read_predictions
from training.fitting.tuning import TunedNetwork, fit_tuned, predict_tuned, trained_modules
from training.fitting.turns import draw_turn, turned
from training.optimisation.checkpoint import read_checkpoint
from training.preparation.images import PreparedImage

PAPER = Path(training.__file__).parent / "configs" / "paper"


def row(name: str) -> SliceAttentionConfig:
    config = load_config(PAPER / f"{name}.yaml")
    assert isinstance(config, SliceAttentionConfig)
    return config


def rows() -> list[str]:
    """One configuration for each network, fitted part and aggregation that the tables hold."""
    found = {}
    for path in sorted(PAPER.glob("*.yaml")):
        network = row(path.stem).network
        found.setdefault((network.encoder, network.aggregation), path.stem)
    return sorted(found.values())


def images(side: int) -> list[PreparedImage]:
    rng = np.random.default_rng(1)
    return [
        PreparedImage(str(n), rng.random((n, side, side)).astype(np.float16), None, (1.0, 1.0, 3.0), {})
        for n in (2, 3)
    ]


@pytest.mark.parametrize("name", rows())
def test_every_row_takes_a_step(name: str) -> None:
    """Two volumes of two and three slices: the encoder's end and the head move, the rest does not."""
    config = row(name)
    # As small as the network can bear: its last map must have more than one place.
    two = images(64 if config.network.encoder.name in ("alexnet", "densenet3d_121", "medvit_small") else 32)
    torch.manual_seed(0)
    encoder = build_encoder(config.network.spec.encoder)
    settle_norms(encoder, torch.from_numpy(two[1].pixels.astype(np.float32)).unsqueeze(1))
    before = {key: value.clone() for key, value in encoder.state_dict().items()}
    network = TunedNetwork(encoder, build_head(config.network.spec), config.network.encoder.trainable)
    targets = monthly_targets(FollowUp(np.array([3.0, 9.0]), np.array([True, True])), 24)
    both = np.arange(2)
    fit = config.fit.model_copy(update={"epochs": 1, "learning_rate": 1e-2, "batch_size": 2})
    fit_tuned(network, two, targets, both, both, fit, seed=1, device=torch.device("cpu"))
    tuned = network.tuned_state()
    moved = {key for key, value in encoder.state_dict().items() if not torch.equal(value, before[key])}
    assert moved <= set(tuned)
    assert bool(moved) == (config.network.encoder.trainable != "none")
    survival, weights = predict_tuned(network, two, torch.device("cpu"))
    assert survival.shape == (2, 25)
    assert [round(float(one.sum()), 6) for one in weights] == [1.0, 1.0]


def test_the_papers_row_is_what_the_paper_says() -> None:
    config = row("table3_efficientnet_extractor")
    assert config.recipe.spacing_mm == (1, 1, 3)
    assert config.recipe.slice_size == (224, 224)
    spec = config.network.spec
    assert (spec.encoder.name, spec.bins, spec.hidden, spec.shared_layers) == ("efficientnet_b0", 24, 100, 5)
    assert (config.folds, config.fit.epochs, config.fit.learning_rate) == (10, 100, 1e-4)
    # Four of the paper's batches a step, ranked together.
    assert config.fit.batch_size * config.fit.accumulate == 4 * 4


def test_what_is_fitted_of_an_encoder() -> None:
    with torch.device("meta"):
        encoder = build_encoder(row("base").network.spec.encoder)
    last = trained_modules(encoder, "last")
    # The convolution to 1280 channels, and its norm.
    assert [sum(p.numel() for p in module.parameters()) for module in last] == [320 * 1280, 2 * 1280]
    assert trained_modules(encoder, "none") == []
    half = trained_modules(encoder, "half")
    assert half[-2:] == last
    layers = [m for m in encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    assert sum(isinstance(m, torch.nn.Conv2d) for m in half) == len(layers) - len(layers) // 2


def test_a_volume_is_turned_as_a_whole() -> None:
    volume = torch.zeros(3, 1, 40, 60)
    volume[:, :, 10:30, 20:40] = torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1, 1)
    seen = [turned(volume, draw_turn(np.random.default_rng(seed))) for seed in range(30)]
    assert all(torch.allclose(one[1], 2 * one[0]) and torch.allclose(one[2], 3 * one[0]) for one in seen)
    unchanged = sum(torch.equal(one, volume) for one in seen)
    assert 10 < unchanged < 30
    # The square keeps its area: turned about the middle in pixels, not in shares of the sides.
    assert all(float(one[0].sum()) == pytest.approx(400, rel=0.03) for one in seen)


def test_a_file_that_extends_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(InputError, match="does not lead back"):
        load_config(tmp_path / "a.yaml")


def test_a_run_that_fits_half_the_encoder_and_one_that_begins_with_it(
    tiny_home: Tiny, tmp_path: Path
) -> None:
    half = ["--set", "network.encoder.trainable=half", "--set", "fit.epochs=1"]
    first, second = tmp_path / "first", tmp_path / "second"
    assert tiny_home.fit(first, *half) == 0
    patients, *_, survival = read_predictions(first / "predictions.csv")
    assert len(patients) == 12
    assert (np.diff(survival, axis=1) <= 1e-9).all()
    weights = read_slice_weights(first / "attention_slices.csv")
    assert set(weights) == set(patients)
    begun = read_checkpoint(first / "encoder.safetensors")[0]
    tuned = read_checkpoint(first / "folds" / "0" / "tuned.safetensors")
    assert len(tuned) == 2
    assert any(not torch.equal(value, begun[key]) for key, value in tuned[0].items())
    slow = ["--set", "fit.learning_rate=1e-12", "--set", "fit.weight_decay=0", "--set", f"start_from={first}"]
    assert tiny_home.fit(second, *half, *slow) == 0
    heads = [read_checkpoint(run / "folds" / "1" / "checkpoint.safetensors")[0] for run in (first, second)]
    assert all(torch.allclose(heads[0][key], heads[1][key], atol=1e-6) for key in heads[0])


def test_a_run_of_another_network_is_no_start(
    tiny_home: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ["--set", f"start_from={tiny_home.run}", "--set", "network.hidden=9"]
    assert tiny_home.fit(tmp_path / "run", *other) == 1
    assert "another network" in capsys.readouterr().err
