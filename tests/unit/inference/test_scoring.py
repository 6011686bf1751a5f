"""``ctprog score``: the contract's result.json, and one line for whatever can't be scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from ctprog_gui.__main__ import main
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.files import read_label_file, read_volume, write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.phantom.case import CaseParameters, PhantomCase, make_case
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.places import resources

NAME = "phantom-slice-attention"
SHIPPED = resources() / "bundles" / NAME
PREDICTION = {
    "bundle",
    "system",
    "bundle_sha256",
    "risk_score",
    "risk_group",
    "cutoff",
    "percentile",
    "survival",
    "placement",
    "attention",
    "saliency",
    "warnings",
}


@pytest.fixture(scope="module")
def case() -> PhantomCase:
    return make_case(CaseParameters(), seed=5, size=(96, 96, 60), spacing_mm=(4.0, 4.0, 5.0))


@pytest.fixture(scope="module")
def files(case: PhantomCase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_volume(folder / "ct.nii.gz", case.volume.voxels, case.volume.geometry)
    write_mask(folder / "roi.nii.gz", case.roi)
    write_ct_series(folder / "dicom", case.volume, patient_id="P-77", patient_name="Doe^Jane")
    return folder


def _refused(capfd: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line on stderr of a call that must fail, leaving nothing behind."""
    assert main(["score", *map(str, arguments)]) == 1
    error = capfd.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("ctprog: ")
    return error


def _result(out: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))
    return value


def test_result_json_holds_what_the_contract_says(files: Path, case: PhantomCase, tmp_path: Path) -> None:
    clinical = tmp_path / "clinical.json"
    clinical.write_text('{"age": 63, "stage": "IIIA"}')
    arguments = ["score", files / "ct.nii.gz", "--roi", files / "roi.nii.gz", "--out", tmp_path / "out"]
    assert main([*map(str, arguments), "--clinical", str(clinical), "--bundle", NAME]) == 0
    result = _result(tmp_path / "out")
    assert set(result) == {"schema", "software", "created", "input", "roi", "clinical", "predictions"}
    assert result["schema"] == 1
    assert result["software"]["name"] == "ctprog"
    assert result["clinical"] == {"age": 63, "stage": "IIIA"}
    assert result["input"]["size"] == [96, 96, 60]
    assert result["input"]["spacing_mm"] == [4, 4, 5]
    assert result["input"]["anomalies"] == []
    assert result["roi"]["volume_mm3"] == pytest.approx(case.roi.volume_mm3)
    (roi,) = read_rois(files / "roi.nii.gz", read_volume(files / "ct.nii.gz").geometry)
    assert result["roi"]["sha256"] == roi.sha256
    (prediction,) = result["predictions"]
    assert set(prediction) >= PREDICTION
    assert prediction["bundle_sha256"] == Bundle.open(SHIPPED).sha256
    assert set(prediction["survival"]) == {"months", "probability", "lower", "upper", "interval_kind"}
    assert set(prediction["placement"]) >= {"n", "events", "group_curve", "logrank_p", "hazard_ratio"}
    assert [row["slice_index"] for row in prediction["attention"]] == list(range(60))
    assert sum(row["weight"] for row in prediction["attention"]) == pytest.approx(1, abs=1e-9)
    assert 0 <= prediction["saliency_mass_in_roi"] <= 1
    saliency = read_volume(tmp_path / "out" / prediction["saliency"])
    saliency.geometry.require_same(case.volume.geometry)
    written = read_label_file(tmp_path / "out" / "roi.nii.gz")
    assert np.array_equal(written.mask(written.segments[0]).voxels, case.roi.voxels)


def test_without_a_roi_the_part_is_null_and_no_file_is_written(files: Path, tmp_path: Path) -> None:
    assert main(["score", str(files / "ct.nii.gz"), "--out", str(tmp_path), "--bundle", NAME]) == 0
    result = _result(tmp_path)
    assert result["roi"] is None
    assert "saliency_mass_in_roi" not in result["predictions"][0]
    assert not (tmp_path / "roi.nii.gz").exists()


def test_dicom_and_nifti_of_one_image_give_the_same_bits(files: Path, tmp_path: Path) -> None:
    for name, source in (("dicom", files / "dicom"), ("nifti", files / "ct.nii.gz")):
        assert main(["score", str(source), "--out", str(tmp_path / name), "--bundle", NAME]) == 0
    first, second = _result(tmp_path / "dicom"), _result(tmp_path / "nifti")
    assert first["predictions"] == second["predictions"]


def test_no_name_of_a_patient_leaves_the_machine(files: Path, tmp_path: Path, capfd: Any) -> None:
    assert main(["score", str(files / "dicom"), "--out", str(tmp_path)]) == 0
    told = "".join(capfd.readouterr()) + (tmp_path / "result.json").read_text()
    assert "Doe" not in told
    assert "Jane" not in told
    assert "P-77" not in told


