"""Contrastive pretraining: views, batches, monitors, and that it learns; in 2D and in 3D."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import Tiny
from torch import nn

from ctprog_gui.core.shared.run_events import read_events
from training.fitting.run_folder import RunFolder
from training.optimisation.loop import EpochReport, LoopOptions
from training.pretraining.contrastive import ContrastiveOptions, fit_contrastive, spread_out
from training.pretraining.monitors import effective_rank, probe
from training.pretraining.views import SliceViews, ViewOptions
from training.pretraining.watch import Watch

STILL = ViewOptions(least_share=1.0, turn_degrees=0.0, noise_hu=0.0, blur=0.0, shift_hu=0.0)
WINDOW = (-1000.0, 400.0)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def slices(count: int = 4, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.3, 0.7, size=(count, 24, 36)).astype(np.float16)


def test_a_view_is_a_matter_of_its_seed_alone() -> None:
    views = SliceViews(slices(), WINDOW, ViewOptions())
    together = views(np.array([0, 2, 1]), np.array([5, 6, 7]))
    assert together.shape == (3, 1, 24, 36)
    assert torch.allclose(together[1:2], views(np.array([2]), np.array([6])), atol=1e-6)
    assert not torch.allclose(together[1:2], views(np.array([2]), np.array([8])), atol=1e-2)
    assert float(together.min()) >= 0
    assert float(together.max()) <= 1


def test_without_differences_a_view_is_the_slice_or_its_mirror_image() -> None:
    pixels = slices(1)
    views = SliceViews(pixels, WINDOW, STILL)
    one = pixels[0].astype(np.float32)
    mirrored = [one[::down, ::across] for down in (1, -1) for across in (1, -1)]
    seen = set()
    for seed in range(12):
        view = views(np.array([0]), np.array([seed]))[0, 0].numpy()
        errors = [float(np.abs(view - other).max()) for other in mirrored]
        assert min(errors) < 1e-3
        seen.add(int(np.argmin(errors)))
    assert seen == {0, 1, 2, 3}


def test_noise_and_level_are_in_hu() -> None:
    grey = np.full((64, 40, 40), 0.5, dtype=np.float16)
    width = WINDOW[1] - WINDOW[0]
    loud = ViewOptions(least_share=1.0, turn_degrees=0.0, noise_hu=40.0, blur=0.0, shift_hu=0.0)
    found = SliceViews(grey, WINDOW, loud)(np.arange(64), np.arange(64)) * width
    spread = found.std(dim=(1, 2, 3))
    assert 30 < float(spread.max()) <= 41
    assert float(spread.mean()) == pytest.approx(20, abs=4)
    level = ViewOptions(least_share=1.0, turn_degrees=0.0, noise_hu=0.0, blur=0.0, shift_hu=50.0)
    shift = (
        SliceViews(grey, WINDOW, level)(np.arange(64), np.arange(64)).mean(dim=(1, 2, 3)) * width - width / 2
    )
    assert 40 < float(shift.abs().max()) <= 50.5
    assert abs(float(shift.mean())) < 12


def test_a_turned_disc_stays_a_disc_on_slices_that_are_not_square() -> None:
    rows, columns = np.ogrid[:48, :72]
    disc = ((rows - 23.5) ** 2 + (columns - 35.5) ** 2 <= 12**2).astype(np.float16)[None]
    turned = ViewOptions(least_share=1.0, turn_degrees=90.0, noise_hu=0.0, blur=0.0, shift_hu=0.0)
    for seed in range(6):
        view = SliceViews(disc, (0.0, 1.0), turned)(np.array([0]), np.array([seed]))[0, 0].numpy()
        assert np.abs(view - disc[0].astype(np.float32)).mean() < 0.02


def test_a_batch_holds_as_many_patients_as_it_can() -> None:
    group = np.repeat(np.arange(10), [3, 9, 5, 5, 5, 5, 5, 5, 5, 5])
    rng = np.random.default_rng(1)
    order = spread_out(group, rng)
    assert sorted(order.tolist()) == list(range(len(group)))
    assert all(len(set(group[order[start : start + 10]].tolist())) == 10 for start in (0, 10, 20))
    assert not np.array_equal(order, spread_out(group, rng))


class Small(nn.Module):
    def __init__(self, dims: int) -> None:
        super().__init__()
        convolution = nn.Conv2d if dims == 2 else nn.Conv3d
        normal = nn.BatchNorm2d if dims == 2 else nn.BatchNorm3d
        self.layers = nn.Sequential(convolution(1, 8, 3, 2), normal(8), nn.ReLU(), convolution(8, 12, 3, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x).flatten(2).mean(dim=2)


@pytest.mark.parametrize("dims", [2, 3])
def test_images_are_known_again(dims: int) -> None:
    """Images of a mean and a texture of their own; the same loop for slices and for volumes."""
    rng = np.random.default_rng(3)
    count, size = 32, (12,) * dims
    level, grain = rng.normal(size=count), rng.uniform(0.2, 2, size=count)

    def views(index: np.ndarray, seeds: np.ndarray) -> torch.Tensor:
        made = [
            level[i] + grain[i] * np.random.default_rng(seed).normal(size=size)
            for i, seed in zip(index, seeds, strict=True)
        ]
        return torch.from_numpy(np.stack(made).astype(np.float32)).unsqueeze(1)

    torch.manual_seed(1)
    encoder = Small(dims)
    told: list[EpochReport] = []
    fit_contrastive(
        encoder,
        12,
        views,
        np.arange(count),
        ContrastiveOptions(LoopOptions(25), 32, 0.02, 1e-4, 0.1, 32, 8),
        seed=2,
        device=torch.device("cpu"),
        watch=Watch(on_epoch=lambda report, seen: told.append(report)),
    )
    assert told[-1].loss < told[0].loss - 0.5
    assert told[-1].counts["known_again"] > told[0].counts["known_again"] + 5


def test_monitors_tell_what_is_in_the_features() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(40), 10)
    targets = rng.normal(size=(400, 2))
    counts = np.ones((400, 2), dtype=bool)
    good = np.hstack([targets @ rng.normal(size=(2, 6)), 0.1 * rng.normal(size=(400, 2))])
    useless = rng.normal(size=(400, 8))
    told, untold = probe(good, targets, counts, group, seed=1), probe(useless, targets, counts, group, seed=1)
    assert told["linear_probe_r2"] > 0.95
    assert told["knn_r2"] > 0.6
    assert untold["linear_probe_r2"] < 0.1
    assert untold["knn_r2"] < 0.1
    assert set(probe(good, targets, np.zeros_like(counts), group, seed=1)) == {"effective_rank"}


def test_monitors_never_try_a_patient_they_learnt_from() -> None:
    """Features that tell the patient and nothing else are worth nothing for another patient's target."""
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(40), 10)
    identity = np.eye(40)[group] + 0.01 * rng.normal(size=(400, 40))
    targets = rng.normal(size=40)[group][:, None]
    told = probe(identity, targets, np.ones((400, 1), dtype=bool), group, seed=1)
    assert told["linear_probe_r2"] < 0.1
    assert told["knn_r2"] < 0.1


