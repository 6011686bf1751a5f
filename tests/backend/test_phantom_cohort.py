from __future__ import annotations

import csv
import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import Cancelled, InputError
from ctprog_gui.core.shared.progress import Progress
from training.__main__ import main
from training.phantom import pictures
from training.phantom.cohort import write_cohort
from training.phantom.factors import parse_effects
from training.phantom.hazard import Hazard
from training.phantom.plan import Options, parse_controls
from training.phantom.plan import make_plan as plan_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "phantom"
    write_cohort(out, 2, seed=9)
    return out


def _truth(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_table_is_a_valid_cohort(folder: Path) -> None:
    cohort = read_cohort(folder / "cohort.csv")
    assert len(cohort.rows) == 2
    for row, truth in zip(cohort.rows, _truth(folder), strict=True):
        volume = read_volume(row.image)
        assert row.roi is not None
        (roi,) = read_rois(row.roi, volume.geometry)
        assert roi.volume_mm3 == pytest.approx(float(truth["roi_volume_mm3"]), abs=0.1)
        death = float(truth["death_months"])
        assert row.time_months == pytest.approx(death) if row.event else row.time_months < death


def test_the_truth_is_the_stated_law(folder: Path) -> None:
    hazard = Hazard()
    for truth in _truth(folder):
        risk = 0.9 * np.log(float(truth["roi_volume_mm3"]) / 14_000) + 0.7 * (
            (float(truth["texture_hu"]) - 40) / 20
        )
        assert float(truth["oracle_risk"]) == pytest.approx(risk, abs=1e-3)
        expected = np.exp(-((12 / hazard.scale_months) ** hazard.shape) * np.exp(risk))
        assert float(truth["s_12"]) == pytest.approx(expected, abs=1e-4)


def test_a_larger_cohort_begins_with_the_smaller_one(folder: Path, tmp_path: Path) -> None:
    write_cohort(tmp_path / "one", 1, seed=9)
    first = (tmp_path / "one" / "truth.csv").read_text().splitlines()
    assert first == (folder / "truth.csv").read_text().splitlines()[:2]
    image = Path("images/phantom-9-0000.nii.gz")
    assert read_volume(tmp_path / "one" / image).sha256 == read_volume(folder / image).sha256


def test_as_dicom(folder: Path, tmp_path: Path) -> None:
    write_cohort(tmp_path / "dicom", 1, seed=9, options=Options(form="dicom"))
    row = read_cohort(tmp_path / "dicom" / "cohort.csv").rows[0]
    (series,) = open_path([row.image])
    assert not series.info.anomalies
    assert series.info.patient.patient_id == "phantom-9-0000"
    stored = series.read()
    expected = read_volume(folder / "images/phantom-9-0000.nii.gz")
    assert np.array_equal(stored.voxels, expected.voxels)
    stored.geometry.require_same(expected.geometry)
    assert row.roi is not None
    assert read_rois(row.roi, stored.geometry)[0].count > 0


def test_any_number_of_workers_writes_the_same_files(tmp_path: Path) -> None:
    options = Options(system="deep_radscore", controls=frozenset({"scanner"}))
    for workers in (1, 2):
        write_cohort(tmp_path / str(workers), 3, seed=4, options=options, workers=workers)
    one, two = (sorted(p for p in (tmp_path / n).rglob("*") if p.is_file()) for n in "12")
    assert [p.relative_to(tmp_path / "1") for p in one] == [p.relative_to(tmp_path / "2") for p in two]
    assert len(one) == 3 + 3 + 2
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(one, two, strict=True))


def test_a_worker_that_is_killed_leaves_one_line_and_no_table(tmp_path: Path) -> None:
    def kill(fraction: float, text: str) -> None:
        if fraction > 0:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)

    options = Options(size="cube")
    with pytest.raises(InputError, match="was killed"):
        write_cohort(tmp_path / "c", 12, options=options, workers=2, progress=Progress(kill))
    assert not (tmp_path / "c" / "cohort.csv").exists()