def test_several_series_are_listed(files: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    both = tmp_path / "both"
    for name, seed in (("a", 7), ("b", 8)):
        other = make_case(CaseParameters(), seed=seed, size=(48, 48, 20), spacing_mm=(8.0, 8.0, 14.0))
        write_ct_series(both / name, other.volume, patient_id=name, seed=name)
    error = _refused(capfd, both, "--out", tmp_path / "out")
    assert "2 series" in error
    assert not (tmp_path / "out").exists()
    uid = error.split("name one: ")[1].split(" ")[0]
    assert main(["score", str(both), "--series", uid, "--out", str(tmp_path / "out")]) == 0
    assert _result(tmp_path / "out")["input"]["series_uid"] == uid


def test_missing_slices_are_refused_unless_accepted(
    files: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    gap = tmp_path / "gap"
    gap.mkdir()
    for number, path in enumerate(sorted((files / "dicom").iterdir())):
        if number != 30:
            (gap / path.name).write_bytes(path.read_bytes())
    error = _refused(capfd, gap, "--out", tmp_path / "out")
    assert "missing_slices" in error
    assert "--accept" in error
    codes = [
        word for word in error.replace(")", " ").split() if word in ("missing_slices", "nonuniform_spacing")
    ]
    accepted = [part for code in sorted(set(codes)) for part in ("--accept", code)]
    assert main(["score", str(gap), "--out", str(tmp_path / "out"), *accepted]) == 0
    assert "missing_slices" in _result(tmp_path / "out")["input"]["accepted"]


def test_a_series_with_a_hole_is_scored_as_it_was_handled(
    files: Path, case: PhantomCase, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Split, a part must be named; resampled it is one grid. The result says which."""
    gap = tmp_path / "gap"
    gap.mkdir()
    for number, path in enumerate(sorted((files / "dicom").iterdir())):
        if number != 50:
            (gap / path.name).write_bytes(path.read_bytes())
    out = tmp_path / "out"
    told = _refused(capfd, gap, "--handling", "split", "--out", out, "--bundle", NAME)
    assert "series" in told
    lower = next(word for word in told.replace(",", " ").split() if word.endswith("#1"))
    arguments = ["score", str(gap), "--handling", "split", "--series", lower, "--bundle", NAME]
    assert main([*arguments, "--out", str(out)]) == 0
    split = _result(out)["input"]
    assert split["handling"] == "split"
    assert split["size"][2] in (50, 9)
    assert "accepted" not in split or not split["accepted"]
    # Slices 6 mm apart from the fiftieth on: resampled they make one grid, and nothing has to be accepted.
    uneven = tmp_path / "uneven"
    uneven.mkdir()
    for number, path in enumerate(sorted((files / "dicom").iterdir())):
        dataset = pydicom.dcmread(path)
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + max(0, number - 50)]
        dataset.save_as(uneven / path.name)
    assert "nonuniform_spacing" in _refused(capfd, uneven, "--out", tmp_path / "no", "--bundle", NAME)
    arguments = ["score", str(uneven), "--handling", "resample", "--bundle", NAME]
    assert main([*arguments, "--out", str(tmp_path / "even")]) == 0
    even = _result(tmp_path / "even")["input"]
    assert even["handling"] == "resample"
    assert "resampled" in {anomaly["code"] for anomaly in even["anomalies"]}


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (["--bundle", "gone"], "no bundle gone"),
        (["--accept", "everything"], "everything is no anomaly"),
        (["--roi", "gone.nii.gz"], "gone.nii.gz"),
        (["--clinical", "gone.json"], "gone.json"),
        (["--phase", "venous"], "NAME=PATH"),
        (["--phase", "venous=gone.nii.gz"], "gone.nii.gz"),
        (["--series", "1.2.3"], "no series 1.2.3"),
        (["--bundle", NAME, "--bundle", NAME], "two of the bundles"),
    ],
)
def test_wrong_arguments(
    files: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], extra: list[str], reason: str
) -> None:
    out = tmp_path / "out"
    assert reason in _refused(capfd, files / "ct.nii.gz", "--out", out, *extra)
    assert not out.exists()


def test_wrong_files(
    files: Path, case: PhantomCase, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert "gone" in _refused(capfd, tmp_path / "gone", "--out", out)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "empty" in _refused(capfd, empty, "--out", out)
    grid = Geometry((4, 4, 4), (9.0, 9.0, 9.0))
    write_mask(tmp_path / "other.nii.gz", Mask(np.ones((4, 4, 4), dtype=bool), grid))
    error = _refused(capfd, files / "ct.nii.gz", "--roi", tmp_path / "other.nii.gz", "--out", out)
    assert "grid" in error
    (tmp_path / "list.json").write_text("[1]")
    error = _refused(capfd, files / "ct.nii.gz", "--clinical", tmp_path / "list.json", "--out", out)
    assert "JSON object" in error
    (tmp_path / "bad.json").write_text("{")
    error = _refused(capfd, files / "ct.nii.gz", "--clinical", tmp_path / "bad.json", "--out", out)
    assert "not JSON" in error
    (tmp_path / "file").touch()
    # Told before the image is read: an hour of predictions would be lost on it.
    error = _refused(capfd, tmp_path / "gone", "--out", tmp_path / "file")
    assert "cannot write into" in error
    assert not out.exists()


def test_lung1_from_the_ct_to_the_result(lung1: Path, tmp_path: Path) -> None:
    (structures,) = (lung1 / "rtstruct").iterdir()
    arguments = [
        "score",
        lung1 / "ct",
        "--roi",
        structures,
        "--roi-name",
        "GTV-1",
        "--out",
        tmp_path,
        "--bundle",
        NAME,
    ]
    assert main([*map(str, arguments)]) == 0
    result = _result(tmp_path)
    # Four independent sources: 155 500 to 157 100 mm³, −62 to −67 HU; widest axial slice 94.1 mm.
    assert 155_500 < result["roi"]["volume_mm3"] < 157_100
    assert -67 < result["roi"]["mean_hu"] < -62
    assert result["roi"]["longest_diameter_mm"] == pytest.approx(94.1, abs=0.1)
    (prediction,) = result["predictions"]
    assert len(prediction["attention"]) == 134
    assert "synthetic_training_data" in [warning["code"] for warning in prediction["warnings"]]
