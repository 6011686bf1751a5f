from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import Cancelled, InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.phantom.cohort import draw_parameters, write_cohort
from training.phantom.hazard import Hazard


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
    write_cohort(tmp_path / "dicom", 1, seed=9, form="dicom")
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


def test_deaths_follow_the_hazard() -> None:
    """Drawn times agree with S(t), and the oracle's C is what the effects should give."""
    hazard = Hazard()
    rng = np.random.default_rng(4)
    times = np.array([hazard.draw(0.5, rng)[0] for _ in range(4000)])
    for month in (6.0, 12.0, 24.0):
        # Three standard errors of a proportion at n = 4000.
        assert (times > month).mean() == pytest.approx(float(hazard.survival(0.5, month)), abs=0.024)
    parameters = [draw_parameters(rng) for _ in range(1500)]
    risk = np.array([float(hazard.risk(p.volume_mm3, p.texture_hu)) for p in parameters])
    drawn = np.array([hazard.draw(r, rng) for r in risk])
    follow_up = FollowUp(drawn.min(axis=1), drawn[:, 0] <= drawn[:, 1])
    assert 0.73 < concordance(follow_up, risk) < 0.79
    assert 0.4 < follow_up.event.mean() < 0.8


def test_what_cannot_be_done_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an empty folder"):
        write_cohort(folder, 1)
    with pytest.raises(InputError, match="at least one case"):
        write_cohort(tmp_path / "none", 0)


def test_a_cancelled_cohort_has_no_table(tmp_path: Path) -> None:
    stop = Progress(lambda fraction, _: stop.cancel() if fraction > 0 else None)
    with pytest.raises(Cancelled):
        write_cohort(tmp_path / "some", 3, progress=stop)
    assert not (tmp_path / "some" / "cohort.csv").exists()
