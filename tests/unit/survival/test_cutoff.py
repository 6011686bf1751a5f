"""The cut-off search against R's maxstat, printed tables, and chance itself."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ctprog_gui.core.survival.cutoff import select_cutoff
from ctprog_gui.core.survival.logrank import logrank
from ctprog_gui.core.survival.maximal import (
    candidate_cuts,
    exact_bound,
    lausen_1992_p,
    lausen_1994_p,
    logrank_scores,
)
from ctprog_gui.core.survival.sample import FollowUp


def _sample(n: int, seed: int, effect: float = 0.0) -> tuple[FollowUp, np.ndarray]:
    rng = np.random.default_rng(seed)
    risk = rng.normal(size=n)
    death = rng.exponential(10 * np.exp(-effect * (risk > 0.3)))
    lost = rng.exponential(25, n)
    return FollowUp(np.minimum(death, lost), death <= lost), risk


def test_age_in_the_lung_data(shared_data: Path) -> None:
    folder = shared_data / "reference_values"
    expected = json.loads((folder / "reference_values.json").read_text())["lung_age_maxstat"]
    with (folder / "lung.csv").open() as file:
        rows = list(csv.DictReader(file))
    follow_up = FollowUp(
        np.array([float(row["time"]) for row in rows]), np.array([row["status"] == "2" for row in rows])
    )
    found = select_cutoff(follow_up, [float(row["age"]) for row in rows], permutations=500)
    assert found.choice.value == expected["cut"]
    assert found.statistic == pytest.approx(expected["stat"], rel=1e-9)
    # The reference was computed with pmethod = "Lau94".
    assert found.p_lausen_1994 == pytest.approx(expected["p"], rel=1e-9)
    assert found.choice.in_sample
    assert "10 %" in found.choice.rule
    # The two formulas are conservative, and one fixed cut knows nothing of the search.
    assert found.p_uncorrected < found.p_permutation < found.p_lausen_1994 < found.p_lausen_1992


@pytest.mark.parametrize(
    ("quantile", "share", "p"),
    [(2.539, 0.25, 0.1), (2.829, 0.25, 0.05), (2.56, 0.4, 0.05), (3.054, 0.1, 0.05), (3.588, 0.1, 0.01)],
)
def test_table_2_of_lausen_and_schumacher(quantile: float, share: float, p: float) -> None:
    assert lausen_1992_p(quantile, share) == pytest.approx(p, rel=2e-3)


def test_page_489_of_lausen_sauerbrei_and_schumacher() -> None:
    assert lausen_1994_p(2.5, np.arange(5, 16), 20) == pytest.approx(0.073, abs=5e-4)


def test_the_exact_limit_is_that_of_maxstat() -> None:
    # pmaxstat(2.5, 1:20, 5:15) as R prints it.
    assert exact_bound(2.5, np.arange(20), np.arange(5, 16)) == pytest.approx(0.09403538, rel=1e-7)


def test_the_exact_limit_of_one_cut_is_the_permutation_test() -> None:
    # Sums of 2 of 0, 1, 2, 3: the outermost, 1 and 5, are 2 of 6.
    z = (3 - 1) / (2 * 2 / (16 * 3) * (4 * 14 - 36)) ** 0.5
    assert exact_bound(z, np.arange(4), np.array([2])) == pytest.approx(2 / 6)


def test_the_statistic_of_a_cut_is_near_the_log_rank_test_s() -> None:
    follow_up, risk = _sample(300, 1)
    candidates = candidate_cuts(follow_up, risk, 0.1)
    for i in (0, candidates.cut.size // 2, -1):
        high = risk > candidates.cut[i]
        test = logrank(follow_up.where(high), follow_up.where(~high))
        signed = np.sqrt(test.chi_square) * np.sign(test.observed[0] - test.expected[0])
        # Permutation variance against the hypergeometric one.
        assert candidates.statistic[i] == pytest.approx(signed, abs=0.25)
    assert logrank_scores(follow_up).sum() == pytest.approx(0, abs=1e-9)


def test_a_true_cut_is_found_and_sides_are_kept() -> None:
    follow_up, risk = _sample(400, 2, effect=1.5)
    found = select_cutoff(follow_up, risk, permutations=300)
    assert 0.1 < found.choice.value < 0.5
    assert found.candidates.statistic[np.argmax(np.abs(found.candidates.statistic))] > 0
    assert found.p_permutation == pytest.approx(1 / 301)
    low = [int((risk <= cut).sum()) for cut in found.candidates.cut]
    assert found.candidates.low.tolist() == low
    assert min(low) == 40
    assert max(low) == 360


def test_p_by_permutation_is_even_without_an_effect() -> None:
    p = [select_cutoff(*_sample(40, seed), permutations=99, seed=seed).p_permutation for seed in range(100)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_the_exact_limit_is_a_limit() -> None:
    found = select_cutoff(*_sample(24, 5, effect=1.6), permutations=3000)
    assert found.p_permutation < found.p_hothorn_lausen() < 1


@pytest.mark.parametrize(
    ("time", "event", "risk", "share", "reason"),
    [
        ([1, 2, 3], [0, 0, 0], [1, 2, 3], 0.1, "at least one death"),
        ([1, 2, 3], [1, 0, 1], [1, 1, 1], 0.1, "no cut leaves 10 %"),
        ([1, 2, 3], [1, 0, 1], [1, np.nan, 1], 0.1, "not a finite number"),
        ([1, 2, 3], [1, 0, 1], [1, 2], 0.1, "2 risk scores for 3"),
        ([1, 2, 3], [1, 0, 1], [1, 2, 3], 0.5, "between 0 and ½"),
    ],
)
def test_what_the_search_refuses(
    time: list[float], event: list[int], risk: list[float], share: float, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        select_cutoff(FollowUp(np.array(time), np.array(event)), risk, least_share=share)


def test_too_many_patients_for_exact_distributions() -> None:
    found = select_cutoff(*_sample(501, 3), permutations=9)
    with pytest.raises(ValueError, match="501 patients are too many"):
        found.p_hothorn_lausen()
