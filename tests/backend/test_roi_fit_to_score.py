"""Slice attention on the tumour's cube in small: a few phantom patients, a fit, a bundle, a score."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.scoring import ScoreRequest, score
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.concordance import concordance
from training.__main__ import main
from training.configuration.experiment import load_config
from training.evaluation.evaluate import evaluate
from training.evaluation.strata_versus import read_differences, strata_differences, write_differences
from training.exporting.export import export
from training.fitting.run_folder import read_predictions
from training.optimisation.checkpoint import read_checkpoint
from training.phantom.cohort import write_cohort

# Nothing can be learnt here: what is tested is that all parts fit together.
CONFIG = """
system: slice_attention
design: roi_cube
name: tiny-roi
seeds: [3, 4]
folds: 2
heads_per_fold: 2
never_fit: [phantom-7-0003]
stratum: hospital
curve_level: b
clinical:
  - {name: age, label: Age, kind: number, unit: years, low: 18, high: 110}
  - name: grade
    label: Grade
    kind: ordered
    levels: [{value: "1", label: G1}, {value: "2", label: G2}]
preprocessing: {side: 24, spacing_mm: 3.0}
network: {widths: [4, 4, 8, 8], ring: 2}
pretraining: {epochs: 1, share: 1.0, batch_size: 8}
fit: {ridge: [0.03, 1.0], inner_folds: 2}
bundle: {license: Apache-2.0, intended_use: Tests., trained_on: Phantoms., synthetic: true, limits: [Tiny.]}
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of fourteen in two hospitals, one of them without ROI, and two runs on it."""
    folder = tmp_path_factory.mktemp("work")
    patch = pytest.MonkeyPatch()
    patch.setenv("CTPROG_HOME", str(folder / "home"))
    try:
        write_cohort(folder / "cohort", 14, seed=7)
        table = folder / "cohort" / "cohort.csv"
        rows = list(csv.DictReader(table.read_text().splitlines()))
        for number, row in enumerate(rows):
            row |= {"hospital": "ab"[number % 2], "age": str(50 + number), "grade": "12"[number % 2]}
        rows[5]["roi"] = rows[6]["age"] = rows[7]["grade"] = ""
        with table.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        (folder / "config.yaml").write_text(CONFIG)
        arguments = ["fit", str(folder / "config.yaml"), "--cohort", str(table), "--threads", "1"]
        assert main([*arguments, "--out", str(folder / "run")]) == 0
        arguments += ["--set", "seeds=[3]"]
        assert main([*arguments, "--out", str(folder / "again")]) == 0
        own = [*arguments, "--out", str(folder / "own"), "--set", "pretraining.images=training_folds"]
        assert main(own) == 0
    finally:
        patch.undo()
    export(folder / "run", folder / "bundle")
    return folder


def test_each_patient_with_a_roi_is_predicted_once(work: Path) -> None:
    patients, fold, *_ = read_predictions(work / "run" / "predictions.csv")
    assert len(patients) == len(set(patients)) == 13
    assert set(fold.tolist()) == {0, 1}
    environment = json.loads((work / "run" / "environment.json").read_text())
    assert environment["left_out_without_roi"] == ["phantom-7-0005"]
    assert environment["patients"] == 13


def test_the_same_seed_gives_the_same_run(work: Path) -> None:
    for name in ("predictions.csv", "encoder.safetensors", "folds/0/checkpoint.safetensors"):
        assert (work / "run" / name).read_bytes() == (work / "again" / name).read_bytes()


def test_who_must_not_be_fitted_is_in_no_fold_s_training_set(work: Path) -> None:
    """Another outcome and another image of that patient change no weight."""
    table = work / "cohort" / "cohort.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    other = next(row for row in rows if row["patient_id"] == "phantom-7-0009")
    for row in rows:
        if row["patient_id"] == "phantom-7-0003":
            row |= {"image": other["image"], "roi": other["roi"], "time_months": "1.5", "event": "1"}
    changed = work / "cohort" / "changed.csv"
    with changed.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    patients, fold, *_ = read_predictions(work / "run" / "predictions.csv")
    given = dict(zip(patients, fold.tolist(), strict=True))
    with changed.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "fold"])
        writer.writeheader()
        writer.writerows([row | {"fold": given.get(row["patient_id"], 0)} for row in rows])
    arguments = ["fit", str(work / "config.yaml"), "--cohort", str(changed), "--threads", "1"]
    arguments += ["--set", "seeds=[3]"]
    assert main([*arguments, "--out", str(work / "changed")]) == 0
    for name in ("encoder.safetensors", "folds/0/checkpoint.safetensors", "folds/1/checkpoint.safetensors"):
        for one, two in zip(
            read_checkpoint(work / "run" / name), read_checkpoint(work / "changed" / name), strict=True
        ):
            assert all(np.array_equal(one[key].numpy(), two[key].numpy()) for key in one)


def test_a_further_seed_is_a_run_beside_the_first(work: Path) -> None:
    first, further = read_predictions(work / "run/predictions.csv"), work / "run/seeds/4"
    patients, fold, score, *_ = read_predictions(further / "predictions.csv")
    assert patients == first[0]
    assert np.array_equal(fold, first[1])
    assert not np.array_equal(score, first[2])
    assert load_config(further / "config.yaml").seed == 4
    told = {m.name: m for m in evaluate(work / "run").measures}
    mean = told["C-index, same source, all folds together, mean over 2 seeds"]
    alone = evaluate(further).measures
    own = [
        next(m for m in found if m.name == "C-index, same source, all folds together")
        for found in (evaluate(work / "again").measures, alone)
    ]
    assert mean.value == pytest.approx((own[0].value + own[1].value) / 2)
    # The bundle is the first seed's alone.
    assert Bundle.open(work / "bundle").metadata.ctprog.seeds == [3]


def test_an_unfinished_seed_is_told(work: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(work / "run", tmp_path / "run"))
    (copy / "seeds/4/predictions.csv").unlink()
    with pytest.raises(InputError, match="no finished run"):
        evaluate(copy)


def test_an_encoder_for_each_fold_is_for_judging_alone(work: Path, tmp_path: Path) -> None:
    assert (work / "own/folds/0/encoder.safetensors").read_bytes() != (
        work / "own/folds/1/encoder.safetensors"
    ).read_bytes()
    with pytest.raises(InputError, match="encoder for each fold"):
        export(work / "own", tmp_path / "bundle")


def test_the_bundle_answers_as_the_run_did(work: Path) -> None:
    bundle = Bundle.open(work / "bundle")
    assert bundle.spec.uses_roi == "shape"
    assert bundle.spec.models.heads == ["models/heads.safetensors"]
    assert "the 4 heads" in bundle.spec.interval_kind
    volume = read_volume(work / "cohort" / "images" / "phantom-7-0000.nii.gz")
    (roi,) = read_rois(work / "cohort" / "rois" / "phantom-7-0000.nii.gz", volume.geometry)
    found = Predictor(bundle).predict(Case(volume, roi, {"age": 50, "grade": "G1"})).prediction
    patients, _, _, _, survival = read_predictions(work / "run" / "predictions.csv")
    at = patients.index("phantom-7-0000")
    assert found.survival is not None
    # Two of the four heads are those of the patient's own fold; their mean lies in the band.
    assert (np.array(found.survival.lower) <= survival[at] + 1e-5).all()
    assert (survival[at] - 1e-5 <= np.array(found.survival.upper)).all()
    # Of either grade there are fewer than ten.
    codes = [warning.code for warning in found.warnings]
    assert "out_of_range" not in codes
    assert "rare_clinical_value" in codes
    assert found.survival.level == "b"


def test_the_card_opens_its_figures_with_pairs_of_one_source(work: Path) -> None:
    card = (work / "bundle" / "docs" / "README.md").read_text()
    rows = [line for line in card.splitlines() if line.startswith("| ")]
    assert rows[1].startswith("| C-index, same source")
    _, _, risk, follow_up, _ = read_predictions(work / "run" / "predictions.csv")
    assert f"| C-index (Harrell) | {concordance(follow_up, risk):.3f} (" in card
    flat = " ".join(card.split())
    for text in (
        "image + ROI",
        "transductive",
        "- Tiny.",
        "1 of the patients stand in no fit",
        "chosen inside each fold's training patients",
        "their level to those of b among these",
        "of seed 3, whose encoder",
    ):
        assert text in flat


def test_the_bundle_declares_what_the_run_was_told(work: Path) -> None:
    age, grade = Bundle.open(work / "bundle").spec.clinical_inputs
    # Of fourteen, seven of each grade: one without a ROI, one who must not be fitted and one whose
    # grade is blank are all of the second.
    assert [level.patients for level in grade.levels] == [7, 4]
    assert grade.unknown
    assert age.unknown
    ranges = json.loads((work / "bundle" / "ctprog" / "calibration.json").read_text())["training_ranges"]
    assert ranges["age"] == {"low": 50, "high": 63}
    card = (work / "bundle" / "docs" / "README.md").read_text()
    assert "- **Grade** (`grade`): G1 (7), G2 (4); may be unknown." in card
    assert "No clinical value" not in card


def test_a_run_is_held_against_another_over_the_seeds_they_share(work: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(work / "run", tmp_path / "run"))
    same = strata_differences(copy, [work / "again"], 20)
    # The same seed on the same cohort: nothing lies between them, nor between any sample of them.
    (less,) = (m for m in same if m.name == "less that of tiny-roi" and m is same[2])
    assert (less.value, less.lower, less.upper) == (0, 0, 0)
    write_differences(copy, same)
    assert read_differences(copy) == same
    with pytest.raises(InputError, match="shares no seed"):
        strata_differences(work / "run/seeds/4", [work / "again"], 20)


def test_no_key_of_the_reference_cohort_tells_the_patient(work: Path) -> None:
    text = (work / "bundle" / "ctprog" / "reference_cohort.csv").read_text()
    assert "phantom" not in text
    scores = [float(line.split(",")[1]) for line in text.splitlines()[1:]]
    assert len(scores) == 13
    # Nor does the place in the table: the scores themselves decide it, there and for the histograms.
    assert scores == sorted(scores)


def test_score_with_that_bundle(work: Path, tmp_path: Path) -> None:
    request = ScoreRequest(
        path=work / "cohort" / "images" / "phantom-7-0001.nii.gz",
        out=tmp_path / "out",
        roi=work / "cohort" / "rois" / "phantom-7-0001.nii.gz",
        bundles=(str(work / "bundle"),),
    )
    (prediction,) = score(request)["predictions"]
    assert prediction["bundle"] == "tiny-roi"
    assert prediction["saliency"] == "tiny-roi/saliency.nii.gz"
    assert sum(row["weight"] for row in prediction["attention"]) == pytest.approx(1.0)


def test_wrong_requests_are_told_in_one_line(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = str(work / "cohort" / "cohort.csv")
    for number, (setting, reason) in enumerate(
        [
            ("never_fit=[nobody]", "nobody"),
            ("stratum=scanner", "scanner"),
            ("curve_level=c", "hospital is c"),
            ("clinical=[{name: weight, label: Weight, kind: number, low: 1, high: 9}]", "the column weight"),
            ("preprocessing.images_are_cubes=true", "is not the cube"),
        ]
    ):
        out = tmp_path / str(number)
        arguments = ["fit", str(work / "config.yaml"), "--cohort", table, "--out", str(out)]
        assert main([*arguments, "--set", setting]) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert reason in error
        assert not out.exists()


def test_settings_are_checked(work: Path) -> None:
    for setting, reason in (
        ("preprocessing.side=4", "side"),
        ("seeds=[3, 3]", "twice"),
        ("seeds=[]", "seeds"),
        ("stratum=null", "there is no stratum"),
        ("clinical=[{name: hospital, label: H, kind: number, low: 1, high: 9}]", "no clinical value"),
        ("clinical=[{name: age, label: Age, kind: number, low: 9, high: 1}]", "a higher high"),
    ):
        with pytest.raises(InputError, match=reason):
            load_config(work / "config.yaml", [setting])
