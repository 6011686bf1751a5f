"""The whole path in small: a few phantom patients, a fit, a bundle, a score."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_run import Tiny

from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.scoring import ScoreRequest, score
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.concordance import concordance
from training.__main__ import main
from training.evaluation.evaluate import evaluate
from training.exporting.export import export
from training.fitting.run_folder import read_predictions


@pytest.fixture(scope="module")
def work(tiny: Tiny) -> Path:
    """The cohort of twelve with its run, the same run again, and a bundle."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTPROG_HOME", str(tiny.folder / "home"))
        # The images and the encoder are there now; the second run differs in nothing.
        assert tiny.fit(tiny.folder / "again") == 0
    export(tiny.run, tiny.folder / "bundle")
    return tiny.folder


def test_the_run_folder_holds_what_the_contract_says(work: Path) -> None:
    run = work / "run"
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    expected = {"config.yaml", "environment.json", "events.jsonl", "report.md", "tables/measures.csv"}
    expected |= {
        f"folds/{k}/{name}" for k in (0, 1) for name in ("checkpoint.safetensors", "predictions.csv")
    }
    assert expected <= names
    with (run / "folds/1/predictions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {"patient_id", "fold", "risk_score", "time_months", "event", "s_0", "s_24"} <= set(rows[0])
    assert all(row["fold"] == "1" and float(row["s_0"]) == 1 for row in rows)
    events = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    assert {event["stage"] for event in events} == {"pretrain", "fit"}
    assert all(set(event) == {"time", "stage", "fold", "epoch", "step", "of", "metrics"} for event in events)
    assert "comparable_pairs" in events[-1]["metrics"]


def test_each_patient_is_predicted_once_by_heads_that_never_saw_them(work: Path) -> None:
    patients, fold, *_ = read_predictions(work / "run" / "predictions.csv")
    assert len(patients) == len(set(patients)) == 12
    for k in (0, 1):
        inside, *_ = read_predictions(work / "run" / "folds" / str(k) / "predictions.csv")
        assert set(inside) == {p for p, f in zip(patients, fold, strict=True) if f == k}


def test_the_same_seed_gives_the_same_run(work: Path) -> None:
    for name in ("predictions.csv", "encoder.safetensors", "folds/0/checkpoint.safetensors"):
        assert (work / "run" / name).read_bytes() == (work / "again" / name).read_bytes()


def test_the_same_run_gives_the_same_bundle(work: Path, tmp_path: Path) -> None:
    assert export(work / "run", tmp_path / "bundle") == Bundle.open(work / "bundle").sha256
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".partial")]


def test_a_bundle_that_cannot_be_written_is_told_by_name(work: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"^cannot write .*file/bundle: (File exists|Not a directory)$"):
        export(work / "run", tmp_path / "file" / "bundle")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_card_says_what_the_run_measured(work: Path) -> None:
    card = (work / "bundle" / "docs" / "README.md").read_text()
    _, _, risk, follow_up, _ = read_predictions(work / "run" / "predictions.csv")
    assert f"| C-index (Harrell) | {concordance(follow_up, risk):.3f} (" in card
    assert "Research use only" in card
    assert "synthetic" in card


def test_the_bundle_answers_as_the_run_did(work: Path) -> None:
    """Inference on the files gives the mean of the heads' answers in training."""
    bundle = Bundle.open(work / "bundle")
    assert bundle.spec.models.heads == ["models/heads.safetensors"]
    assert "the 4 heads" in bundle.spec.interval_kind
    row = work / "cohort" / "images" / "phantom-5-0000.nii.gz"
    found = Predictor(bundle).predict(Case(read_volume(row))).prediction
    patients, _, _, _, survival = read_predictions(work / "run" / "predictions.csv")
    at = patients.index("phantom-5-0000")
    assert found.survival is not None
    # Two of the four heads are those of the patient's own fold; their mean lies in the band.
    assert (np.array(found.survival.lower) <= survival[at] + 1e-6).all()
    assert (survival[at] - 1e-6 <= np.array(found.survival.upper)).all()
    assert "out_of_range" not in [warning.code for warning in found.warnings]


