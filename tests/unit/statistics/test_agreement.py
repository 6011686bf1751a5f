"""ICC against R's psych on Shrout and Fleiss's table, Bland–Altman and signed ranks by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from ctprog_gui.core.statistics.agreement import IccKind, bland_altman, icc
from ctprog_gui.core.statistics.signed_rank import signed_rank

# Shrout and Fleiss 1979, table 2: six subjects, four judges.
TABLE = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
# psych's names, in the order of McGraw and Wong's in `IccKind`.
PSYCH = dict(zip(("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"), get_args(IccKind), strict=True))


@pytest.mark.parametrize("name", PSYCH)
def test_icc(shared_data: Path, name: str) -> None:
    path = shared_data / "reference_values" / "reference_values.json"
    expected = {row["type"]: row for row in json.loads(path.read_text())["ICC_ShroutFleiss"]}[name]
    found = icc(TABLE, PSYCH[name])
    assert float(found.value) == pytest.approx(expected["ICC"], rel=1e-9)
    bounds = (expected["lower bound"], expected["upper bound"])
    assert (float(found.lower), float(found.upper)) == pytest.approx(bounds, rel=1e-8)
    assert (float(found.f), float(found.p)) == pytest.approx((expected["F"], expected["p"]), rel=1e-8)
    assert found.freedom == (expected["df1"], expected["df2"])


def test_many_features_at_once_are_each_its_own() -> None:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(5, 8, 1)) + 0.3 * rng.normal(size=(5, 8, 3))
    together = icc(features)
    for i, one in enumerate(features):
        alone = icc(one)
        assert together.value[i] == pytest.approx(float(alone.value))
        assert together.lower[i] == pytest.approx(float(alone.lower))


def test_readers_who_agree_and_readers_with_an_offset() -> None:
    same = np.repeat([[1.0], [4.0], [9.0]], 2, axis=1)
    found = icc(same)
    assert (float(found.value), float(found.lower), float(found.upper)) == (1, 1, 1)
    offset = same + np.array([0.0, 5.0])
    assert float(icc(offset, "C,1").value) == pytest.approx(1)
    assert float(icc(offset, "A,1").value) < 0.7
    assert np.isnan(icc(np.ones((4, 2))).value)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [(np.ones((1, 3)), "two subjects"), (np.ones((3, 1)), "two raters"), ([[1, np.nan], [1, 2]], "missing")],
)
def test_what_icc_refuses(ratings: np.ndarray, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        icc(ratings)


def test_icc_of_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="B,1"):
        icc(TABLE, "B,1")


def test_bland_altman_by_hand() -> None:
    # Differences −1, 0, 1, 2: mean ½, s = √(5/3); t(0.975, 3) = 3.182446.
    found = bland_altman([1, 2, 3, 4], [2, 2, 2, 2])
    spread = (5 / 3) ** 0.5
    assert found.bias == pytest.approx(0.5)
    assert (found.lower, found.upper) == pytest.approx((0.5 - 1.959964 * spread, 0.5 + 1.959964 * spread))
    assert found.bias_interval == pytest.approx(
        (0.5 - 3.182446 * spread / 2, 0.5 + 3.182446 * spread / 2), rel=1e-6
    )
    half = 3.182446 * spread * (1 / 4 + 1.959964**2 / 6) ** 0.5
    assert found.upper_interval == pytest.approx((found.upper - half, found.upper + half), rel=1e-6)
    with pytest.raises(ValueError, match="4 readings against 3"):
        bland_altman([1, 2, 3, 4], [1, 2, 3])
    with pytest.raises(ValueError, match="finite"):
        bland_altman([1, 2, np.inf], [1, 2, 3])


def test_signed_rank_as_the_slice_attention_paper_prints_it() -> None:
    # Six pairs that all differ one way: statistic 0, p 0.03125, r 0.899.
    found = signed_rank([0.60, 0.58, 0.61, 0.57, 0.59, 0.63], [0.55, 0.56, 0.57, 0.54, 0.58, 0.57])
    assert (found.statistic, found.p, found.pairs) == (0, 0.03125, 6)
    assert found.effect_size == pytest.approx(0.899, abs=5e-4)


def test_signed_rank_with_ties_zeros_and_nothing() -> None:
    found = signed_rank([1, 2, 3, 4, 9], [1, 1, 2, 5, 2])
    # Differences 1, 1, −1, 7: ranks 2, 2, 2, 4; sums 8 and 2.
    assert (found.statistic, found.pairs) == (2, 4)
    # z = (8 − 5) / √(7.5 − (27 − 3)/48).
    assert found.effect_size == pytest.approx(3 / 7**0.5 / 2)
    assert signed_rank([1, 2], [1, 2]).p == 1
    with pytest.raises(ValueError, match="2 values against 3"):
        signed_rank([1, 2], [1, 2, 3])
