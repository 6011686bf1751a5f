"""``ctprog inspect`` as another program calls it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ctprog_gui.__main__ import main
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume

KEYS = {
    "series_uid",
    "study_uid",
    "patient_id",
    "description",
    "modality",
    "files",
    "slices",
    "rows",
    "columns",
    "spacing_mm",
    "origin_mm",
    "direction",
    "orientation",
    "hu_range",
    "transfer_syntax",
    "anomalies",
}


@pytest.fixture
def folder(tmp_path):
    voxels = np.arange(-500, -500 + 4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)
    volume = Volume(voxels, Geometry((6, 5, 4), (0.5, 0.8, 3.0), (-10, 20, 30)))
    path = tmp_path / "ct"
    write_ct_series(path, volume, patient_id="P1", patient_name="Doe^Jane", description="Chest")
    return path


def test_json_has_the_keys_of_the_contract(folder, capfd):
    assert main(["inspect", str(folder), "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    (series,) = json.loads(out)
    assert set(series) >= KEYS
    assert series["spacing_mm"] == pytest.approx([0.5, 0.8, 3.0])
    assert series["origin_mm"] == pytest.approx([-10, 20, 30])
    assert series["direction"] == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert (series["files"], series["slices"], series["rows"], series["columns"]) == (4, 4, 5, 6)
    assert (series["orientation"], series["modality"], series["description"]) == ("axial", "CT", "Chest")
    assert series["hu_range"] == [-500, -381]
    assert series["anomalies"] == []
    assert "Doe" not in out


def test_anomalies_are_listed_and_the_status_is_0(folder, capfd):
    (folder / "slice-0002.dcm").unlink()
    assert main(["inspect", str(folder), "--json"]) == 0
    (series,) = json.loads(capfd.readouterr().out)
    assert {anomaly["code"] for anomaly in series["anomalies"]} == {"missing_slices", "nonuniform_spacing"}
    assert all(anomaly["detail"] for anomaly in series["anomalies"])


def test_text_tells_each_series_and_its_anomalies(folder, capfd):
    (folder / "slice-0002.dcm").unlink()
    assert main(["inspect", str(folder)]) == 0
    out = capfd.readouterr().out
    assert "CT P1 · Chest · 3 slices 6×5" in out
    assert "missing_slices: 1 slice missing" in out
    assert "Doe" not in out


def test_a_slice_that_cannot_be_read_is_told_and_the_status_is_0(folder, capfd):
    path = folder / "slice-0002.dcm"
    path.write_bytes(path.read_bytes()[:-10])
    assert main(["inspect", str(folder), "--json"]) == 0
    (series,) = json.loads(capfd.readouterr().out)
    assert series["hu_range"] is None
    assert [anomaly["code"] for anomaly in series["anomalies"]] == ["truncated_pixel_data"]


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()])
def test_a_failure_is_one_line_and_status_1(tmp_path, capfd, make):
    make(tmp_path / "somewhere")
    assert main(["inspect", str(tmp_path / "somewhere"), "--json"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("ctprog: ")
    assert err.count("\n") == 1


def test_wrong_usage_is_status_2(capfd):
    with pytest.raises(SystemExit) as raised:
        main(["inspect"])
    assert raised.value.code == 2


def test_lung1_001_from_its_zip(shared_data, capfd):
    assert main(["inspect", str(shared_data / "lung1_001.zip"), "--json"]) == 0
    (series,) = json.loads(capfd.readouterr().out)
    assert (series["slices"], series["rows"], series["columns"]) == (134, 512, 512)
    assert series["spacing_mm"] == pytest.approx([0.9766, 0.9766, 3.0], abs=1e-4)
    assert series["anomalies"] == []


@pytest.mark.parametrize("name", ["ge_gantry_tilt", "codecs", "broken"])
def test_every_odd_set_gives_series(shared_data, capfd, name):
    assert main(["inspect", str(shared_data / "odd_dicom" / name), "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)) >= 1
