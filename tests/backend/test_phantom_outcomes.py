"""The law of death, censoring, endpoints and controls, on patients whose images aren't drawn."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from scipy.ndimage import binary_erosion
from scipy.stats import kstest
from sklearn.metrics import roc_auc_score

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.phantom.cohort import write_cohort
from training.phantom.endpoints import PREVALENCE
from training.phantom.factors import FACTORS, Traits, stage, t_stage
from training.phantom.hazard import Law
from training.phantom.patient import TRUE_SURVIVAL_MONTHS, draw_times, law_of
from training.phantom.plan import Control, Options, Plan, ball_diameter, make_plan, traits_of

PATIENTS = 1500


@dataclass(frozen=True)
class Simulated:
    """What `draw_patient` decides, for tumours that nothing cuts off."""

    plan: Plan
    traits: list[Traits]
    values: list[dict[str, float]]
    laws: list[Law]
    death: np.ndarray
    follow_up: FollowUp
    other: np.ndarray

    def score(self, factor: str) -> np.ndarray:
        return np.array([FACTORS[factor].score(values[factor]) for values in self.values])

    @property
    def risk(self) -> np.ndarray:
        return np.array([self.plan.hazard.risk(law) for law in self.laws])

    @property
    def curve_c_td(self) -> float:
        curves = np.array([law.survival(TRUE_SURVIVAL_MONTHS) for law in self.laws])
        months = np.ceil(self.follow_up.time)
        binned = FollowUp(months, self.follow_up.event)
        return time_dependent_concordance(binned, 1 - curves, months.astype(int) - 1, censored_ties=True)


@cache
def _simulated(system: str = "slice_attention", seed: int = 8, **asked: object) -> Simulated:
    options = Options(system=system, **asked)
    plan = make_plan(options, seed)
    traits, values, laws, times, others = [], [], [], [], []
    for number in range(PATIENTS):
        one, (outcome, _, _, source, _) = traits_of(seed, number, plan.varying)
        volume = one.parameters.volume_mm3
        full = one.complete(volume, ball_diameter(volume), resected=plan.system.resected)
        other = "scanner" in plan.controls and bool(np.random.default_rng(source).random() < 0.5)
        law = law_of(plan, full, other=other)
        times.append(draw_times(plan, law, outcome, source if other else None))
        traits.append(one)
        values.append(full)
        laws.append(law)
        others.append(other)
    death, end = np.array(times).T
    follow_up = FollowUp(np.minimum(death, end), death <= end)
    return Simulated(plan, traits, values, laws, death, follow_up, np.array(others))


@pytest.mark.parametrize("system", ["slice_attention", "ipes", "deep_radscore", "dual_phase_nomogram"])
def test_deaths_follow_the_stated_law(system: str) -> None:
    """S(T) of each patient's own law is uniform."""
    drawn = _simulated(system, censoring=0.0)
    assert drawn.follow_up.event.all()
    survived = [float(law.survival(t)) for law, t in zip(drawn.laws, drawn.death, strict=True)]
    assert kstest(survived, "uniform").pvalue > 0.01
    # The test has the power to see another law.
    wrong = [float(law.survival(1.15 * t)) for law, t in zip(drawn.laws, drawn.death, strict=True)]
    assert kstest(wrong, "uniform").pvalue < 0.01


def test_crossing_hazards_follow_theirs() -> None:
    drawn = _simulated(censoring=0.0, controls=frozenset({"crossing"}))
    survived = [float(law.survival(t)) for law, t in zip(drawn.laws, drawn.death, strict=True)]
    assert kstest(survived, "uniform").pvalue > 0.01


@pytest.mark.parametrize("system", ["slice_attention", "ipes", "dual_phase_nomogram"])
def test_the_oracle_beats_each_factor(system: str) -> None:
    drawn = _simulated(system)
    oracle = concordance(drawn.follow_up, drawn.risk)
    single = {name: concordance(drawn.follow_up, drawn.score(name)) for name in drawn.plan.hazard.effects}
    assert oracle > max(single.values()) + 0.02
    assert min(single.values()) > 0.5
    assert drawn.curve_c_td == pytest.approx(oracle, abs=0.02)
    # 0.9 and 0.7 per standard deviation give about this.
    if system == "slice_attention":
        assert 0.73 < oracle < 0.79


@pytest.mark.parametrize(("share", "horizon"), [(0.2, None), (0.5, None), (0.4, 48.0), (0.6, 24.0)])
def test_the_share_of_censored_is_what_was_asked_for(share: float, horizon: float | None) -> None:
    drawn = _simulated(censoring=share, horizon_months=horizon)
    # Three standard errors at n = 1500, and as much again for the population it was set on.
    assert 1 - drawn.follow_up.event.mean() == pytest.approx(share, abs=0.055)
    if horizon is not None:
        assert drawn.follow_up.time.max() <= horizon


