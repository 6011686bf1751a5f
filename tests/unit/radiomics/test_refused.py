"""What settings or regions can't be measured by is told in a line, before memory is asked for."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.extraction import extract
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.errors import InputError

GRID = Geometry((20, 18, 16), (1.0, 1.0, 2.0))
HU = np.random.default_rng(3).normal(-100, 60, GRID.shape).astype(np.int16)


def features(**settings: Any) -> dict[str, float]:
    inside = np.zeros(GRID.shape, bool)
    inside[5:10, 5:12, 6:13] = True
    return extract(Volume(HU, GRID), Mask(inside, GRID), RadiomicsSettings(images=("original",), **settings))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bin_count", 8.5),
        ("distances", [1.5]),
        ("distances", 1),
        ("range_hu", 5),
        ("range_hu", (0.0, 1.0, 2.0)),
        ("resample_mm", [True, 1, 1]),
        ("bin_origin", "-1e9"),
        ("normalise", "maybe"),
        ("dependence", 1.5),
        ("bin_width", True),
        ("images", "original"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_named_with_its_value(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"the radiomics setting {name} can't be ") as raised:
        RadiomicsSettings.from_json({name: value})
    assert repr(value) in str(raised.value)


def test_settings_come_back_from_json() -> None:
    settings = RadiomicsSettings(
        distances=(1, 2), resample_mm=(1, 1, 0), range_hu=(-500, 400), bin_origin=-500, normalise=True
    )
    assert RadiomicsSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"bin_origin": 4000.0}, "below 4000 where the first grey level begins"),
        ({"bin_origin": -100.0}, "below -100 where the first grey level begins"),
        ({"bin_origin": -1e10, "bin_width": 1.0}, "more than 4096 grey levels"),
        ({"distances": tuple(range(1, 17)), "bin_width": 1.0}, "too many for neighbours in"),
        ({"resample_mm": (0.01, 0.01, 0.01)}, "million voxels, more than 50"),
        ({"range_hu": (float(HU[5:10, 5:12, 6:13].max()), 9999.0)}, "a single voxel is left"),
        ({"resample_mm": (7.0, 7.0, 10.0)}, "is left of the ROI"),
    ],
)
def test_what_can_t_be_measured_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        features(**settings)


def test_far_neighbours_with_few_levels_are_counted() -> None:
    assert np.isfinite(list(features(distances=tuple(range(1, 5))).values())).all()


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 2.0), (0.0, 0.0, 0.0)])
@pytest.mark.parametrize("shift", [(0, 0, 0), (5, 0, 0), (8, 10, 13), (0, 11, 5)])
def test_resampling_to_the_same_grid_changes_nothing(spacing, shift: tuple[int, int, int]) -> None:
    """At an edge neither: wavelets see what lies at the other side of the image, not of what was cut."""
    grid = Geometry((21, 19, 17), (1.0, 1.0, 2.0))
    hu = np.random.default_rng(4).normal(-100, 60, grid.shape).astype(np.int16)
    inside = np.zeros(grid.shape, bool)
    inside[tuple(slice(n, n + 4 + (axis > 0) * 2) for axis, n in enumerate(shift))] = True
    plain, resampled = (
        extract(
            Volume(hu, grid), Mask(inside, grid), RadiomicsSettings(resample_mm=to, interpolation="linear")
        )
        for to in (None, spacing)
    )
    assert resampled == pytest.approx(plain, rel=1e-6, abs=1e-6)