def test_as_dicom_for_other_readers(tmp_path: Path) -> None:
    """What pydicom and SimpleITK make of it, and what a viewer needs to be told."""
    import pydicom
    import SimpleITK as sitk

    options = Options(form="dicom", slice_mm=10.0)
    write_cohort(tmp_path / "c", 1, seed=3, options=options)
    write_cohort(tmp_path / "n", 1, seed=3, options=Options(slice_mm=10.0))
    folder = tmp_path / "c" / "images" / "phantom-3-0000"
    files = sorted(folder.iterdir())
    assert len(files) == 29
    headers = [pydicom.dcmread(path) for path in files]
    first = headers[0]
    assert (first.RescaleIntercept, first.RescaleSlope, first.RescaleType) == (-1024, 1, "HU")
    assert list(first.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
    assert [float(v) for v in first.PixelSpacing] == [2.5, 2.5]
    assert first.SliceThickness == 10
    assert list(first.WindowCenter) == [-600, 40]
    assert list(first.WindowWidth) == [1500, 400]
    steps = np.diff([float(header.ImagePositionPatient[2]) for header in headers])
    assert steps == pytest.approx(10.0)
    for tag in ("FrameOfReferenceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        assert len({header[tag].value for header in headers}) == 1
    assert len({header.SOPInstanceUID for header in headers}) == len(headers)
    expected = read_volume(tmp_path / "n" / "images" / "phantom-3-0000.nii.gz")
    pixels = np.stack([header.pixel_array.astype(int) - 1024 for header in headers])
    assert np.array_equal(pixels, expected.voxels)
    image = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    assert np.array_equal(sitk.GetArrayFromImage(image), expected.voxels)
    assert image.GetSpacing() == pytest.approx(expected.geometry.spacing_mm)
    assert image.GetOrigin() == pytest.approx(expected.geometry.origin_mm)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(censoring=1.5), "share of censored"),
        (Options(censoring=0.1, horizon_months=3.0), "censors .* by itself"),
        (Options(horizon_months=0.0), "after month 0"),
        (Options(slice_mm=40.0), "0.5 to 10 mm"),
        (Options(size="cube", slice_mm=2.0), "no slice thickness"),
        (Options(effects={"washout": 1.0}), "two phases"),
        (Options(driver="ring"), "no endpoints"),
    ],
)
def test_contradictions_are_said(options: Options, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plan_of(options, 1)


@pytest.mark.parametrize(
    "text", ["volume", "volume=", "volume=x", "mass=1", "volume=1,volume=2", "volume=nan"]
)
def test_effects_that_cannot_be_read_are_said(text: str) -> None:
    with pytest.raises(InputError):
        parse_effects(text)


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = ["--size", "cube", "--factors", "ring=0.8", "--censoring", "0.3", "--kernel", "soft"]
    assert main(["phantom", "--out", str(tmp_path / "c"), "--cases", "2", *asked]) == 0
    last = capfd.readouterr().out.splitlines()[-1]
    assert last.startswith("2 patients, ")
    for truth in _truth(tmp_path / "c"):
        risk = 0.8 * (float(truth["ring_hu"]) - 90) / 52
        assert float(truth["oracle_risk"]) == pytest.approx(risk, abs=1e-4)
    for wrong in (["--factors", "mass=1"], ["--controls", "none"], ["--noise", "-1"], ["--workers", "0"]):
        assert main(["phantom", "--out", str(tmp_path / "no"), "--cases", "1", *wrong]) == 1
        assert len(capfd.readouterr().err.splitlines()) == 1
        assert not (tmp_path / "no").exists()


def test_the_manuals_picture_of_tumours(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "tumours.png"
    pictures.draw_tumours(path)
    assert path.stat().st_size < 200_000
    with Image.open(path) as picture:
        grey = np.asarray(picture.convert("L"))
    # Neither blank nor all one end of the window.
    assert 0.02 < ((grey > 60) & (grey < 200)).mean() < 0.9


def test_effects_and_controls_are_lists_with_commas() -> None:
    assert parse_effects("volume=0.8, texture=-.5") == {"volume": 0.8, "texture": -0.5}
    assert parse_controls("") == frozenset()
    assert parse_controls("erased,shuffled") == {"erased", "shuffled"}
    with pytest.raises(InputError, match="no control 'erase'"):
        parse_controls("erase")


def test_what_cannot_be_done_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an empty folder"):
        write_cohort(folder, 1)
    with pytest.raises(InputError, match="at least one case"):
        write_cohort(tmp_path / "none", 0)
    with pytest.raises(InputError, match="at least one worker"):
        write_cohort(tmp_path / "none", 1, workers=0)


def test_a_cancelled_cohort_has_no_table(tmp_path: Path) -> None:
    stop = Progress(lambda fraction, _: stop.cancel() if fraction > 0 else None)
    with pytest.raises(Cancelled):
        write_cohort(tmp_path / "some", 3, progress=stop)
    assert not (tmp_path / "some" / "cohort.csv").exists()