def test_cox_is_blind_to_crossing_hazards_and_the_curves_are_not() -> None:
    drawn = _simulated(controls=frozenset({"crossing"}))
    group = (drawn.score("texture") > 0).astype(float)
    table = pd.DataFrame(
        {
            "t": drawn.follow_up.time,
            "e": drawn.follow_up.event,
            "volume": drawn.score("volume"),
            "group": group,
        }
    )
    cox = CoxPHFitter().fit(table, "t", "e")
    assert abs(cox.params_["group"]) < 3 * cox.standard_errors_["group"]
    assert cox.params_["volume"] > 0.6
    by_cox = concordance(drawn.follow_up, cox.predict_partial_hazard(table))
    assert drawn.curve_c_td > by_cox + 0.03
    # Even as one score the oracle's is the better one.
    assert concordance(drawn.follow_up, drawn.risk) > by_cox
    early, late = (Law(0.0, *law) for law in ((0.7, 26.0), (2.4, 21.0)))
    assert early.survival(6.0) < late.survival(6.0)
    assert early.survival(48.0) > late.survival(48.0)


def test_the_scanner_tells_the_outcome_and_nothing_within_a_source() -> None:
    drawn = _simulated(controls=frozenset({"scanner"}))
    # The collections of the real patients have 0.628.
    assert concordance(drawn.follow_up, drawn.other) == pytest.approx(0.62, abs=0.04)
    assert concordance(drawn.follow_up, drawn.other, drawn.other) == 0.5
    # What is seen of the tumours is the same for both.
    for factor in ("volume", "texture"):
        score = drawn.score(factor)
        assert abs(score[drawn.other].mean() - score[~drawn.other].mean()) < 0.2
    longest = [drawn.follow_up.time[part].max() for part in (drawn.other, ~drawn.other)]
    assert longest[0] <= 20 < longest[1]


def test_a_factor_is_about_standard() -> None:
    drawn = _simulated("dual_phase_nomogram", effects=None)
    ringed = _simulated("deep_radscore")
    for name in FACTORS:
        score = (ringed if name in ("spiculation", "ring") else drawn).score(name)
        assert abs(score.mean()) < 0.2, name
        assert score.std() == pytest.approx(1, abs=0.2), name


def test_a_property_stays_when_another_is_asked_for() -> None:
    plain, ringed = _simulated().traits[7], _simulated("deep_radscore").traits[7]
    assert plain.parameters.ring_hu == 0 < ringed.parameters.ring_hu
    assert plain.parameters.spiculation is None
    assert plain.values["age"] == ringed.values["age"]
    for name in ("volume_mm3", "texture_hu", "lobulation", "height"):
        assert getattr(plain.parameters, name) == getattr(ringed.parameters, name)


@pytest.mark.parametrize(
    ("driver", "factor"), [("texture", "texture"), ("ring", "ring"), ("shape", "lobulation")]
)
def test_endpoints_are_driven_by_one_property_alone(driver: str, factor: str) -> None:
    drawn = _simulated("deep_radscore", driver=driver)
    by_name = {one.name: one for one in drawn.plan.endpoints}
    assert set(by_name) == set(PREVALENCE)
    uniform = np.random.default_rng(1).random(PATIENTS)
    for name in ("egfr", "alk"):
        p = np.array([by_name[name].probability(values) for values in drawn.values])
        assert p.mean() == pytest.approx(PREVALENCE[name], abs=0.03)
        label = uniform < p
        assert roc_auc_score(label, drawn.score(factor)) > 0.75
        for other in {"texture", "ring", "lobulation", "volume"} - {factor}:
            # Four standard errors with ninety cases of ALK.
            assert abs(roc_auc_score(label, drawn.score(other)) - 0.5) < 0.13


def test_mixed_endpoints_have_a_property_each() -> None:
    drawn = _simulated("deep_radscore", driver="mixed")
    found = {one.name: one.driver for one in drawn.plan.endpoints}
    assert set(found) == set(PREVALENCE)
    assert len(set(found.values())) == 7
    uniform = np.random.default_rng(1).random(PATIENTS)
    for one in drawn.plan.endpoints:
        p = np.array([one.probability(values) for values in drawn.values])
        assert p.mean() == pytest.approx(PREVALENCE[one.name], abs=0.03)
        assert roc_auc_score(uniform < p, drawn.score(one.driver)) > 0.7


