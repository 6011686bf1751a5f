"""The NSCLC-Radiomics collection becomes a cohort, and who lacks what is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from training.__main__ import main
from training.preparation.case import read_case

GRID = Geometry((16, 16, 6), (5.0, 5.0, 3.0), (-40.0, -40.0, 10.0))
HEADER = (
    "PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,"
    "Survival.time,deadstatus.event\n"
)


def write_ct(folder: Path, patient: str, description: str = "CT") -> list[Path]:
    volume = Volume(np.full(GRID.shape, -500, np.int16), GRID)
    return write_ct_series(
        folder, volume, patient_id=patient, description=description, patient_name="Doe^Jane", seed=patient
    )


def write_structures(path: Path, image: Path, *names: str, frame: str | None = None) -> None:
    """An RTSTRUCT on an image's series: a square on two slices for each name."""
    ct = pydicom.dcmread(image, stop_before_pixels=True)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    uid = generate_uid(entropy_srcs=[str(path)])
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
    dataset.Modality, dataset.PatientID, dataset.PatientName = "RTSTRUCT", ct.PatientID, "Doe^Jane"
    series, study, reference = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = ct.SeriesInstanceUID
    study.RTReferencedSeriesSequence = Sequence([series])
    reference.FrameOfReferenceUID = ct.FrameOfReferenceUID
    reference.RTReferencedStudySequence = Sequence([study])
    dataset.ReferencedFrameOfReferenceSequence = Sequence([reference])
    regions, drawn = [], []
    for number, name in enumerate(names, start=1):
        roi, item = Dataset(), Dataset()
        roi.ROINumber, roi.ROIName = number, name
        roi.ReferencedFrameOfReferenceUID = frame or ct.FrameOfReferenceUID
        item.ReferencedROINumber = number
        item.ContourSequence = Sequence()
        for z in (2, 3):
            corners = [(2.5, 2.5, z), (7.5, 2.5, z), (7.5, 6.5, z), (2.5, 6.5, z)]
            contour = Dataset()
            contour.ContourGeometricType = "CLOSED_PLANAR"
            contour.NumberOfContourPoints = 4
            contour.ContourData = [f"{v:.4f}" for v in np.ravel(GRID.index_to_patient(corners))]
            item.ContourSequence.append(contour)
        regions.append(roi)
        drawn.append(item)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Sequence(regions), Sequence(drawn)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)


