"""The three commands of docs/reproduce-slice-attention.md, from the collection's own layout to the tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tiny_run import Tiny

import training
from ctprog_gui.core.cohort.table import PatientRow, read_cohort
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reference import image_reference
from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from training.__main__ import main
from training.preparation.case import read_case

PAPER = Path(training.__file__).parent / "configs" / "paper"
HEADER = (
    "PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,"
    "Survival.time,deadstatus.event\n"
)
# Small enough for seconds; the networks and all steps are the paper's.
SMALL = {
    "folds": "2",
    "preprocessing.spacing_mm": "[6, 6, 15]",
    "preprocessing.slice_size": "[32, 32]",
    "pretraining.epochs": "1",
    "fit.epochs": "2",
    "fit.turns": "1",
}


def download(folder: Path, row: PatientRow) -> str:
    """A phantom as the collection would hold it: CT and RTSTRUCT below the patient. Its clinical row."""
    volume, roi = read_case(row)
    assert roi is not None
    every = (slice(None, None, 2), slice(None, None, 3), slice(None, None, 3))
    voxels = volume.voxels[every]
    spacing = volume.geometry.spacing_mm
    grid = Geometry(
        (voxels.shape[2], voxels.shape[1], voxels.shape[0]),
        (3 * spacing[0], 3 * spacing[1], 2 * spacing[2]),
        volume.geometry.origin_mm,
    )
    study = folder / row.patient_id / "a study"
    write_ct_series(
        study / "1-ct", Volume(voxels.copy(), grid), patient_id=row.patient_id, seed=row.patient_id
    )
    (series,) = open_path([study / "1-ct"])
    region = Mask(roi.voxels[every].copy(), series.read().geometry, name="GTV-1")
    write_rtstruct(study / "1-1.dcm", [region], image_reference(series))
    days = 30.4375 * row.time_months
    return f"{row.patient_id},60,2,1,0,II,nos,male,{days:.2f},{int(row.event)}\n"


def test_from_the_collection_to_the_tables(
    tiny_home: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.evaluation.versus.SWAPS", 50)
    monkeypatch.setattr("training.evaluation.evaluate.RESAMPLES", 50)
    collection, table = tmp_path / "NSCLC-Radiomics", tmp_path / "clinical.csv"
    rows = read_cohort(tiny_home.table).rows
    table.write_text(HEADER + "".join(download(collection, row) for row in rows))
    lung1 = tmp_path / "lung1"
    told = ["--dicom", str(collection), "--clinical", str(table), "--out", str(lung1)]
    assert main(["import-lung1", *told]) == 0
    assert "12 patients" in capsys.readouterr().out
    settings = [part for key, value in SMALL.items() for part in ("--set", f"{key}={value}")]
    runs = {"extractor": "table3_efficientnet_extractor", "average": "table4_average"}
    for name, config in runs.items():
        given = [str(PAPER / f"{config}.yaml"), "--cohort", str(lung1 / "cohort.csv")]
        more = ["--out", str(tmp_path / name), "--device", "cpu", "--threads", "1", *settings]
        assert main(["fit", *given, *more]) == 0
    assert main(["evaluate", str(tmp_path / "extractor"), "--against", str(tmp_path / "average")]) == 0
    report = (tmp_path / "extractor" / "report.md").read_text()
    assert report.startswith("# Report\n\nThe model was tried on 12 patients")
    assert "(figures/attention_examples.png)" in report
    with (tmp_path / "extractor" / "predictions.csv").open() as file:
        months = {line["patient_id"]: float(line["time_months"]) for line in csv.DictReader(file)}
    assert months == pytest.approx({row.patient_id: row.time_months for row in rows}, abs=1e-3)
    with (tmp_path / "extractor" / "tables" / "comparison.csv").open() as file:
        compared = list(csv.DictReader(file))
    assert [line["run"] for line in compared] == [
        "paper-efficientnet-extractor",
        "paper-efficientnet-average",
    ]
    assert all(np.isfinite(float(line["ctd_mean"])) for line in compared)
