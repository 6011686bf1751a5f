"""DeepHit on a table, from the configuration to the report."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from sksurv.metrics import integrated_brier_score
from sksurv.util import Surv

import training
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.censoring import fit_censoring
from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.__main__ import main
from training.configuration.experiment import TableConfig, load_config
from training.evaluation.table_comparison import FoldCurves
from training.fitting.run_folder import read_predictions
from training.tables.cox import TableCox
from training.tables.fitting import ctd_at_deaths, fit_table
from training.tables.grid import TimeGrid
from training.tables.reading import PatientTable, read_table
from training.tables.search import candidates, read_trials, search

CONFIGS = Path(training.__file__).parent / "configs"
CONFIG = """
system: deephit_table
name: tiny
seed: 3
folds: 2
networks_per_fold: 2
network: {hidden: 8, bins: 6, dropout: 0.0}
fit: {epochs: 8, batch_size: 64, learning_rate: 0.01, patience: 4}
search:
  draws: 1
  inner_folds: 2
  space: {network.hidden: [8, 16], fit.sigma: [0.1, 0.5]}
"""


def write_table(path: Path, n: int = 160, *, header: str = "") -> Path:
    """Patients whose age and smoking matter; a third column is noise."""
    rng = np.random.default_rng(1)
    age, smokes = rng.normal(65, 8, size=n), rng.random(n) < 0.4
    time = 30 * rng.exponential(size=n) * np.exp(-0.12 * (age - 65) - 0.9 * smokes)
    until = rng.uniform(6, 90, size=n)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient_id", "time_months", "event", "age", "smokes", "noise", "split"])
        for i in range(n):
            seen = f"{max(min(time[i], until[i]), 0.01):.2f}"
            row = [f"p{i}", seen, int(time[i] <= until[i]), f"{age[i]:.1f}", "yes" if smokes[i] else "no"]
            writer.writerow([*row, f"{rng.normal():.3f}", "train" if i < 110 else "internal"])
    return path


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, a run on it, and the same run again."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "config.yaml").write_text(CONFIG)
    write_table(folder / "cohort.csv")
    for run in ("run", "again"):
        assert fit(folder, run) == 0
    return folder


def fit(folder: Path, run: str, *settings: str) -> int:
    arguments = ["fit", str(folder / "config.yaml"), "--cohort", str(folder / "cohort.csv")]
    for setting in settings:
        arguments += ["--set", setting]
    return main([*arguments, "--out", str(folder / run), "--threads", "1"])


def test_the_run_folder_holds_what_the_contract_says(work: Path) -> None:
    run = work / "run"
    for name in ("config.yaml", "environment.json", "events.jsonl", "report.md", "tables/folds.csv"):
        assert (run / name).is_file()
    for fold in (0, 1):
        for name in ("checkpoint.safetensors", "predictions.csv", "single.csv", "cox.csv", "search.csv"):
            assert (run / "folds" / str(fold) / name).is_file()
    patients, fold, score, follow_up, survival = read_predictions(run / "predictions.csv")
    table = read_table(work / "cohort.csv")
    assert tuple(patients) == table.patient_id
    assert follow_up.time.tolist() == table.follow_up.time.tolist()
    assert survival.shape == (160, np.ceil(table.follow_up.time.max()) + 1)
    assert (survival[:, 0] == 1).all()
    assert (np.diff(survival) <= 0).all()
    assert score == pytest.approx((1 - survival[:, 1:]).sum(axis=1))
    assert np.bincount(fold).tolist() == [80, 80]
    stages = [json.loads(line)["stage"] for line in (run / "events.jsonl").read_text().splitlines()]
    assert stages.count("search") == 4
    assert stages.count("fit") >= 4


def test_the_same_seed_gives_the_same_run(work: Path) -> None:
    for name in ("predictions.csv", "folds/1/checkpoint.safetensors", "folds/0/search.csv", "report.md"):
        assert (work / "run" / name).read_bytes() == (work / "again" / name).read_bytes()


def test_the_report_says_what_the_files_say(work: Path) -> None:
    run = work / "run"
    found = {}
    with (run / "tables" / "measures.csv").open() as file:
        for row in csv.DictReader(file):
            found[row["measure"]] = row
    for model, label in (("predictions", "DeepHit"), ("cox", "Cox")):
        values = []
        for fold in (0, 1):
            _, _, _, follow_up, survival = read_predictions(run / "folds" / str(fold) / f"{model}.csv")
            months = np.arange(survival.shape[1])
            at = np.array([np.interp(follow_up.time, months, curve) for curve in survival])
            values.append(
                time_dependent_concordance(follow_up, 1 - at, np.arange(follow_up.n), censored_ties=True)
            )
        row = found[f"C-td, Antolini, mean over folds: {label}"]
        assert float(row["value"]) == pytest.approx(np.mean(values), abs=1e-12)
        assert float(row["lower"]) < np.mean(values) < float(row["upper"])
        # Age and smoking are told from noise, by either.
        assert np.mean(values) > 0.62
    report = (run / "report.md").read_text()
    assert "160 patients" in report
    assert "| C-td, Antolini, mean over folds: DeepHit less Cox |" in report


def test_evaluate_writes_the_same_report_again(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (work / "again" / "report.md").read_text()
    assert main(["evaluate", str(work / "again")]) == 0
    assert "C-td, Antolini, mean over folds: Cox: 0." in capsys.readouterr().out
    assert (work / "again" / "report.md").read_text() == before


def test_the_tables_own_split(work: Path) -> None:
    assert fit(work, "split", "protocol=own_split", "search.draws=0", "networks_per_fold=1") == 0
    patients, fold, *_ = read_predictions(work / "split" / "predictions.csv")
    assert patients == [f"p{i}" for i in range(110, 160)]
    assert set(fold.tolist()) == {0}
    assert "none of them in the fit" in (work / "split" / "report.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["export", "{run}", "--out", "{out}"], "no bundle"),
        (["evaluate", "{run}", "--truth", "{out}"], "no phantom's truth"),
        (["evaluate", "{run}", "--cohort", "{cohort}"], "can't be judged on another cohort"),
        (["fit", "{config}", "--cohort", "{cohort}", "--out", "{out}", "--device", "cuda"], "CPU only"),
        (["fit", "{config}", "--cohort", "{cohort}", "--out", "{out}", "--set", "covariates=[bmi]"], "bmi"),
        (["fit", "{config}", "--cohort", "{few}", "--out", "{out}"], "deaths to fit fold 0 on"),
        (["fit", "{config}", "--cohort", "{alone}", "--out", "{out}"], "all patients are in fold 4"),
        (["fit", "{config}", "--cohort", "{twice}", "--out", "{out}"], "Cox on the table"),
        (
            ["fit", "{config}", "--cohort", "{few}", "--out", "{out}", "--set", "protocol=own_split"],
            "no split",
        ),
    ],
)
def test_what_can_not_be_is_one_line(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    places = {name: work / place for name, place in (("run", "run"), ("config", "config.yaml"))}
    places |= {"cohort": work / "cohort.csv", "out": tmp_path / "out"}
    for name, header, rows in (
        ("few", "age", [f"{i}" for i in range(12)]),
        ("alone", "age,fold", [f"{i % 9},4" for i in range(60)]),
        ("twice", "age,again", [f"{i % 9},{i % 9}" for i in range(60)]),
    ):
        places[name] = tmp_path / f"{name}.csv"
        lines = [f"p{i},{i + 1},1,{row}\n" for i, row in enumerate(rows)]
        places[name].write_text(f"patient_id,time_months,event,{header}\n" + "".join(lines))
    assert main([one.format(**places) for one in arguments]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert reason in error
    assert not (tmp_path / "out").exists()


def test_the_search_sees_the_training_part_alone(work: Path) -> None:
    """With other outcomes for everybody else it tries the same, finds the same and chooses the same."""
    table = read_table(work / "cohort.csv")
    config = load_config(work / "config.yaml")
    assert isinstance(config, TableConfig)
    train = np.arange(90)
    time, event = table.follow_up.time.copy(), table.follow_up.event.copy()
    time[90:], event[90:] = 1.0, ~event[90:]
    other = PatientTable(table.path, table.patient_id, FollowUp(time, event), table.columns)
    chosen, trials = search(table, train, config, seed=5)
    again, same = search(other, train, config, seed=5)
    assert trials == same
    assert chosen == again
    assert len(trials) == 2
    best = max(trials, key=lambda trial: trial.score)
    assert chosen.network.hidden == best.values["network.hidden"]
    assert chosen.search.draws == 0


def test_candidates_begin_with_the_configuration_and_do_not_repeat() -> None:
    config = load_config(CONFIGS / "metabric_deephit.yaml")
    assert isinstance(config, TableConfig)
    found = candidates(config, 1)
    assert len(found) == config.search.draws + 1
    assert config.with_values(found[0]) == config.with_values({})
    assert all(found.count(one) == 1 for one in found)
    for one in found:
        config.with_values(one)


@pytest.mark.parametrize(
    ("options", "expected"), [([0.5, 1], [0.5, 1]), ([0.5, 0.5], [0.5]), ([1, 1, 2], [0.5, 1, 2])]
)
def test_a_small_space_is_tried_out_whole(options: list[float], expected: list[float]) -> None:
    config = load_config(
        CONFIGS / "metabric_deephit.yaml", [f"search.space={{fit.beta: {options}}}", "search.draws=9"]
    )
    assert isinstance(config, TableConfig)
    assert sorted(one["fit.beta"] for one in candidates(config, 1)) == expected


def test_trials_of_another_search_are_refused(work: Path) -> None:
    config = load_config(work / "config.yaml")
    assert isinstance(config, TableConfig)
    path = work / "run" / "folds" / "0" / "search.csv"
    seed = 3 + 1000
    assert [trial.values for trial in read_trials(path, config, seed)] == candidates(config, seed)
    assert read_trials(work / "gone.csv", config, seed) == []
    other = load_config(work / "config.yaml", ["network.hidden=4"])
    assert isinstance(other, TableConfig)
    with pytest.raises(InputError, match="another search"):
        read_trials(path, other, seed)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("search.space={fit.nothing: [1]}", "no hyperparameter is named 'fit.nothing'"),
        ("search.space={fit.sigma: [0.1, -1]}", "fit.sigma: Input should be greater than 0"),
        ("search.space={fit.sigma: []}", "no value to draw"),
        ("search.space={}", "needs a search.space"),
        ("network.cuts=often", "network.cuts"),
        ("bundle=1", "bundle"),
    ],
)
def test_wrong_configurations_are_named(setting: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        load_config(CONFIGS / "gbsg_deephit.yaml", [setting])
    assert "\n" not in str(error.value)


def test_cox_is_that_of_lifelines(work: Path) -> None:
    table = read_table(work / "cohort.csv")
    train, test = np.arange(110), np.arange(110, 160)
    # Between deaths lifelines interpolates the hazard, which is a step.
    months = np.unique(table.follow_up.time[train][table.follow_up.event[train]])
    cox = TableCox.of(table, train)
    frame = pd.DataFrame(cox.encoding.matrix(table), columns=cox.encoding.names)
    frame = frame.assign(time=table.follow_up.time, event=table.follow_up.event)
    fitter = CoxPHFitter().fit(frame.iloc[train], "time", "event")
    assert cox.fit.coefficient == pytest.approx(fitter.params_.to_numpy(), abs=1e-5)
    expected = fitter.predict_survival_function(frame.iloc[test], times=months).to_numpy().T
    # Its baseline is Breslow's, also where two deaths tie.
    assert cox.survival(table, test, months) == pytest.approx(expected, abs=2e-3)


def test_deaths_behind_the_last_cut_are_compared_there() -> None:
    follow_up = FollowUp([5.0, 12.0, 20.0], [1, 1, 0])
    grid = TimeGrid(np.array([0.0, 10.0]))
    survival = np.array([[1, 0.2], [1, 0.5], [1, 0.4]])
    # 0 before 1 and 2: right, right. 1 before 2: at the last cut .5 against .6, wrong.
    assert ctd_at_deaths(follow_up, survival, grid) == pytest.approx(2 / 3)


def test_a_network_learns_more_than_where_it_starts(shared_data: Path) -> None:
    """On METABRIC's own train part, a quarter held out: clearly better than chance after a few epochs."""
    table = read_table(shared_data / "survival_tables" / "metabric_IHC4_clinical_train_test.h5")
    config = load_config(CONFIGS / "metabric_deephit.yaml", ["fit.epochs=15", "fit.batch_size=128"])
    assert isinstance(config, TableConfig)
    train, test = np.arange(0, 1140), np.arange(1140, 1523)
    months = np.arange(360.0)
    follow_up = table.follow_up.where(test)
    fitted = fit_table(table, train, config, seed=1, networks=1).survival(table, test, months)
    assert ctd_at_deaths(follow_up, fitted, TimeGrid(months)) > 0.62


