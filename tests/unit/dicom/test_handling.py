"""Slices that make no regular grid: split, resampled, or taken as they are, and said so."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.dicom.handling import choices, handled
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.series import Handling
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.straightening import Placed, straight_grid, straighten
from ctprog_gui.core.shared.errors import InputError


def codes(series):
    return {anomaly.code for anomaly in series.info.anomalies}


def one(folder):
    (series,) = open_path([folder])
    return series


def tilt(step):
    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y + step * index, z]

    return edit


def test_a_sound_series_has_nothing_to_choose(write):
    series = one(write())
    assert choices(series) == ()
    with pytest.raises(InputError, match="can't be taken by resample"):
        handled(series, Handling.RESAMPLE)


def test_a_series_with_a_hole_is_split_there(write, volume):
    series = one(write(lambda dataset, index: index not in (4, 5), slices=10))
    assert choices(series) == (Handling.SPLIT, Handling.RESAMPLE, Handling.AS_IS)
    low, high = handled(series, Handling.SPLIT)
    assert [part.info.slices for part in (low, high)] == [4, 4]
    assert not codes(low) | codes(high)
    assert low.info.geometry.origin_mm[2] == -300
    assert high.info.geometry.origin_mm[2] == -285
    assert {part.info.handling for part in (low, high)} == {"split"}
    whole = series.read().voxels
    np.testing.assert_array_equal(np.concatenate([low.read().voxels, high.read().voxels]), whole)


def test_gaps_that_change_are_split_where_they_do(write):
    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + (2.5 * (index - 4) if index > 4 else 0)]

    thin, thick = handled(one(write(edit, slices=9)), Handling.SPLIT)
    assert [part.info.geometry.spacing_mm[2] for part in (thin, thick)] == [2.5, 5]


def test_an_even_tilt_is_nothing_to_split_but_to_resample(write):
    assert choices(one(write(tilt(0.9), slices=6))) == (Handling.RESAMPLE, Handling.AS_IS)


def test_resampling_a_tilt_puts_each_slice_where_it_lies(write):
    """Steps of whole pixels sideways: every value is found again at its own place, none is changed."""
    series = one(write(tilt(0.9), slices=6))
    (straight,) = handled(series, Handling.RESAMPLE)
    read, raw = straight.read(), series.read()
    assert read.geometry == straight.info.geometry
    assert read.geometry.size == (8, 6 + 5, 6)
    assert codes(straight) == {"resampled"}
    for k, header in enumerate(series.stack.slices):
        for row, column in ((0, 0), (5, 7), (3, 2)):
            place = np.array(header.position) + np.array([0.7 * column, 0.9 * row, 0])
            assert read.value_at(place) == raw.voxels[k, row, column]


def test_resampling_interpolates_a_linear_field_exactly():
    """Values that rise linearly through space do so after resampling, wherever slices covered it."""
    grid = Geometry((20, 16, 7), (0.8, 0.8, 2.0), (5.0, -3.0, 40.0))
    heights = np.array([0, 1.5, 4, 6.1, 7.9, 10, 12.0])
    sideways = np.array([0, 0.31, 0.85, 1.3, 1.7, 2.2, 2.6])
    positions = np.stack([5 + 0 * heights, -3 + sideways, 40 + heights], axis=1)

    def field(points):
        return points @ np.array([3.0, -2.0, 5.0]) + 7

    index = np.stack(np.meshgrid(np.arange(16), np.arange(20), indexing="ij")[::-1], -1) * 0.8
    slices = np.stack(
        [field(np.concatenate([p[:2] + index, np.full((16, 20, 1), p[2])], -1)) for p in positions]
    )
    read = straighten(slices.astype(np.float32), Placed(grid, positions))
    assert read.geometry.size == (20, 20, 7)
    k, j, i = np.indices(read.voxels.shape)
    expected = field(read.geometry.index_to_patient(np.stack([i, j, k], -1)))
    # Rows that all slices cover: the grid's edges hold what lies outside of some.
    np.testing.assert_allclose(read.voxels[:, 4:16], expected[:, 4:16], atol=1e-3)


def test_slices_too_far_apart_are_not_resampled():
    grid = Geometry((8, 8, 2), (1, 1, 1))
    with pytest.raises(InputError, match="too far apart"):
        straight_grid(Placed(grid, np.array([[0, 0, 0], [500, 0, 1.0]])))


def test_missing_slices_stay_missing_when_resampled(write):
    series = one(write(lambda dataset, index: index != 4, slices=9))
    (straight,) = handled(series, Handling.RESAMPLE)
    assert codes(straight) == {"missing_slices", "resampled"}
    assert straight.info.slices == 9
    assert straight.info.refusals


def test_two_passes_are_split_by_acquisition(write):
    """As a liver in two phases under one series UID: slices 0, 2, 4… and again in the same places."""

    def edit(dataset, index):
        if index % 2:
            x, y, z = dataset.ImagePositionPatient
            dataset.ImagePositionPatient = [x, y, z - 2.5]
        dataset.AcquisitionNumber = index % 2

    series = one(write(edit, slices=10))
    assert codes(series) == {"duplicate_slices"}
    assert choices(series) == (Handling.SPLIT, Handling.AS_IS)
    early, late = handled(series, Handling.SPLIT)
    assert not codes(early) | codes(late)
    assert {h.acquisition for h in early.stack.slices} == {0}
    assert {h.acquisition for h in late.stack.slices} == {1}
    assert [part.info.slices for part in (early, late)] == [5, 5]
    np.testing.assert_array_equal(series.read().voxels, early.read().voxels)


def test_slices_that_lie_twice_and_are_the_same_leave_nothing_to_choose(write):
    folder = write()
    for path in list(folder.iterdir()):
        (folder / f"again-{path.name}").write_bytes(path.read_bytes())
    series = one(folder)
    assert codes(series) == {"duplicate_slices"}
    assert choices(series) == ()


def test_as_it_is_says_so_and_changes_nothing(write):
    series = one(write(tilt(0.9), slices=6))
    (same,) = handled(series, Handling.AS_IS)
    assert same.info.handling == "as_is"
    assert same.info.anomalies == series.info.anomalies
    np.testing.assert_array_equal(same.read().voxels, series.read().voxels)


def test_a_gantry_tilt_of_a_ge_scanner_is_straightened(shared_data):
    """+18.5°, gaps of 1.081, 4.002 and 6.999 mm: the stack is as long as its slices say."""
    series = one(shared_data / "odd_dicom" / "ge_gantry_tilt")
    assert choices(series) == (Handling.SPLIT, Handling.RESAMPLE, Handling.AS_IS)
    (straight,) = handled(series, Handling.RESAMPLE)
    read = straight.read()
    assert codes(straight) == {"oblique", "resampled"}
    first, last = series.stack.positions[[0, -1]]
    length = (last - first) @ series.stack.normal
    assert (read.geometry.size[2] - 1) * read.geometry.spacing_mm[2] == pytest.approx(length, abs=4.1)
    # The first slice lies in the straight grid where it lay.
    raw = series.read().voxels[0]
    middle = first + 256 * series.info.geometry.axes[:, 0] * series.info.geometry.spacing_mm[0]
    middle = middle + 300 * series.info.geometry.axes[:, 1] * series.info.geometry.spacing_mm[1]
    assert read.value_at(middle) == pytest.approx(raw[300, 256], abs=60)
