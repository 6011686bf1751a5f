"""Survival from radiomics in small: the driver is found, penalties are chosen inside, runs go on."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.sample import FollowUp
from training.__main__ import main
from training.evaluation.evaluate import evaluate
from training.evaluation.strata_versus import strata_differences
from training.fitting.run_folder import read_predictions
from training.radscore.survival import (
    Family,
    SurvivalData,
    averaged_scores,
    breslow_survival,
    choose_penalties,
    hazard_scale,
    log_likelihood,
    risk_scores,
    standardised_blocks,
)

Floats = NDArray[np.float64]

CONFIG = """
system: deep_radscore
design: survival
name: tiny-survival
seeds: [1, 2]
folds: 3
never_fit: [p003]
stratum: hospital
radiomics: {table: RADIOMICS}
clinical:
  - {name: age, label: Age, kind: number, unit: years, low: 18, high: 110}
penalties: [0.03, 1.0]
clinical_penalties: [1.0]
inner_folds: 3
inner_repeats: 1
bundle: {license: Apache-2.0, intended_use: Tests., trained_on: Numbers., synthetic: true}
"""


def survival_data(n: int = 150, seed: int = 2) -> SurvivalData:
    """The first feature of the first block and the second of the second drive death."""
    rng = np.random.default_rng(seed)
    one, two = rng.normal(size=(n, 40)), rng.normal(size=(n, 2))
    time = rng.exponential(20 / np.exp(one[:, 0] + 0.8 * two[:, 1]))
    censored = rng.uniform(5, 60, n)
    two[:5, 0] = np.nan
    follow_up = FollowUp(np.minimum(time, censored), time <= censored)
    return SurvivalData(follow_up, np.array(["a", "b"] * (n // 2)), (one, two))


def test_the_drivers_are_found_and_the_held_out_patients_have_no_part() -> None:
    data = survival_data(500)
    train, test = np.arange(200), np.arange(200, 500)
    chosen = choose_penalties(
        data, train, [0.01, 0.1, 1.0], [(1.0, 0.3), (1.0, 3.0)], folds=4, repeats=1, seed=5
    )
    assert len(chosen.scores) == 6
    best = chosen.penalties
    _, score = next(risk_scores(data, train, best.weights, [best.penalty]))
    # The drivers themselves reach 0.79 on these patients; 40 features of noise cost some of it.
    drivers = data.blocks[0][test, 0] + 0.8 * data.blocks[1][test, 1]
    best_c = concordance(data.follow_up.where(test), drivers)
    assert best_c - 0.06 < concordance(data.follow_up.where(test), score[test]) < best_c
    time = data.follow_up.time.copy()
    time[test] = 1.0
    blind = SurvivalData(FollowUp(time, data.follow_up.event), data.stratum, data.blocks)
    again = choose_penalties(
        blind, train, [0.01, 0.1, 1.0], [(1.0, 0.3), (1.0, 3.0)], folds=4, repeats=1, seed=5
    )
    assert again.scores == chosen.scores
    assert np.array_equal(next(risk_scores(blind, train, best.weights, [best.penalty]))[1], score)


def test_what_is_not_known_is_what_the_average_patient_has() -> None:
    data = survival_data()
    train = np.arange(100)
    blocks = standardised_blocks(data.blocks, train)
    assert (blocks[1][:5, 0] == 0).all()
    assert [block.shape[1] for block in blocks] == [40, 2]
    # Without clipping each column has the variance 1/p.
    assert blocks[0][train].std(axis=0) * np.sqrt(40) == pytest.approx(1, abs=0.02)
    constant = np.full((150, 1), 7.0)
    assert standardised_blocks([constant], train)[0].shape == (150, 0)


def test_within_strata_values_are_scaled_by_their_own_patients() -> None:
    data = survival_data(400)
    train, first = np.arange(200), data.stratum == "a"
    told = np.where(first[:, None], 3 * data.blocks[0] + 7, data.blocks[0])
    alike = standardised_blocks([told], train, data.stratum)[0]
    assert alike == pytest.approx(standardised_blocks([data.blocks[0]], train, data.stratum)[0])
    assert standardised_blocks([told], train)[0] != pytest.approx(alike, abs=0.1)


def test_the_mean_of_two_families_knows_what_either_knows() -> None:
    data = survival_data(600)
    train, test = np.arange(300), np.arange(300, 600)
    families = [
        Family(SurvivalData(data.follow_up, data.stratum, (block,)), (0.03, 0.3), ((1.0,),))
        for block in data.blocks
    ]
    chosen = [
        [choose_penalties(f.data, train, f.penalties, f.weights, folds=4, repeats=1, seed=5).penalties]
        for f in families
    ]
    follow_up, stratum = data.follow_up.where(test), data.stratum[test]
    together = concordance(follow_up, averaged_scores(families, train, chosen)[test], stratum)
    for family, (one,) in zip(families, chosen, strict=True):
        _, score = next(risk_scores(family.data, train, one.weights, [one.penalty]))
        assert together > concordance(follow_up, score[test], stratum) + 0.02
    # Both drivers are found, so that a unit of the mean of their scores weighs more than one of a log hazard.
    assert 0.8 < hazard_scale(families, train, chosen, folds=4, seed=5) < 3


def test_the_partial_likelihood_of_those_left_out_tells_noise_from_a_driver() -> None:
    data = survival_data(400)
    train = np.arange(200)
    penalties, shares = [0.001, 0.03, 1.0, 30.0], [(1.0,)]

    def best(block: Floats) -> float:
        blocks = SurvivalData(data.follow_up, data.stratum, (block,))
        return choose_penalties(
            blocks, train, penalties, shares, folds=4, repeats=2, seed=5, criterion="partial_likelihood"
        ).penalties.penalty

    noise = np.random.default_rng(3).normal(size=(400, 40))
    assert best(noise) == 30.0
    assert best(data.blocks[0][:, :1]) < 0.1


def test_the_log_likelihood_of_strata_is_the_sum_over_deaths() -> None:
    data = survival_data(60)
    everybody, expected = np.arange(60), 0.0
    score = data.blocks[0][:, 0]
    for label in ("a", "b"):
        own = data.stratum == label
        # No tie: Breslow's, Efron's and the exact likelihood agree, written out death by death.
        time, event, risk = data.follow_up.time[own], data.follow_up.event[own], score[own]
        expected += sum(risk[i] - np.log(np.exp(risk[time >= time[i]]).sum()) for i in np.flatnonzero(event))
    assert log_likelihood(data, everybody, score) == pytest.approx(expected, rel=1e-12)


def test_penalties_that_all_count_are_averaged_in_standard_deviations() -> None:
    data, train = survival_data(), np.arange(100)
    family = Family(data, (0.03, 1.0), ((1.0, 1.0), (1.0, 3.0)))
    assert len(family.candidates) == 4
    mean = averaged_scores([family], train, [family.candidates])
    each = [
        score / score[train].std()
        for share in family.weights
        for _, score in risk_scores(data, train, share, family.penalties)
    ]
    expected = np.mean(each, axis=0)
    assert mean == pytest.approx(expected / expected[train].std())


def test_breslow_s_curve_of_equal_patients_is_nelson_and_aalen_s() -> None:
    data = survival_data()
    months = np.arange(25.0)
    curve = breslow_survival(data.follow_up, np.arange(150), np.zeros(150), months)
    estimate = kaplan_meier(data.follow_up)
    assert curve[0] == pytest.approx([float(estimate.at(m)) for m in months], abs=0.02)
    assert (np.diff(curve, axis=1) <= 0).all()
    assert curve[:, 0].tolist() == [1.0] * 150


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    data = survival_data(90)
    (folder / "image.nii.gz").write_bytes(b"nobody opens it")
    with (folder / "cohort.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient_id", "image", "time_months", "event", "hospital", "age"])
        for i in range(90):
            age = "" if i == 4 else f"{60 + 10 * data.blocks[1][i, 1]:.1f}"
            row = [data.follow_up.time[i], int(data.follow_up.event[i]), data.stratum[i], age]
            writer.writerow([f"p{i:03d}", "image.nii.gz", *row])
    with (folder / "radiomics.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        names = ["original_shape_VoxelVolume", *(f"original_x_{n}" for n in range(39))]
        writer.writerow(["patient_id", *names])
        for i in range(90):
            # The last patient has no features.
            writer.writerow([f"p{i:03d}", *([""] * 40 if i == 89 else data.blocks[0][i].tolist())])
    (folder / "config.yaml").write_text(CONFIG.replace("RADIOMICS", str(folder / "radiomics.csv")))
    assert fit(folder, folder / "run") == 0
    return folder


def fit(work: Path, out: Path, *more: str) -> int:
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(work / "cohort.csv"), "--out", str(out)]
    return main([*arguments, *more])


def test_a_run_is_judged_as_every_survival_run(work: Path) -> None:
    patients, fold, score, follow_up, _ = read_predictions(work / "run" / "predictions.csv")
    assert len(patients) == 89
    assert set(fold.tolist()) == {0, 1, 2}
    assert concordance(follow_up, score) > 0.65
    names = {one.name for one in evaluate(work / "run").measures}
    assert "C-index, same source, mean over folds" in names
    assert (work / "run" / "seeds" / "2" / "predictions.csv").is_file()
    assert (work / "run" / "report.md").is_file()


def test_a_run_that_lost_a_fold_ends_with_the_same_bits(work: Path, tmp_path: Path) -> None:
    shutil.copytree(work / "run", tmp_path / "run")
    before = (tmp_path / "run" / "predictions.csv").read_bytes()
    (tmp_path / "run" / "predictions.csv").unlink()
    shutil.rmtree(tmp_path / "run" / "folds" / "1")
    assert fit(work, tmp_path / "run", "--resume") == 0
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == before


def test_families_are_fitted_apart_and_averaged(work: Path, tmp_path: Path) -> None:
    stable = tmp_path / "stability.csv"
    stable.write_text(
        "feature,icc\noriginal_shape_VoxelVolume,0.99\noriginal_x_0,0.8\noriginal_x_1,0.79\noriginal_x_2,\n"
    )
    more = ("families=[[tumour], [clinical]]", f"stability={stable}", "least_icc=0.8", "seeds=[1]")
    asked = [part for one in more for part in ("--set", one)]
    assert fit(work, tmp_path / "run", *asked) == 0
    _, _, score, follow_up, _ = read_predictions(tmp_path / "run" / "predictions.csv")
    assert concordance(follow_up, score) > 0.65
    with (tmp_path / "run" / "strata.csv").open() as file:
        # The two that are stable enough.
        assert [name for name in next(csv.reader(file)) if name.startswith("m_")] == ["m_0", "m_1"]
    fitted = json.loads((tmp_path / "run" / "folds" / "0" / "fitted.json").read_text())
    assert len(fitted["families"]) == 2
    assert fitted["scale"] > 0
    same, its, less, *_ = strata_differences(tmp_path / "run", [work / "run"], 20)
    assert (same.name, less.name) == ("C-index, same source, mean over folds", "less that of tiny-survival")
    assert less.value == pytest.approx(same.value - its.value)


@pytest.mark.parametrize(
    ("taken", "told"), [("partial_likelihood", "inner_log_likelihood"), ("all", "families")]
)
def test_a_run_says_which_penalties_counted(work: Path, tmp_path: Path, taken: str, told: str) -> None:
    assert fit(work, tmp_path / "run", "--set", f"taken={taken}", "--set", "seeds=[1]") == 0
    _, _, score, follow_up, _ = read_predictions(tmp_path / "run" / "predictions.csv")
    assert concordance(follow_up, score) > 0.65
    assert told in json.loads((tmp_path / "run" / "folds" / "0" / "fitted.json").read_text())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("never_fit=[nobody]", "never_fit names nobody"),
        ("regions=[tumour, ring]", "no features of the ring"),
        ("stratum=town", "town"),
        ("least_icc=0.8", "go together"),
        ("families=[[tumour, measures]]", "measures=RUN"),
        ("families=[[tumour, ring]]", "the block ring, which is not told"),
        ("measures=.", "config.yaml"),
    ],
)
def test_what_can_t_be_fitted_is_told(
    work: Path, tmp_path: Path, more: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(work, tmp_path / "run", "--set", more) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