@pytest.mark.parametrize("kind", ["antolini", "strict", "harrell"])
def test_weighted_patients_are_patients_written_out(work: Path, kind: str) -> None:
    """One pass over the pairs gives what the survival core gives for each sample by itself."""
    curves = FoldCurves.read(work / "run" / "folds" / "0" / "predictions.csv")
    n = curves.follow_up.n
    # In whole months, so that there are ties of all sorts.
    curves = replace(
        curves,
        follow_up=FollowUp(np.floor(curves.follow_up.time / 6) * 6, curves.follow_up.event),
        score=np.round(curves.score),
        survival=np.round(curves.survival, 2),
    )
    rng = np.random.default_rng(1)
    samples = [np.arange(n), rng.integers(n, size=n), rng.integers(n, size=n)]
    weight = np.array([np.bincount(sample, minlength=n) for sample in samples], dtype=np.float64)
    expected = []
    for sample in samples:
        follow_up, survival = curves.follow_up.where(sample), curves.survival[sample]
        if kind == "harrell":
            expected.append(concordance(follow_up, curves.score[sample]))
        else:
            at = survival[:, follow_up.time.astype(int)]
            ties = kind == "antolini"
            expected.append(time_dependent_concordance(follow_up, 1 - at, np.arange(n), censored_ties=ties))
    assert curves.concordance(weight, kind) == pytest.approx(expected, abs=1e-12)


