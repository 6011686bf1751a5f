"""What the phantom's report rests on: bands that hold the truth or don't, and Cox beside DeepHit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation.bands import held, read_bands, write_bands
from training.phantom.beside_cox import cox_out_of_fold, main


def test_bands_come_back_and_hold_what_lies_between_their_ends(tmp_path: Path) -> None:
    low = np.array([[1, 0.8, 0.5], [1, 0.2, 0.1]])
    high = np.array([[1, 0.9, 0.7], [1, 0.4, 0.3]])
    write_bands(tmp_path / "bands.csv", ["a", "b"], low, high)
    found = read_bands(tmp_path / "bands.csv", ["b", "a"])
    assert found[0].tolist() == low[::-1, 1:].tolist()
    assert found[1].tolist() == high[::-1, 1:].tolist()
    true = np.array([[0.2, 0.31], [0.79, 0.7]])
    assert held(*found, true).tolist() == [[True, False], [False, True]]
    with pytest.raises(InputError, match="no band of c"):
        read_bands(tmp_path / "bands.csv", ["a", "c"])


def follow_up(times: np.ndarray) -> FollowUp:
    return FollowUp(np.minimum(times, 30.0), times < 30)


def test_cox_finds_a_proportional_hazard_and_no_difference_where_hazards_cross() -> None:
    rng = np.random.default_rng(3)
    n, folds = 1500, np.arange(1500) % 3
    x = rng.standard_normal(n)
    group = (rng.random(n) < 0.5).astype(float)
    chance = rng.exponential(size=n)
    proportional = follow_up(20 * (chance / np.exp(x)) ** (1 / 1.2))
    found = cox_out_of_fold(proportional, folds, [x[:, None]] * 3, 24)
    truth = np.exp(-((np.arange(25) / 20) ** 1.2)[None] * np.exp(x)[:, None])
    assert found.shape == (n, 25)
    assert np.abs(found - truth).mean() < 0.02
    # Early deaths in one group, late ones in the other: the phantom's own two laws.
    shape, scale = np.where(group > 0, 0.7, 2.4), np.where(group > 0, 26.0, 21.0)
    crossing = follow_up(scale * chance ** (1 / shape))
    curves = cox_out_of_fold(crossing, folds, [group[:, None]] * 3, 24)
    at_6 = [curves[group == one, 6].mean() for one in (0, 1)]
    true_6 = [np.exp(-((6 / 21) ** 2.4)), np.exp(-((6 / 26) ** 0.7))]
    assert true_6[0] - true_6[1] > 0.2 > 0.1 > abs(at_6[0] - at_6[1])


def test_a_folder_that_is_no_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "truth.csv")]) == 1
    assert capsys.readouterr().err.startswith("beside_cox: cannot read the configuration")
    assert main([]) == 2
