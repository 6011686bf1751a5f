"""What a cohort's cases look like: limits that few of them pass, and the command that tells a bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tiny_run import Tiny

from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.likeness import Likeness, Sight, hu_histogram
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.shared.errors import InputError
from training.__main__ import main
from training.exporting import likeness as fitting
from training.exporting.export import export
from training.exporting.likeness import (
    FLAGGED,
    choose_limits,
    fit_embedding,
    fit_likeness,
    flagged_out_of_fold,
)


def sights(count: int, seed: int, *, offset: float = 0.0) -> list[Sight]:
    """Cases that differ in level, size and six features, two of which say the same."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        features = rng.normal(size=6) + offset
        features[1] = features[0] + 0.1 * rng.normal()
        hu = rng.normal(20 * rng.normal(), 50, size=400)
        found.append(Sight({"roi_volume_mm3": float(np.exp(rng.normal(9, 1)))}, hu_histogram(hu), features))
    return found


def test_about_one_own_case_in_twenty_is_called_unlike_and_no_more_of_new_ones() -> None:
    folds = np.arange(300) % 10
    fitted = fit_likeness(sights(300, 1), folds)
    # Three binomial standard errors of 5 % in 300.
    assert fitted.told["flagged_share"] == pytest.approx(FLAGGED, abs=0.038)


def test_a_scan_whose_features_break_a_correlation_is_far() -> None:
    embedding = fit_embedding(np.array([sight.embedding for sight in sights(300, 2)]))
    usual, broken = np.zeros(6), np.zeros(6)
    usual[:2] = 1.5, 1.5
    broken[:2] = 1.5, -1.5
    # Without the covariance the two would be equally far; shrinking takes some of the difference.
    assert embedding.distance(broken) > 3 * embedding.distance(usual)


def test_more_features_than_cases_still_give_a_distance() -> None:
    rng = np.random.default_rng(5)
    known = rng.normal(size=(50, 200))
    embedding = fit_embedding(known)
    own = np.mean([embedding.distance(one) for one in known])
    new = [embedding.distance(one) for one in rng.normal(size=(50, 200))]
    assert np.mean(new) == pytest.approx(own, rel=0.5)
    assert embedding.distance(rng.normal(4.0, 1.0, 200)) > 2 * max(new)


def test_limits_of_independent_checks_are_passed_as_often_as_asked() -> None:
    rng = np.random.default_rng(6)
    statistics = rng.normal(size=(2000, 4))
    limits = choose_limits(statistics, one_sided=1)
    assert limits.low[3] == -np.inf
    # Seven tails move together, a case each.
    assert limits.passed(statistics).mean() == pytest.approx(FLAGGED, abs=7 / 2000)
    assert limits.passed(rng.normal(size=(20000, 4))).mean() == pytest.approx(FLAGGED, abs=0.012)
    assert flagged_out_of_fold(statistics, np.arange(2000) % 5, one_sided=1) == pytest.approx(
        FLAGGED, abs=0.015
    )


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(InputError, match="12 cases are too few"):
        fit_likeness(sights(12, 1), np.arange(12) % 3)


def test_a_bundle_is_told_of_its_cohort(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ctprog_gui.core.cohort.table import read_cohort
    from training.preparation.case import read_case

    monkeypatch.setenv("CTPROG_HOME", str(tiny.folder / "home"))
    bundle = tmp_path / "bundle"
    export(tiny.run, bundle)
    without = shutil.copytree(bundle, tmp_path / "without")
    told = ["likeness", str(bundle), "--cohort", str(tiny.table)]
    assert main(told) == 1
    assert "too few" in capsys.readouterr().err
    assert Bundle.open(bundle).sha256 == Bundle.open(without).sha256
    monkeypatch.setattr(fitting, "_FEWEST", 10)
    assert main(told) == 0
    opened = Bundle.open(bundle)
    # Telling it again changes nothing: the card keeps one paragraph.
    assert main(told) == 0
    assert Bundle.open(bundle).sha256 == opened.sha256
    assert (bundle / "docs/README.md").read_text().count("## Out of range") == 1
    known = Likeness.of_bundle(opened)
    assert known is not None
    assert known.ranges["slice_spacing_mm"][0] > 0
    volume, roi = read_case(read_cohort(tiny.table).rows[0])
    mine = Predictor(opened).predict(Case(volume, roi)).prediction
    theirs = Predictor(Bundle.open(without)).predict(Case(volume, roi)).prediction
    assert mine.risk_score == theirs.risk_score
    assert theirs.likeness is None
    assert mine.likeness is not None
    assert mine.likeness["cases"] == 12
    assert mine.likeness["not_known"] == ["tube voltage", "reconstruction kernel"]
    assert main([*told, "--leave-out", "nobody"]) == 1
    assert "no patient nobody" in capsys.readouterr().err