def clinical(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(dicom: Path, table: Path, out: Path, *more: str) -> int:
    arguments = ["import-lung1", "--dicom", str(dicom), "--clinical", str(table), "--out", str(out)]
    return main([*arguments, *more])


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight patients: as downloaded, flat, mixed in one folder, and with all that may be missing."""
    folder = tmp_path_factory.mktemp("collection")
    dicom = folder / "NSCLC-Radiomics"
    # As The Cancer Imaging Archive lays it out; the folders' names say nothing that is used.
    ct = write_ct(dicom / "LUNG1-001" / "study" / "300-1" / "ct", "LUNG1-001")
    write_structures(dicom / "LUNG1-001" / "study" / "1-rt" / "1-1.dcm", ct[0], "Lung-Left", "GTV-1")
    # All in one folder, the region's name written another way, beside a second CT that nobody drew on.
    ct = write_ct(dicom / "second", "LUNG1-002")
    write_structures(dicom / "second" / "rs.dcm", ct[0], "gtv 1", "Lung-Right")
    for path in write_ct(dicom / "other", "LUNG1-002", "another CT"):
        shutil.move(path, dicom / "second" / f"other-{path.name}")
    write_ct(dicom / "LUNG1-003", "LUNG1-003")
    ct = write_ct(dicom / "LUNG1-004", "LUNG1-004")
    write_structures(dicom / "LUNG1-004-rt" / "1-1.dcm", ct[0], "GTV-2", "Lung-Left")
    write_ct(dicom / "LUNG1-005" / "one", "LUNG1-005", "one")
    write_ct(dicom / "LUNG1-005" / "two", "LUNG1-005", "two")
    write_ct(dicom / "stranger", "LUNG1-900")
    ct = write_ct(dicom / "LUNG1-006", "LUNG1-006")
    ct[3].unlink()
    ct = write_ct(dicom / "LUNG1-008", "LUNG1-008")
    elsewhere = generate_uid(entropy_srcs=["elsewhere"])
    write_structures(dicom / "LUNG1-008-rt" / "1-1.dcm", ct[0], "GTV-1", frame=elsewhere)
    (dicom / "license.txt").write_text("not DICOM")
    (dicom / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\x08\0\x60\0CSxx")
    clinical(
        folder / "clinical.csv",
        "LUNG1-001,78.7515,2.0,3,0,IIIb,large cell,male,2165,1",
        "LUNG1-002,,5.0,4,3,I,NA,female,365.25,0",
        "LUNG1-003,60,1,0,0,I,nos,male,100,1",
        "LUNG1-004,61,1,0,0,I,nos,male,100,1",
        "LUNG1-005,62,1,0,0,I,nos,male,100,1",
        "LUNG1-006,63,1,0,0,I,nos,male,100,1",
        "LUNG1-007,63,1,0,0,I,nos,male,0,yes",
        "LUNG1-008,64,1,0,0,I,nos,male,100,0",
        "LUNG1-009,65,1,0,0,I,nos,male,100,0",
    )
    return folder


def test_the_collection_becomes_a_cohort(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(collection / "NSCLC-Radiomics", collection / "clinical.csv", tmp_path / "out") == 0
    told = capsys.readouterr().out
    cohort = read_cohort(tmp_path / "out" / "cohort.csv")
    by_id = {row.patient_id: row for row in cohort.rows}
    assert list(by_id) == ["LUNG1-001", "LUNG1-002", "LUNG1-003", "LUNG1-004", "LUNG1-008"]
    first, second = by_id["LUNG1-001"], by_id["LUNG1-002"]
    assert first.time_months == pytest.approx(2165 / 30.4375, abs=1e-4)
    assert (first.event, first.roi_name) == (True, "GTV-1")
    assert {
        "age": "78.7515",
        "t_stage": "2",
        "n_stage": "3",
        "overall_stage": "IIIb",
    }.items() <= first.other.items()
    assert (second.time_months, second.event, second.roi_name) == (12.0, False, "gtv 1")
    # What the TNM system doesn't have is not known.
    assert [second.other[name] for name in ("age", "t_stage", "n_stage", "m_stage", "histology")] == [""] * 5
    for row in (first, second):
        volume, mask = read_case(row)
        assert mask is not None
        assert mask.count == 2 * 5 * 4
        volume.geometry.require_same(GRID)
    assert "5 patients, 3 deaths, 2 with GTV-1" in told
    assert "Doe" not in told


def test_who_lacks_what_is_named(
    collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(collection / "NSCLC-Radiomics", collection / "clinical.csv", tmp_path / "out") == 0
    told = capsys.readouterr().out
    text = (tmp_path / "out" / "import.json").read_text()
    report = json.loads(text)
    assert {kind: sorted(patients) for kind, patients in report["missing"].items()} == {
        "no_clinical_row": ["LUNG1-900"],
        "clinical_row_unusable": ["LUNG1-007"],
        "no_ct": ["LUNG1-009"],
        "ct_unusable": ["LUNG1-005", "LUNG1-006"],
        "no_rtstruct": ["LUNG1-003"],
        "no_roi": ["LUNG1-004", "LUNG1-008"],
    }
    missing = report["missing"]
    assert "line 8: survival.time '0'" in missing["clinical_row_unusable"]["LUNG1-007"]
    assert "2 CT series" in missing["ct_unusable"]["LUNG1-005"]
    assert "missing_slices" in missing["ct_unusable"]["LUNG1-006"]
    assert "there are: GTV-2, Lung-Left" in missing["no_roi"]["LUNG1-004"]
    assert "another patient space" in missing["no_roi"]["LUNG1-008"]
    assert (report["unreadable_files"], report["days_per_month"]) == (1, 30.4375)
    assert "Doe" not in text
    assert "2 with a CT that can't be used (left out): LUNG1-005, LUNG1-006" in told


def test_another_region_can_be_asked_for(collection: Path, tmp_path: Path) -> None:
    table = collection / "clinical.csv"
    assert run(collection / "NSCLC-Radiomics", table, tmp_path / "out", "--roi-name", "GTV-2") == 0
    with_roi = [row for row in read_cohort(tmp_path / "out" / "cohort.csv").rows if row.roi]
    assert [(row.patient_id, row.roi_name) for row in with_roi] == [("LUNG1-004", "GTV-2")]


def test_what_stops_an_import(collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dicom, table, good = collection / "NSCLC-Radiomics", collection / "clinical.csv", HEADER
    twice = clinical(tmp_path / "twice.csv", *["LUNG1-001,,,,,,,,10,1"] * 2)
    lacks = tmp_path / "lacks.csv"
    lacks.write_text(good.replace("Survival.time,", "") + "LUNG1-001,,,,,,,,1\n")
    nobody = clinical(tmp_path / "nobody.csv", "LUNG1-555,,,,,,,,10,1")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "cohort.csv").touch()
    for arguments, reason in (
        ((dicom, twice, tmp_path / "out"), "lines 2 and 3 are both of LUNG1-001"),
        ((dicom, lacks, tmp_path / "out"), "lacks the column survival.time"),
        ((dicom, nobody, tmp_path / "out"), "nobody has both"),
        ((dicom, tmp_path / "gone.csv", tmp_path / "out"), "cannot read the clinical table"),
        ((dicom / "gone", table, tmp_path / "out"), "there is no folder"),
        ((dicom, table, tmp_path / "taken"), "is there already"),
    ):
        assert run(*arguments) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert reason in error
    assert not (tmp_path / "out").exists()


def test_lung1_001_with_the_collection_s_table(lung1: Path, shared_data: Path, tmp_path: Path) -> None:
    table = shared_data / "survival_tables" / "lung1_clinical.csv"
    assert run(lung1, table, tmp_path / "out") == 0
    (row,) = read_cohort(tmp_path / "out" / "cohort.csv").rows
    assert (row.patient_id, row.roi_name, row.event) == ("LUNG1-001", "GTV-1", True)
    assert row.time_months == pytest.approx(71.1294)
    _, mask = read_case(row)
    assert mask is not None
    assert mask.volume_mm3 == pytest.approx(156_323, rel=1e-4)
    report = json.loads((tmp_path / "out" / "import.json").read_text())
    assert len(report["missing"]["no_ct"]) == 340
    # The landmark's cube, from the table to the cache.
    arguments = ["prepare", str(tmp_path / "out" / "cohort.csv"), "--out", str(tmp_path / "cache")]
    settings = ["--set", "preprocessing.images_are_cubes=false"]
    assert main([*arguments, "--recipe", "nsclc_slice_attention", *settings]) == 0
    assert len(list((tmp_path / "cache" / "cases").rglob("*.npz"))) == 1
