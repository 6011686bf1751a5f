from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.phantom.scanner import Scanner
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.concordance import concordance
from ctprog_gui.core.survival.sample import FollowUp
from training.phantom.cohort import write_cohort
from training.phantom.measured import measure_patient, out_of_fold, report
from training.phantom.plan import Options


def test_what_is_measured_is_what_was_drawn(tmp_path: Path) -> None:
    options = Options(size="cube", effects={"ring": 1.0}, scanner=Scanner(noise=0.2))
    write_cohort(tmp_path / "quiet", 2, seed=12, options=options)
    loud = Options(size="cube", effects={"ring": 1.0}, scanner=Scanner("sharp", 1.5))
    write_cohort(tmp_path / "loud", 2, seed=12, options=loud)
    quiet = read_cohort(tmp_path / "quiet" / "cohort.csv")
    truth = [line.split(",") for line in (tmp_path / "quiet" / "truth.csv").read_text().splitlines()]
    rings, seen = [], []
    for row, line in zip(quiet.rows, truth[1:], strict=True):
        known = dict(zip(truth[0], line, strict=True))
        volume, spread, ring, grain = measure_patient(row)
        assert volume == pytest.approx(np.log(float(known["roi_volume_mm3"])), abs=1e-4)
        assert spread == pytest.approx(float(known["texture_hu"]), rel=0.35, abs=8)
        rings.append(float(known["ring_hu"]))
        seen.append(ring)
        other = read_cohort(tmp_path / "loud" / "cohort.csv").rows[quiet.rows.index(row)]
        assert measure_patient(other)[3] > 3 * grain
    assert np.sign(np.diff(rings)) == np.sign(np.diff(seen))


def test_a_measurement_that_decides_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(2)
    known, noise = rng.normal(size=(2, 400))
    death = rng.exponential(size=400) * np.exp(-known)
    follow_up = FollowUp(death, np.ones(400, dtype=bool))
    assert concordance(follow_up, out_of_fold(follow_up, known[:, None])) > 0.7
    assert abs(concordance(follow_up, out_of_fold(follow_up, noise[:, None])) - 0.5) < 0.06


def test_a_cohort_without_its_truth_is_said(tmp_path: Path) -> None:
    write_cohort(tmp_path / "c", 1, seed=1, options=Options(size="cube"))
    (tmp_path / "c" / "truth.csv").unlink()
    with pytest.raises(InputError, match=r"truth\.csv"):
        report(read_cohort(tmp_path / "c" / "cohort.csv"))
