"""Deep-RadScore in small: forty balls in noise, a fit, a report, resumed and refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import balls
import numpy as np
import pytest
from balls import GRID, write_table

from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.statistics.roc import auc
from training.__main__ import main
from training.radscore.evaluation import evaluate_endpoint
from training.radscore.fold import MODELS
from training.radscore.over_seeds import auc_within
from training.radscore.predictions import read_endpoint_predictions
from training.radscore.traced import trace_examples
from training.radscore.travelling import read_travelling
from training.recipes.deep_radscore import fold_models, read_setup

CONFIG = (
    balls.CONFIG.replace("{inner_folds: 3}", "{table: RADIOMICS, inner_folds: 3}") + "further_seeds: [4]\n"
)


def write_cases(folder: Path) -> None:
    """The grain inside the ball tells the endpoint; the last patient has no label, the first no ROI."""
    rng = np.random.default_rng(5)
    k, j, i = np.indices(GRID.shape)
    ball = (i - 12) ** 2 + (j - 12) ** 2 + (2 * (k - 4)) ** 2 < 36
    rows, features = [], []
    for number in range(40):
        grain = rng.uniform(10, 60)
        hu = rng.normal(-700, 20, GRID.shape)
        hu[ball] = rng.normal(30, grain, int(ball.sum()))
        patient = f"p{number:02d}"
        write_volume(folder / f"{patient}.nii.gz", hu.astype(np.float32), GRID)
        write_mask(folder / f"{patient}_roi.nii.gz", Mask(ball, GRID))
        positive = rng.random() < 1 / (1 + np.exp(-(grain - 35) / 4))
        rows.append(
            {
                "patient_id": patient,
                "image": f"{patient}.nii.gz",
                "roi": "" if number == 0 else f"{patient}_roi.nii.gz",
                "time_months": 10,
                "event": 1,
                "age": 50 + number,
                "sex": "male" if number % 3 else "female",
                "egfr": "" if number == 39 else int(positive),
            }
        )
        inside = hu[ball]
        features.append([patient, inside.mean(), inside.std(), *rng.normal(size=6), inside.min()])
    write_table(folder / "cohort.csv", rows)
    with (folder / "radiomics.csv").open("w", newline="") as file:
        own = [f"original_x_{n}" for n in range(5)]
        csv.writer(file).writerows([["patient_id", *own, *(f"ring_{n}" for n in own[:4])], *features])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    patch = pytest.MonkeyPatch()
    patch.setenv("CTPROG_HOME", str(folder / "home"))
    try:
        write_cases(folder)
        (folder / "config.yaml").write_text(CONFIG.replace("RADIOMICS", str(folder / "radiomics.csv")))
        assert fit(folder, folder / "run") == 0
    finally:
        patch.undo()
    return folder


def fit(work: Path, out: Path, *more: str) -> int:
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(work / "cohort.csv"), "--out", str(out)]
    return main([*arguments, "--threads", "1", "--device", "cpu", *more])


def test_one_positive_to_judge_by_is_refused_before_anything_is_fitted(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    with (work / "cohort.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    positive = next(row["patient_id"] for row in rows[1:] if row["egfr"] == "1")
    negatives = [row["patient_id"] for row in rows[1:] if row["egfr"] == "0"][:4]
    for row in rows:
        row["split"] = "external" if row["patient_id"] in (positive, *negatives) else "train"
    # Beside the first, as its paths are relative.
    write_table(work / "one_positive.csv", rows)
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(work / "one_positive.csv")]
    arguments += ["--out", str(tmp_path / "run"), "--set", "protocol=own_split", "--threads", "1"]
    assert main(arguments) == 1
    assert "of the 5 patients that would be predicted 1 is positive of egfr" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_everybody_with_roi_and_label_is_predicted_once_by_who_never_saw_them(work: Path) -> None:
    found = read_endpoint_predictions(work / "run" / "predictions.csv")
    assert found.patients == tuple(f"p{n:02d}" for n in range(1, 39))
    assert set(found.fold.tolist()) == {0, 1}
    for probability in found.probability.values():
        assert ((probability >= 0) & (probability <= 1)).all()


def test_a_further_seed_has_the_same_patients_folds_and_features_and_other_predictions(work: Path) -> None:
    run, again = work / "run", work / "run" / "seeds" / "4"
    one, other = (read_endpoint_predictions(path / "predictions.csv") for path in (run, again))
    assert other.patients == one.patients
    assert np.array_equal(other.fold, one.fold)
    assert (again / "features.safetensors").read_bytes() == (run / "features.safetensors").read_bytes()
    for model in one.probability:
        assert not np.array_equal(one.probability[model], other.probability[model])
    with (run / "tables" / "seeds.csv").open() as file:
        told = {row["measure"]: float(row["value"]) for row in csv.DictReader(file)}
    both = [auc(found.probability["radiomics"], one.label) for found in (one, other)]
    assert told["radiomics, mean over 2 seeds"] == pytest.approx(np.mean(both))
    assert told["radiomics, SD over the seeds"] == pytest.approx(np.std(both, ddof=1))


def test_pairs_of_one_stratum_can_t_be_won_by_knowing_the_stratum() -> None:
    stratum = np.array(["a", "a", "b", "b", "b"])
    label = np.array([True, False, True, True, False])
    everybody = np.arange(5)
    assert auc_within((stratum == "b").astype(float), label, stratum, everybody) == 0.5
    # One pair of the first is right, one of the second's two.
    value = np.array([1.0, 0.0, 5.0, 3.0, 4.0])
    assert auc_within(value, label, stratum, everybody) == pytest.approx(2 / 3)
    assert np.isnan(auc_within(value, label, stratum, np.array([0, 4])))


def test_the_report_says_what_the_grain_tells(work: Path) -> None:
    worth = {one.model: one for one in evaluate_endpoint(work / "run").models}
    assert worth["radiomics"].auc > 0.75
    assert worth["radiomics"].lower < worth["radiomics"].auc < worth["radiomics"].upper
    assert worth["deep_radscore"].p is None
    text = (work / "run" / "report.md").read_text()
    assert "of two patients" in text.lower()
    for name in ("roc", "classifiers", "correlation", "contributions", "shap", "gradcam"):
        assert (work / "run" / "figures" / f"{name}.png").stat().st_size > 2000
    with (work / "run" / "tables" / "table3.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == ["radiomics", "deep", "deep_radscore"]
    assert float(rows[0]["auc"]) == worth["radiomics"].auc


def test_maps_are_traced_on_patches_of_both_kinds_from_the_likeliest_to_the_least_likely(work: Path) -> None:
    rows = trace_examples(work / "run", each=3)
    assert [[one.label for one in row] for row in rows] == [[True] * 3, [False] * 3]
    told = read_endpoint_predictions(work / "run" / "predictions.csv")
    for kind, row in zip((True, False), rows, strict=True):
        own = np.sort(told.probability["deep"][told.label == kind])
        assert [row[0].probability, row[-1].probability] == [own[-1], own[0]]
    one = rows[0][0]
    # The whole patch lies under the cells, and what the network saw is what the cohort holds.
    assert one.hu.shape == tuple(round(c * n) for c, n in zip(one.cell, one.map.shape, strict=True))
    assert (one.map >= 0).all()
    assert any(traced.map.max() > 0 for row in rows for traced in row)


def test_contributions_sum_to_what_the_fused_model_says_less_the_usual(work: Path) -> None:
    run = work / "run"
    predicted = read_endpoint_predictions(run / "predictions.csv")
    told = dict(zip(predicted.patients, predicted.probability["deep_radscore"], strict=True))
    for fold in ("0", "1"):
        with (run / "folds" / fold / "contributions.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0])[-2:] == ["RadScore, tumour", "RadScore, ring"]
        sums = [sum(float(v) for k, v in row.items() if k != "patient_id") for row in rows]
        usual = [told[row["patient_id"]] - one for row, one in zip(rows, sums, strict=True)]
        assert np.ptp(usual) < 1e-9
    with (run / "tables" / "contributions.csv").open() as file:
        table = {row["input"]: row for row in csv.DictReader(file)}
    assert sum(float(row["share"]) for row in table.values()) == pytest.approx(1)
    assert float(table["RadScore, tumour"]["goes_with"]) > 0.5


def test_a_run_that_lost_a_fold_ends_with_the_same_bits(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    shutil.copytree(work / "run", tmp_path / "run")
    before = (tmp_path / "run" / "predictions.csv").read_bytes()
    (tmp_path / "run" / "predictions.csv").unlink()
    shutil.rmtree(tmp_path / "run" / "folds" / "1")
    assert fit(work, tmp_path / "run", "--resume") == 0
    assert (tmp_path / "run" / "predictions.csv").read_bytes() == before


def test_a_fold_keeps_what_a_bundle_is_made_of(work: Path) -> None:
    found = read_endpoint_predictions(work / "run" / "predictions.csv")
    for fold in (0, 1):
        kept = read_travelling(work / "run" / "folds" / str(fold))
        own = [patient for patient, k in zip(found.patients, found.fold, strict=True) if k == fold]
        assert list(kept.predicted) == own
        # Neither of the two that were tried holds its patients, so the one that was chosen travels.
        chosen = found.probability["deep_radscore"][found.fold == fold]
        np.testing.assert_array_equal(list(kept.predicted.values()), chosen)
        assert kept.background.shape == (12,)
        assert set(kept.rad_scores) == {"tumour", "ring"}


def test_another_cohort_is_judged_by_the_models_of_all_folds(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    run = work / "run"
    ready = read_setup(run)
    ready.run.close()
    # The same images and features under other names: what each fold's models say of them is known.
    for name in ("cohort.csv", "radiomics.csv"):
        with (work / name).open(newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["patient_id"] = row["patient_id"].replace("p", "q")
            for column in ("image", "roi"):
                if row.get(column):
                    row[column] = str(work / row[column])
        write_table(tmp_path / name, rows)
    arguments = ["evaluate", str(run), "--cohort", str(tmp_path / "cohort.csv"), "--threads", "1"]
    assert main(arguments) == 1
    assert "give the other cohort's" in capsys.readouterr().err
    assert main([*arguments, "--radiomics", str(tmp_path / "radiomics.csv")]) == 0
    out = run / "external" / tmp_path.name
    found, own = (read_endpoint_predictions(path / "predictions.csv") for path in (out, run))
    assert found.patients == tuple(patient.replace("p", "q") for patient in own.patients)
    assert set(found.fold.tolist()) == {-1}
    fitted = [json.loads((run / "folds" / k / "fitted.json").read_text())["classifiers"] for k in "01"]
    everybody = np.arange(len(own.patients))
    told = [
        fold_models(ready, k, {model: fitted[k][model]["chosen"] for model in MODELS}).predict(
            ready.data, everybody
        )
        for k in (0, 1)
    ]
    for model in MODELS:
        for k in (0, 1):
            assert np.array_equal(told[k][model][own.fold == k], own.probability[model][own.fold == k])
        assert found.probability[model] == pytest.approx((told[0][model] + told[1][model]) / 2, abs=1e-6)
    with (out / "tables" / "table3.csv").open() as file:
        assert float(next(csv.DictReader(file))["auc"]) == auc(found.probability["radiomics"], found.label)
    assert "patient q39 is left out: egfr is blank" in (out / "report.md").read_text()
    assert main(["evaluate", str(run), "--cohort", str(work / "cohort.csv"), "--radiomics", "x.csv"]) == 1
    assert "is of the run itself" in capsys.readouterr().err


def test_another_run_takes_an_encoder_that_was_taught_before(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    kept = work / "run" / "encoder.safetensors"
    assert fit(work, tmp_path / "run", "--set", f"encoder.weights={kept}") == 0
    for name in ("features.safetensors", "predictions.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (work / "run" / name).read_bytes()
    # Side by side with the first: the same network is worth the same.
    assert main(["evaluate", str(tmp_path / "run"), "--against", str(work / "run")]) == 0
    with (tmp_path / "run" / "tables" / "table2.csv").open() as file:
        one, two = csv.DictReader(file)
    assert (one["encoder"], one["auc"], one["p_delong"]) == ("resnet2d", two["auc"], "")
    assert float(two["p_delong"]) == 1
    assert 0 <= float(one["sensitivity_lower"]) <= float(one["sensitivity"]) <= 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--set", "endpoint=kras"), "has no column kras"),
        (("--set", "radiomics.table=nowhere.csv"), "cannot read the table of features"),
        (("--set", "choice.folds=15"), "patients of one kind"),
        (("--device", "cuda"), "CPU only"),
        (("--set", "protocol=own_split"), "has no split"),
    ],
)
def test_what_can_t_be_fitted_is_told_in_a_line(
    work: Path,
    tmp_path: Path,
    more: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    assert fit(work, tmp_path / "run", *more) == 1
    error = capsys.readouterr().err.strip()
    assert told in error
    assert "\n" not in error
    assert not (tmp_path / "run").exists()
