"""A fast sample of odd and malformed series: nothing crashes, hangs, or is shown wrong without a word.

Two thousand more run by hand: ``python tests/support/odd_series.py FOLDER… --count 2000``.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from odd_series import CHANGES, DAMAGES, judge, make_case, sound_series

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory):
    noise = np.random.default_rng(5).integers(-1024, 2000, (8, 256, 240)).astype(np.int16)
    volume = Volume(noise, Geometry((240, 256, 8), (0.7, 0.9, 3.0), (-10.0, 20.5, -300.0)))
    folder = tmp_path_factory.mktemp("sound")
    write_ct_series(folder, volume, patient_id="P1")
    return [sound_series(folder)]


def test_a_wrong_value_is_seen(synthetic, tmp_path, monkeypatch):
    """The judge itself: a reader that is off by one is told."""
    from ctprog_gui.core.dicom import pixels

    make_case(synthetic, tmp_path, seed=4)
    assert judge(tmp_path) == ("read", [])
    monkeypatch.setattr(pixels, "rescale", lambda header: (1.0, -1023.0))
    _, wrong = judge(tmp_path)
    assert "HU off by 1" in wrong[0]


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_odd_series_made_by_formula(synthetic, tmp_path, start, caplog):
    caplog.set_level(logging.CRITICAL)
    _try(synthetic, tmp_path, range(start, start + 10))


@pytest.mark.shared_data
@pytest.mark.parametrize("start", range(1000, 1040, 10))
def test_odd_series_made_of_real_ones(lung1, shared_data, tmp_path, start, caplog):
    caplog.set_level(logging.CRITICAL)
    sound = [sound_series(lung1 / "ct"), sound_series(shared_data / "ct_liver" / "ct")]
    _try(sound, tmp_path, range(start, start + 10))


def _try(sound, tmp_path: Path, seeds: range) -> None:
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        done = make_case(sound, folder, seed)
        outcome, wrong = judge(folder)
        assert not wrong, (seed, done, outcome)


def test_the_generator_knows_many_ways():
    assert len({change.__name__ for change in CHANGES}) >= 14
    assert len({damage.__name__ for damage in DAMAGES}) >= 6