def test_without_strength_an_endpoint_is_chance() -> None:
    drawn = _simulated("deep_radscore", strength=0.0)
    p = [drawn.plan.endpoints[0].probability(values) for values in drawn.values]
    assert p == pytest.approx([PREVALENCE["lvi"]] * PATIENTS)


@pytest.mark.parametrize(
    ("t", "n", "m", "mm", "group"),
    [
        (1, 0, 0, 20, 1), (2, 0, 0, 38, 1), (2, 0, 0, 45, 2), (3, 0, 0, 60, 2), (4, 0, 0, 80, 3),
        (1, 1, 0, 20, 2), (3, 1, 0, 60, 3), (1, 2, 0, 10, 3), (1, 3, 0, 10, 3), (1, 0, 1, 10, 4),
    ],
)  # fmt: skip
def test_stage_groups(t: int, n: int, m: int, mm: float, group: int) -> None:
    assert t_stage(mm) == t
    assert stage(t, n, m, mm) == group


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _small(out: Path, system: str, cases: int, *controls: Control) -> list[dict[str, str]]:
    options = Options(system=system, size="cube", controls=frozenset(controls))
    write_cohort(out, cases, seed=6, options=options)
    read_cohort(out / "cohort.csv")
    return _table(out / "cohort.csv")


def test_shuffled_outcomes_are_the_cohorts_own_in_another_order(tmp_path: Path) -> None:
    straight = _small(tmp_path / "a", "slice_attention", 4)
    shuffled = _small(tmp_path / "b", "slice_attention", 4, "shuffled")
    by_patient = {row["patient_id"]: (row["time_months"], row["event"]) for row in straight}
    truth = _table(tmp_path / "b" / "truth.csv")
    assert [(r["time_months"], r["event"]) for r in shuffled] == [by_patient[r["outcome_of"]] for r in truth]
    assert sorted(r["outcome_of"] for r in truth) == sorted(by_patient)
    assert [r["outcome_of"] for r in truth] != [r["patient_id"] for r in truth]


def test_an_erased_tumour_still_decides_the_outcome(tmp_path: Path) -> None:
    erased = _small(tmp_path / "e", "slice_attention", 2, "erased")
    truth = _table(tmp_path / "e" / "truth.csv")
    drawn = _simulated(seed=6)
    for number, row in enumerate(truth):
        assert float(row["death_months"]) == pytest.approx(drawn.death[number], abs=1e-4)
        assert float(row["roi_volume_mm3"]) == pytest.approx(14_000, rel=0.08)
        image = read_volume(tmp_path / "e" / erased[number]["image"])
        (roi,) = read_rois(tmp_path / "e" / erased[number]["roi"], image.geometry)
        assert image.voxels[roi.voxels].mean() < -500


def test_both_phases_are_of_one_patient(tmp_path: Path) -> None:
    for row in _small(tmp_path / "d", "dual_phase_nomogram", 1):
        assert row["image"] == row["image_arterial"]
        images = [read_volume(tmp_path / "d" / row[f"image_{phase}"]) for phase in ("arterial", "venous")]
        images[0].geometry.require_same(images[1].geometry)
        regions = [
            read_rois(tmp_path / "d" / row[f"roi_{phase}"], images[0].geometry)[0].voxels
            for phase in ("arterial", "venous")
        ]
        both = (regions[0] & regions[1]).sum()
        assert 0.9 < 2 * both / (regions[0].sum() + regions[1].sum()) < 1
        (truth,) = _table(tmp_path / "d" / "truth.csv")
        inside = binary_erosion(regions[0] & regions[1])
        gain = images[1].voxels[inside].mean() - images[0].voxels[inside].mean()
        # What is dead gains nothing, and the margin is partly lung.
        living = 1 - float(truth["necrosis"])
        assert 0.7 < gain / (living * float(truth["washout"])) < 1.1
        assert row["m_stage"] in "01"
        assert {"age", "sex", "ki67", "longest_diameter_mm", "stage"} <= set(row)


def test_the_best_auc_of_an_endpoint_is_told(tmp_path: Path) -> None:
    summary = write_cohort(
        tmp_path / "i", 4, seed=6, options=Options(system="ipes", size="cube", strength=40.0)
    )
    labels = {row["egfr"] for row in _table(tmp_path / "i" / "cohort.csv")}
    # So strong a driver leaves nothing to chance.
    assert labels == {"0", "1"}
    assert summary.auc == {"egfr": 1.0}
    assert str(summary).endswith("AUC egfr 1.00")


def test_staged_patients_have_their_endpoints(tmp_path: Path) -> None:
    for row in _small(tmp_path / "i", "ipes", 3):
        assert row["early_stage"] == str(int(row["stage"] == "1"))
        assert row["egfr"] in "01"
        assert row["m_stage"] == "0"
