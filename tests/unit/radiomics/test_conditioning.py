"""Scaling, resampling and re-segmenting, and the names of settings that make no sense."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.conditioning import condition
from ctprog_gui.core.radiomics.extraction import extract
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.errors import InputError

GRID = Geometry((30, 28, 20), (1.0, 1.0, 2.0))
Z, Y, X = np.indices(GRID.shape)
BALL = Mask(((Z - 10) * 2) ** 2 + (Y - 14) ** 2 + (X - 15) ** 2 <= 64, GRID)
HU = Volume(np.random.default_rng(5).normal(0, 100, GRID.shape).astype(np.int16), GRID)


def test_nothing_is_copied_where_nothing_is_asked() -> None:
    given = condition(HU, BALL, RadiomicsSettings())
    assert given.image is HU.voxels
    assert given.region is given.chosen is BALL.voxels


@pytest.mark.parametrize("interpolation", ["linear", "bspline"])
def test_a_ramp_is_resampled_to_itself_at_the_centre_of_the_old_grid(interpolation: str) -> None:
    """A linear image has its own values anywhere; the grids share their centre."""
    ramp = Volume((X + 10.0 * Y + 100.0 * Z * 2).astype(np.float64), GRID)
    settings = RadiomicsSettings.from_json({"resample_mm": [0.5, 0, 1], "interpolation": interpolation})
    given = condition(ramp, BALL, settings)
    assert given.spacing_mm == (1.0, 1.0, 0.5)
    z, y, x = np.argwhere(given.region).T
    values = given.image[given.region]
    # Splines see the ends of the image, where a ramp is none, from afar.
    ramp_values = 100 * (z - z[0]) + 10 * (y - y[0]) + (x - x[0]) / 2
    np.testing.assert_allclose(values - values[0], ramp_values, atol=0.05)
    # The ball is symmetrical, so its mean is the ramp's value at its centre.
    assert values.mean() == pytest.approx(15 + 140 + 2000, abs=0.6)
    volume = given.region.sum() * 0.5
    assert volume == pytest.approx(BALL.volume_mm3, rel=0.03)


def test_intensities_outside_a_range_keep_their_part_in_the_shape() -> None:
    plain = extract(HU, BALL, RadiomicsSettings(images=("original",)))
    cut = extract(HU, BALL, RadiomicsSettings(images=("original",), range_hu=(-50, 80), outlier_sd=3))
    assert cut["original_shape_VoxelVolume"] == plain["original_shape_VoxelVolume"]
    assert (cut["original_firstorder_Minimum"], cut["original_firstorder_Maximum"]) == (-50, 80)


def test_normalising_makes_units_not_matter() -> None:
    settings = RadiomicsSettings(normalise=True, normalise_scale=100)
    scaled = Volume(HU.voxels * np.float64(3.5) + 1000, GRID)
    one, other = extract(HU, BALL, settings), extract(scaled, BALL, settings)
    assert list(one.values()) == pytest.approx(list(other.values()), rel=1e-6, abs=1e-6)


def test_what_is_left_of_nothing_is_said() -> None:
    with pytest.raises(InputError, match="nothing is left"):
        extract(HU, BALL, RadiomicsSettings(range_hu=(5000, 6000)))
    with pytest.raises(InputError, match="one value"):
        extract(Volume(np.zeros(GRID.shape, np.int16), GRID), BALL, RadiomicsSettings(normalise=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"images": []},
        {"images": ["log"]},
        {"bin_width": 0},
        {"bin_count": 1},
        {"distances": [0]},
        {"distances": [1, 1]},
        {"plane": "4d"},
        {"range_hu": [5, 5]},
        {"resample_mm": [1, 1]},
        {"dependence": -1},
    ],
)
def test_a_setting_that_makes_no_sense_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RadiomicsSettings.from_json(wrong)


def test_settings_survive_json_and_unknown_keys_do_not() -> None:
    settings = RadiomicsSettings(range_hu=(-500, 400), distances=(1, 2), plane="2.5d")
    assert RadiomicsSettings.from_json(settings.to_json()) == settings
    assert settings.sha256 != RadiomicsSettings().sha256
    with pytest.raises(ValueError, match="unknown radiomics setting: bins"):
        RadiomicsSettings.from_json({"bins": 8})


def test_more_distances_and_the_plane_give_defined_features() -> None:
    for settings in (
        RadiomicsSettings(distances=(1, 2)),
        RadiomicsSettings(plane="2.5d"),
        RadiomicsSettings(plane="2d", images=("original",), aggregation="merged"),
        RadiomicsSettings(bin_count=16, dependence=1),
    ):
        assert np.isfinite(list(extract(HU, BALL, settings).values())).all()