def test_effective_rank() -> None:
    rng = np.random.default_rng(6)
    left, _ = np.linalg.qr(rng.normal(size=(200, 8)))
    left = left - left.mean(axis=0)
    assert effective_rank(np.linalg.qr(left)[0]) == pytest.approx(8, abs=0.2)
    line = rng.normal(size=(200, 1)) @ rng.normal(size=(1, 8)) + 5
    assert effective_rank(line) == pytest.approx(1, abs=1e-6)
    assert effective_rank(np.ones((200, 8))) == 0


def test_simclr_by_the_command_line_ends_with_the_same_bits_when_it_is_interrupted(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ["pretraining.method=simclr", "pretraining.epochs=3", "pretraining.monitor_every=2"]
    chosen = [part for setting in settings for part in ("--set", setting)]
    monkeypatch.setenv("CTPROG_HOME", str(tiny_home.without_encoders(tmp_path / "home")))
    assert tiny_home.fit(tmp_path / "unbroken", *chosen) == 0
    told, _ = read_events(tmp_path / "unbroken" / "events.jsonl")
    learning = [event["metrics"] for event in told if event["stage"] == "pretrain"]
    assert [set(one) >= {"loss", "known_again"} for one in learning] == [True] * 3
    monitors = {"linear_probe_r2", "knn_r2", "effective_rank"}
    assert [set(one) >= monitors for one in learning] == [False, True, True]
    monkeypatch.setenv("CTPROG_HOME", str(tiny_home.without_encoders(tmp_path / "other home")))
    tell, stopped = RunFolder.event, False

    def event(self: RunFolder, stage: str, step: int, of: int, **rest: object) -> None:
        nonlocal stopped
        tell(self, stage, step, of, **rest)
        if stage == "pretrain" and rest.get("epoch") == 1 and not stopped:
            stopped = True
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(RunFolder, "event", event)
    assert tiny_home.fit(tmp_path / "broken", *chosen) == 130
    assert tiny_home.fit(tmp_path / "broken", "--resume", *chosen) == 0
    for name in ("encoder.safetensors", "predictions.csv"):
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "unbroken" / name).read_bytes()