def test_the_brier_score_is_that_of_scikit_survival(work: Path) -> None:
    curves = FoldCurves.read(work / "run" / "folds" / "0" / "predictions.csv")
    follow_up = curves.follow_up
    observed = fit_censoring(follow_up).at(np.arange(curves.survival.shape[1]))
    months = np.flatnonzero((observed >= 0.1) & (np.arange(observed.size) < follow_up.time.max()))[1:]
    outcome = Surv.from_arrays(follow_up.event, follow_up.time)
    expected = integrated_brier_score(outcome, outcome, curves.survival[:, months], months)
    found = curves.brier(np.vstack([np.ones(follow_up.n), np.arange(follow_up.n)]))
    assert found[0] == pytest.approx(expected, rel=1e-9)
    assert 0.05 < found[0] < 0.25
    assert found[1] != pytest.approx(found[0], rel=1e-6)


def test_an_interrupted_run_goes_on_with_the_folds_that_are_left(work: Path, tmp_path: Path) -> None:
    """The second fold is put back to its first candidate; what comes back has the same bytes."""
    run = shutil.copytree(work / "again", tmp_path / "run")
    tried = (run / "folds" / "1" / "search.csv").read_text().splitlines(keepends=True)
    shutil.rmtree(run / "folds" / "1")
    (run / "folds" / "1").mkdir()
    (run / "folds" / "1" / "search.csv").write_text("".join(tried[:2]))
    before = (run / "events.jsonl").read_text().count('"search"')
    (run / "predictions.csv").unlink()
    finished = (run / "folds" / "0" / "checkpoint.safetensors").stat().st_mtime_ns
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(work / "cohort.csv"), "--out", str(run)]
    assert main([*arguments, "--threads", "1", "--resume"]) == 0
    assert (run / "folds" / "0" / "checkpoint.safetensors").stat().st_mtime_ns == finished
    assert (run / "events.jsonl").read_text().count('"search"') == before + 1
    for name in ("predictions.csv", "folds/1/checkpoint.safetensors", "folds/1/search.csv", "report.md"):
        assert (run / name).read_bytes() == (work / "run" / name).read_bytes()


def test_a_run_does_not_go_on_with_another_table(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(work / "again", tmp_path / "run")
    other = write_table(tmp_path / "other.csv", n=150)
    kept = (run / "table.csv").read_bytes()
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(other), "--out", str(run), "--resume"]
    assert main([*arguments, "--threads", "1"]) == 1
    assert "another cohort" in capsys.readouterr().err
    assert (run / "table.csv").read_bytes() == kept
