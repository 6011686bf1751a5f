from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.statistics.roc import auc
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.evaluation.strata import (
    PairsWithin,
    _out_of_fold_probability,
    read_strata,
    strata_measures,
    write_strata,
)


def test_auc_counts_pairs() -> None:
    positive = np.array([False, False, True, True])
    # Of four pairs: 3 above 1 and 2, 2 above 1 and equal to 2.
    assert auc(np.array([1.0, 2.0, 3.0, 2.0]), positive) == pytest.approx(3.5 / 4)
    assert np.isnan(auc(np.arange(4.0), np.ones(4, bool)))


def test_within_strata_only_pairs_of_one_stratum_count() -> None:
    follow_up = FollowUp(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, bool))
    label = np.array(["a", "b", "a", "b"])
    risk = np.array([4.0, 1.0, 3.0, 2.0])
    # a: 1 before 3, right; b: 2 before 4, wrong.
    assert concordance(follow_up, risk, label) == 0.5
    assert concordance(follow_up, risk) == pytest.approx(4 / 6)


def test_the_file_comes_back_in_the_order_asked_for(tmp_path: Path) -> None:
    write_strata(tmp_path / "s.csv", ["p", "q"], ["a", "b"], [10.0, 20.0], np.array([[1.0, 2.0], [3.0, 4.0]]))
    stratum, volume, means = read_strata(tmp_path / "s.csv", ["q", "p"])
    assert stratum.tolist() == ["b", "a"]
    assert volume.tolist() == [20, 10]
    assert means.tolist() == [[3, 4], [1, 2]]


def test_a_source_is_told_by_patients_of_other_folds() -> None:
    rng = np.random.default_rng(1)
    second = rng.random(200) < 0.4
    x = rng.normal(size=(200, 5))
    fold = np.arange(200) % 5
    assert 0.35 < auc(_out_of_fold_probability(x, second, fold), second) < 0.65
    x[:, 2] += 3 * second
    assert auc(_out_of_fold_probability(x, second, fold), second) > 0.95


def test_the_figures_name_what_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    n = 60
    risk = rng.normal(size=n)
    time = rng.exponential(np.exp(-risk) * 15) + 0.1
    follow_up = FollowUp(time, rng.random(n) < 0.8)
    stratum = np.where(np.arange(n) % 3 == 0, "a", "b").tolist()
    patients = [str(i) for i in range(n)]
    write_strata(tmp_path / "strata.csv", patients, stratum, np.exp(risk).tolist(), risk[:, None])
    survival = np.tile(np.linspace(1, 0.4, 25), (n, 1))
    samples = [rng.integers(n, size=n) for _ in range(20)]
    fold = np.arange(n) % 4
    label, volume, means = read_strata(tmp_path / "strata.csv", patients)
    pairs = PairsWithin(follow_up, label, fold)
    found = {m.name: m for m in strata_measures(pairs, volume, means, risk, survival, samples)}
    first = next(iter(found.values()))
    assert first.name == "C-index, same source, mean over folds"
    together = found["C-index, same source, all folds together"]
    assert together.value == concordance(follow_up, risk, np.array(stratum))
    assert together.lower is not None
    assert together.lower < together.value
    # The volume ranks as the risk does here, so nothing is gained over it.
    assert found["their difference"].value == 0
    assert found["AUC for b against a of the risk score"].value == pytest.approx(
        auc(risk, np.array(stratum) == "b")
    )
    assert {"S(12): predicted less observed, all", "S(24): predicted less observed, b"} <= set(found)