def test_score_with_that_bundle(work: Path, tmp_path: Path) -> None:
    request = ScoreRequest(
        path=work / "cohort" / "images" / "phantom-5-0001.nii.gz",
        out=tmp_path / "out",
        roi=work / "cohort" / "rois" / "phantom-5-0001.nii.gz",
        bundles=(str(work / "bundle"),),
    )
    result = score(request)
    (prediction,) = result["predictions"]
    assert prediction["bundle"] == "tiny"
    assert prediction["saliency"] == "tiny/saliency.nii.gz"
    saliency = read_volume(tmp_path / "out" / prediction["saliency"])
    saliency.geometry.require_same(read_volume(request.path).geometry)
    assert 0 <= prediction["saliency_mass_in_roi"] <= 1


def test_a_finished_run_is_not_overwritten(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(work / "cohort" / "cohort.csv")]
    assert main([*arguments, "--out", str(work / "run")]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "not an empty folder" in error


def test_an_unfinished_run_is_no_bundle(work: Path, tmp_path: Path) -> None:
    half = shutil.copytree(work / "run", tmp_path / "half")
    (half / "predictions.csv").unlink()
    with pytest.raises(InputError, match="no finished run"):
        export(half, tmp_path / "bundle")
    with pytest.raises(InputError, match="no finished run"):
        evaluate(half)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("precious")
    with pytest.raises(InputError, match="no bundle"):
        export(work / "run", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_the_oracle_needs_the_right_truth(work: Path, tmp_path: Path) -> None:
    names = [m.name for m in evaluate(work / "run", work / "cohort" / "truth.csv").measures]
    assert "C-index of the oracle" in names
    wrong = tmp_path / "truth.csv"
    wrong.write_text("patient_id,oracle_risk\nsomebody,1\n")
    with pytest.raises(InputError, match="no truth of this cohort"):
        evaluate(work / "run", wrong)


def test_another_cohort_is_judged_by_the_whole_ensemble(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    run = shutil.copytree(work / "run", tmp_path / "run")
    other = work / "cohort"
    arguments = ["evaluate", str(run), "--cohort", str(other / "cohort.csv")]
    assert main([*arguments, "--truth", str(other / "truth.csv"), "--threads", "1"]) == 0
    told = capsys.readouterr().out
    assert "C-index of the oracle" in told
    assert "saliency: mass on the tumour" in told
    patients, fold, _, _, survival = read_predictions(run / "external" / "cohort" / "predictions.csv")
    assert len(patients) == 12
    assert set(fold.tolist()) == {-1}
    # The same answer as the bundle's.
    bundle = Predictor(Bundle.open(work / "bundle"))
    image = read_volume(other / "images" / f"{patients[3]}.nii.gz")
    curve = bundle.predict(Case(image)).prediction.survival
    assert curve is not None
    assert curve.probability == pytest.approx(survival[3], abs=1e-6)


def test_a_broken_image_names_its_patient(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not an image")
    table = tmp_path / "cohort.csv"
    lines = [f"p{n},broken.nii.gz,{n + 1},1" for n in range(12)]
    table.write_text("patient_id,image,time_months,event\n" + "\n".join(lines) + "\n")
    assert (
        main(["fit", str(work / "config.yaml"), "--cohort", str(table), "--out", str(tmp_path / "run")]) == 1
    )
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "patient p0" in error
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda row, n: row | {"event": str(int(n < 9))}, "has 9 events among 12 patients"),
        (lambda row, n: row | {"fold": str(int(row["event"] == "0"))}, "no event in fold 1"),
        (lambda row, n: row | {"fold": "0" if n else ""}, "filled for some patients"),
    ],
)
def test_a_cohort_that_nothing_should_be_fitted_to_is_refused_first(
    tiny: Tiny, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, reason: str
) -> None:
    with tiny.table.open() as file:
        rows = [change(row, n) for n, row in enumerate(csv.DictReader(file))]
    table = tiny.table.with_name("refused.csv")
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert tiny.fit(tmp_path / "run", "--cohort", str(table)) == 1
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert reason in captured.err
    assert "Preparing" not in captured.out
    assert not (tmp_path / "run").exists()
