"""From two fits of endpoints to one bundle, and from that to what training said of the same patients."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numba
import numpy as np
import pytest
import yaml
from balls import CONFIG, ENDPOINTS, write_balls

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.endpoint_schema import EndpointSpec
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.preprocessing.cube import cut_roi
from ctprog_gui.core.radiomics import compiling
from ctprog_gui.core.radiomics.settings import DEFAULT
from ctprog_gui.core.shared.progress import Progress
from training.__main__ import main
from training.configuration.radscore import RadiomicsConfig
from training.preparation.case import read_case
from training.provenance import RadiomicsProvenance
from training.radscore.features import as_told
from training.radscore.travelling import read_travelling


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    patch = pytest.MonkeyPatch()
    # Loops that were compiled for other tests serve here too.
    patch.setenv("NUMBA_CACHE_DIR", numba.config.CACHE_DIR)
    patch.setenv("CTPROG_HOME", str(folder / "home"))
    try:
        cohort = write_balls(folder)
        (folder / "config.yaml").write_text(CONFIG)
        assert compiling.compiled, "its import says where compiled loops are kept"
        for name in ENDPOINTS:
            asked = ["fit", str(folder / "config.yaml"), "--cohort", str(cohort), "--out", str(folder / name)]
            assert main([*asked, "--threads", "1", "--set", f"endpoint={name}"]) == 0
        runs = [str(folder / name) for name in ENDPOINTS]
        assert main(["export", *runs, "--out", str(folder / "bundle"), "--name", "balls"]) == 0
    finally:
        patch.undo()
    return folder


def case_of(work: Path, patient: str) -> Case:
    (row,) = [row for row in read_cohort(work / "cohort.csv").rows if row.patient_id == patient]
    volume, roi = read_case(row)
    return Case(volume, roi)


def test_the_bundle_says_what_training_said(work: Path) -> None:
    predictor = Predictor(Bundle.open(work / "bundle"))
    kept = {name: [read_travelling(work / name / "folds" / str(k)) for k in (0, 1)] for name in ENDPOINTS}
    for patient in ("p00", "p07", "p21"):
        reading = predictor._reader.read(case_of(work, patient), Progress())
        for answer in reading.endpoints:
            for k, fold in enumerate(kept[answer.name]):
                if patient in fold.predicted:
                    assert answer.probability[k] == pytest.approx(fold.predicted[patient], abs=1e-5)


def test_one_encoder_serves_both_and_no_patient_is_named(work: Path) -> None:
    files = sorted(path.name for path in (work / "bundle" / "models").iterdir())
    assert files == ["egfr.onnx", "egfr.safetensors", "encoder.safetensors", "kras.onnx", "kras.safetensors"]
    with (work / "bundle" / "ctprog" / "reference_cohort.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"patient_key", "p_egfr", "egfr", "p_kras", "kras", "split"}
    assert [row["patient_key"] for row in rows] == [f"k{n:04d}" for n in range(1, 41)]


def test_prevalence_and_card_are_the_cohort_s(work: Path) -> None:
    with (work / "cohort.csv").open() as file:
        rows = list(csv.DictReader(file))
    told = json.loads((work / "bundle" / "ctprog" / "calibration.json").read_text())["endpoints"]
    for name in ENDPOINTS:
        assert told[name]["positives"] == sum(row[name] == "1" for row in rows)
        assert told[name]["auc"]["lower"] <= told[name]["auc"]["value"] <= told[name]["auc"]["upper"]
    card = (work / "bundle" / "docs" / "README.md").read_text()
    assert "EGFR mutation" in card
    assert f"{told['kras']['auc']['value']:.3f}" in card


def test_runs_that_do_not_go_together_are_refused_in_a_line(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(work / "egfr")
    assert main(["export", run, run, "--out", str(tmp_path / "bundle")]) == 1
    assert "two of the runs are of the endpoint egfr" in capsys.readouterr().err
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"protocol": "own_split"}, "the table's own split"),
        ({"synthetic": False}, "another mark of synthetic images"),
        ({"license": "CC-BY-NC-3.0"}, "another licence"),
        ({"trained_on": "Cubes."}, "another told cohort"),
    ],
)
def test_a_run_that_a_bundle_would_misreport_is_refused(
    work: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, object],
    reason: str,
) -> None:
    other = Path(shutil.copytree(work / "kras", tmp_path / "kras"))
    config = yaml.safe_load((other / "config.yaml").read_text())
    (config if "protocol" in changed else config["bundle"]).update(changed)
    (other / "config.yaml").write_text(yaml.safe_dump(config))
    assert main(["export", str(work / "egfr"), str(other), "--out", str(tmp_path / "bundle")]) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert told.count("\n") == 1
    assert not (tmp_path / "bundle").exists()


def test_each_score_is_the_sum_of_what_moved_it(work: Path) -> None:
    predictor = Predictor(Bundle.open(work / "bundle"))
    prediction = predictor.predict(case_of(work, "p03"), saliency=True).prediction
    assert set(prediction.endpoints) == set(ENDPOINTS)
    for name, row in prediction.endpoints.items():
        added = sum(one["value"] for one in prediction.contributions if one["endpoint"] == name)
        assert row["base_log_odds"] + added == pytest.approx(row["log_odds"], abs=1e-6)
        assert row["lower"] <= row["probability"] <= row["upper"]
        assert 0 < row["prevalence"] < 1
    assert np.isfinite([one["value"] for one in prediction.contributions]).all()


def test_likeness_of_the_cohort_can_be_told(work: Path, tmp_path: Path) -> None:
    bundle = Path(shutil.copytree(work / "bundle", tmp_path / "bundle"))
    assert main(["likeness", str(bundle), "--cohort", str(work / "cohort.csv")]) == 0
    predictor = Predictor(Bundle.open(bundle))
    own = predictor.predict(case_of(work, "p05")).prediction
    assert own.likeness["cases"] == 40
    assert {check["what"] for check in own.likeness["checks"]} >= {"volume of the ROI", "HU histogram"}
    ranges = json.loads((bundle / "ctprog/calibration.json").read_text())["likeness"]["ranges"]
    assert ranges["slice_spacing_mm"] == {"low": 2.0, "high": 2.0}
    # Bone all over is like none of them.
    case = case_of(work, "p05")
    other = Case(Volume(np.full_like(case.volume.voxels, 900), case.volume.geometry), case.roi)
    assert "out_of_range" in {one.code for one in predictor.predict(other).prediction.warnings}


def test_of_crops_the_spacing_is_not_told(work: Path, tmp_path: Path) -> None:
    """They were resampled before they came: theirs is not that of the scans."""
    bundle = Path(shutil.copytree(work / "bundle", tmp_path / "bundle"))
    told = ["likeness", str(bundle), "--cohort", str(work / "cohort.csv"), "--images-are-cubes"]
    assert main(told) == 0
    ranges = json.loads((bundle / "ctprog/calibration.json").read_text())["likeness"]["ranges"]
    assert set(ranges) == {"roi_volume_mm3"}
    own = Predictor(Bundle.open(bundle)).predict(case_of(work, "p05")).prediction
    assert "spacing" in own.likeness["not_known"]


def test_a_spacing_that_the_images_have_changes_nothing_and_another_is_resampled_to_it(
    work: Path, tmp_path: Path
) -> None:
    """The balls are of 1 × 1 × 2 mm: at 1 mm the slices between are interpolated."""
    runs = [str(work / name) for name in ENDPOINTS]
    assert (
        main(["export", *runs, "--out", str(tmp_path / "at1"), "--name", "balls", "--spacing-mm", "1"]) == 0
    )
    case = case_of(work, "p03")
    plain, at_one = (Predictor(Bundle.open(path)) for path in (work / "bundle", tmp_path / "at1"))
    assert at_one.predict(case).prediction.endpoints != plain.predict(case).prediction.endpoints
    # On a grid of 1 mm all round both measure the same voxels.
    z, y, x = case.volume.voxels.shape
    fine = Geometry((x, y, 2 * z - 1), (1.0, 1.0, 1.0))
    hu = np.rint(resample(case.volume, fine).voxels).astype(np.int16)
    same = Case(Volume(hu, fine), Mask(cut_roi(case.roi, fine), fine))
    assert at_one.predict(same).prediction.contributions == plain.predict(same).prediction.contributions
    measured = [
        {
            (one["source"], one["feature"]): one["measured"]
            for one in predictor.predict(asked).prediction.contributions
            if "measured" in one
        }
        for predictor, asked in ((at_one, case), (plain, same))
    ]
    assert measured[0] == pytest.approx(measured[1], rel=1e-9)
    codes = [
        {one.code for one in predictor.predict(asked).prediction.warnings}
        for predictor, asked in ((at_one, case), (at_one, same))
    ]
    assert "coarser_than_fitted" in codes[0] - codes[1]


def test_how_radiomics_were_made_travels_from_the_table_to_the_bundle(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An 8 mm ring and bins of 100 HU: what scores a case measures as training did."""
    monkeypatch.setenv("CTPROG_HOME", str(work / "home"))
    table, cohort = tmp_path / "features.csv", str(work / "cohort.csv")
    made = ["--ring-mm", "8", "--set", "bin_width=100", "--set", "images=[original]"]
    assert main(["radiomics", cohort, "--out", str(table), "--workers", "1", *made]) == 0
    fit = ["fit", str(work / "config.yaml"), "--cohort", cohort, "--threads", "1"]
    fit += ["--set", "endpoint=egfr", "--set", f"radiomics.table={table}"]
    capsys.readouterr()
    for said in ("radiomics.ring_mm=3", "radiomics.clip=body", "radiomics.settings={bin_width: 25}"):
        assert main([*fit, "--out", str(tmp_path / "no"), "--set", said]) == 1
        told = capsys.readouterr().err
        assert "was made with radiomics." in told
        assert told.count("\n") == 1
        assert not (tmp_path / "no").exists()
    assert main([*fit, "--out", str(tmp_path / "run")]) == 0
    assert main(["export", str(tmp_path / "run"), "--out", str(tmp_path / "bundle")]) == 0
    spec = json.loads((tmp_path / "bundle/ctprog/spec.json").read_text())["radiomics"]
    assert (spec["ring_mm"], spec["clip"], spec["settings"]["bin_width"]) == (8.0, "none", 100.0)
    assert "bin_width" in (tmp_path / "bundle/docs/README.md").read_text()
    fold = read_travelling(tmp_path / "run/folds/0")
    patient = min(fold.predicted)
    answer = Predictor(Bundle.open(tmp_path / "bundle"))._reader.read(case_of(work, patient), Progress())
    assert answer.endpoints[0].probability[0] == pytest.approx(fold.predicted[patient], abs=1e-5)
    # The two runs are of one cohort and not of the same features.
    assert main(["export", str(tmp_path / "run"), str(work / "kras"), "--out", str(tmp_path / "both")]) == 1
    assert "has another ring than" in capsys.readouterr().err
    # A table that is no longer the one that is told of.
    table.write_text(table.read_text() + "\n")
    assert main([*fit, "--out", str(tmp_path / "no")]) == 1
    assert "tells of another table" in capsys.readouterr().err
    RadiomicsProvenance(DEFAULT, 8.0, "lungs").tell_of(table)
    assert as_told(RadiomicsConfig(table=table)).method == RadiomicsProvenance(DEFAULT, 8.0, "lungs")
    # One of before tells nothing, and is taken as the configuration has it.
    table.with_suffix(".method.json").unlink()
    assert as_told(RadiomicsConfig(table=table)).method == RadiomicsProvenance(DEFAULT, 3.0)


def test_resampled_radiomics_are_of_the_whole_image(
    work: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the grid lies depends on how far the image reaches: no part of it can be cut for them."""
    run = Path(shutil.copytree(work / "kras", tmp_path / "kras"))
    config = yaml.safe_load((run / "config.yaml").read_text())
    config["radiomics"]["settings"] = {"resample_mm": [2, 2, 2]}
    (run / "config.yaml").write_text(yaml.safe_dump(config))
    capsys.readouterr()
    assert main(["export", str(run), "--out", str(tmp_path / "bundle"), "--spacing-mm", "1"]) == 1
    assert "--spacing-mm" in capsys.readouterr().err
    spec = json.loads((work / "bundle/ctprog/spec.json").read_text())
    spec["radiomics"] |= {"spacing_mm": 1.0, "settings": {"resample_mm": [2, 2, 2]}}
    with pytest.raises(ValueError, match="depend on the whole image"):
        EndpointSpec.model_validate(spec)
