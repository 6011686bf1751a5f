"""Fitting attention and risk of a ROI, on measures whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from ctprog_gui.core.inference.roi_attention import RoiMeasurements
from ctprog_gui.core.inference.slice_attention import months_lost
from ctprog_gui.core.networks.spec import RoiAttentionSpec, RoiEncoderSpec
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.cox import fit_cox
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.configuration.experiment import RidgeConfig
from training.fitting.roi_engine import RoiFeatures, fit_roi_head, predict_roi, tune

SPEC = RoiAttentionSpec(RoiEncoderSpec(widths=(4, 4, 4, 4), measures=("signal", "noise", "scanner")))
CONFIG = RidgeConfig(ridge=(0.03,))
ALL = np.arange(160)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Matrices this small are not worth sharing."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(seed: int, *, of_signal: float = 1.0, of_stratum: float = 0.0) -> tuple[RoiFeatures, np.ndarray]:
    """Patients whose hazard depends on a measure and on the collection, which "scanner" gives away."""
    rng = np.random.default_rng(seed)
    n = len(ALL)
    signal, stratum = rng.normal(size=n), rng.integers(2, size=n)
    hazard = 0.05 * np.exp(of_signal * signal + of_stratum * stratum)
    death, censored = rng.exponential(1 / hazard), rng.uniform(6, 60, size=n)
    follow_up = FollowUp(np.minimum(death, censored), death <= censored)
    measured = []
    for i in range(n):
        slices = int(rng.integers(3, 7))
        features = np.stack([np.full(slices, v) for v in (signal[i], rng.normal(), stratum[i])], axis=1)
        features += rng.normal(size=features.shape) * 0.1
        area = rng.uniform(50, 200, size=slices + 1)
        area[-1] = 0
        measured.append(
            RoiMeasurements(
                torch.tensor(np.vstack([features, np.full((1, 3), 50.0)]), dtype=torch.float32),
                torch.tensor(area, dtype=torch.float32).log(),
                torch.tensor(np.log(area.sum()), dtype=torch.float32),
            )
        )
    return RoiFeatures.of(measured, monthly_targets(follow_up, 24), stratum), signal


def test_slices_without_roi_are_left_out() -> None:
    data, _ = made(1)
    assert data.features.shape[1] == 6
    assert float(data.features.max()) < 40
    assert torch.isfinite(data.log_area).sum(dim=1).min() >= 3


def test_what_drives_the_hazard_is_found() -> None:
    data, signal = made(1)
    head = fit_roi_head(SPEC, data, ALL[:100], CONFIG, 0.03, seed=None)
    survival, attention = predict_roi(head, data, ALL[100:])
    assert head.risk[0] > 3 * head.risk[1:].abs().max()
    follow_up = data.targets.follow_up.where(ALL[100:])
    found, best = concordance(follow_up, months_lost(survival)), concordance(follow_up, signal[100:])
    assert found > best - 0.03
    assert attention.sum(axis=1) == pytest.approx(np.ones(60))
    assert (np.diff(survival, axis=1) <= 0).all()


def test_the_curve_is_at_the_level_of_the_training_patients() -> None:
    data, _ = made(2)
    head = fit_roi_head(SPEC, data, ALL, CONFIG, 0.03, seed=None)
    survival, _ = predict_roi(head, data, ALL)
    observed = kaplan_meier(data.targets.follow_up)
    for month in (6, 12, 24):
        # A death in bin b counts as month b + 1.
        assert survival[:, month].mean() == pytest.approx(observed.at(month - 0.5), abs=0.06)


def test_the_curve_s_level_can_be_that_of_one_collection() -> None:
    data, _ = made(6, of_stratum=1.5)
    at_first, at_both = (fit_roi_head(SPEC, data, ALL, CONFIG, 0.03, seed=None, level=n) for n in (0, None))
    # Only the level differs, not who is ranked above whom.
    for name in ("risk", "attention", "shape"):
        assert torch.equal(getattr(at_first, name), getattr(at_both, name))
    first = np.flatnonzero(data.stratum.numpy() == 0)
    observed = kaplan_meier(data.targets.follow_up.where(first))
    for month in (12, 24):
        own, both = (predict_roi(head, data, first)[0][:, month].mean() for head in (at_first, at_both))
        assert own == pytest.approx(observed.at(month - 0.5), abs=0.06)
        assert both < own - 0.06


def test_what_only_tells_the_collection_is_no_signal() -> None:
    data, _ = made(3, of_signal=0.7, of_stratum=2.0)
    blind = fit_roi_head(SPEC, data, ALL, CONFIG, 0.01, seed=None)
    one = RoiFeatures(**{**data.__dict__, "stratum": torch.zeros_like(data.stratum)})
    told = fit_roi_head(SPEC, one, ALL, CONFIG, 0.01, seed=None)
    assert told.risk[2] > 0.2
    assert blind.risk[2] < 0.05


def test_a_larger_ridge_holds_the_risk_back_and_a_seed_is_a_bootstrap_sample() -> None:
    data, _ = made(4)
    small, large = (fit_roi_head(SPEC, data, ALL, CONFIG, r, seed=None) for r in (0.01, 10.0))
    assert large.risk.norm() < 0.3 * small.risk.norm()
    one, two, again = (fit_roi_head(SPEC, data, ALL, CONFIG, 0.03, seed=s) for s in (1, 2, 1))
    assert not torch.allclose(one.risk, two.risk)
    assert torch.equal(one.risk, again.risk)


def test_ridge_and_scale_are_chosen_among_training_patients_alone() -> None:
    data, _ = made(5)
    config = RidgeConfig(ridge=(0.03, 100.0), inner_folds=3, inner_repeats=2)
    train = ALL[:120]
    tuned = tune(SPEC, data, train, config, seed=1)
    assert set(tuned.scores) == {0.03, 100.0}
    assert tuned.ridge == max(tuned.scores, key=lambda r: tuned.scores[r])
    # What the others are has no say.
    spoilt = RoiFeatures(**{**data.__dict__, "features": data.features.clone()})
    spoilt.features[120:] = 99.0
    assert tune(SPEC, spoilt, train, config, seed=1) == tuned


def test_a_risk_held_back_is_scaled_to_what_it_means_for_others() -> None:
    """However strong the penalty: predicted survival differs as much as that of new patients does."""
    train, test = ALL[:120], ALL[120:]
    data, _ = made(7)
    for ridge in (0.1, 1.0):
        config = RidgeConfig(ridge=(ridge,), inner_folds=4)
        scale = tune(SPEC, data, train, config, seed=1).scale
        slopes = []
        for factor in (1.0, scale):
            head = fit_roi_head(SPEC, data, train, config, ridge, seed=None, scale=factor)
            survival, _ = predict_roi(head, data, test)
            log_hazard = np.log(-np.log(survival[:, 12]))
            slopes.append(float(fit_cox(data.targets.follow_up.where(test), log_hazard).coefficient[0]))
        assert slopes[0] > 1.5
        assert 0.6 < slopes[1] < 1.6


def _with_clinical(data: RoiFeatures, clinical: np.ndarray) -> RoiFeatures:
    return replace(data, clinical=torch.from_numpy(clinical.astype(np.float32)))


def test_a_clinical_number_that_drives_the_hazard_is_found_and_one_that_few_have_is_not() -> None:
    data, signal = made(5)
    # The measures tell the signal with noise; the clinical number tells it as it is, where it is known.
    data = replace(data, features=data.features * torch.tensor([0.0, 1.0, 1.0]))
    known = np.where(np.arange(len(ALL)) % 5 == 0, np.nan, signal)
    few = (np.arange(len(ALL)) < 6).astype(float)
    spec = replace(SPEC, clinical=("marker", "metastasis"))
    head = fit_roi_head(spec, _with_clinical(data, np.stack([known, few], 1)), ALL, CONFIG, 0.03, seed=None)
    assert head.risk[4] > 2 * head.risk[:4].abs().max()
    assert head.clinical_mean[0] == pytest.approx(np.nanmean(known), abs=1e-5)
    assert 1 / head.clinical_scale[0] == pytest.approx(np.nanstd(known), abs=1e-5)
    assert head.clinical_scale[1] == 0
    assert head.risk[5] == pytest.approx(0, abs=1e-6)


def test_the_numbers_of_one_category_are_held_back_together() -> None:
    data, signal = made(5)
    level = (signal > 0).astype(float)
    one = fit_roi_head(
        replace(SPEC, clinical=("marker",)), _with_clinical(data, level[:, None]), ALL, CONFIG, 0.3, seed=None
    )
    two = fit_roi_head(
        replace(SPEC, clinical=("marker=no", "marker=yes")),
        _with_clinical(data, np.stack([1 - level, level], 1)),
        ALL,
        CONFIG,
        0.3,
        seed=None,
    )
    # A yes and a no in two columns say what one column says, and weigh as much together.
    assert two.risk[5] - two.risk[4] == pytest.approx(float(one.risk[4]), rel=0.05)
