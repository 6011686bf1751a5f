"""A map of where a score came from: looked at on other grids, summed inside a ROI."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.saliency import Saliency

COARSE = Geometry((6, 5, 4), (8.0, 8.0, 10.0), (20.0, 20.0, 20.0))
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
TILTED = (1.0, 0.0, 0.0, 0.0, 0.8, -0.6, 0.0, 0.6, 0.8)


@pytest.fixture
def saliency() -> Saliency:
    return Saliency(Volume(np.random.default_rng(3).random(COARSE.shape, dtype=np.float32), COARSE))


@pytest.mark.parametrize("direction", [STRAIGHT, TILTED])
def test_it_is_the_interpolated_map_scaled_by_its_maximum(
    saliency: Saliency, direction: tuple[float, ...]
) -> None:
    ct = Geometry((50, 45, 40), (2.0, 2.0, 3.0), (0.0, 0.0, 0.0), direction)
    found = saliency.on(ct)
    expected = resample(saliency.map, ct, outside=0.0).voxels
    found.geometry.require_same(ct)
    assert found.voxels.max() == 1
    np.testing.assert_allclose(found.voxels, expected / expected.max(), atol=1e-5)


@pytest.mark.parametrize("direction", [STRAIGHT, TILTED])
def test_the_mass_is_the_share_of_what_is_seen(saliency: Saliency, direction: tuple[float, ...]) -> None:
    ct = Geometry((50, 45, 40), (2.0, 2.0, 3.0), (0.0, 0.0, 0.0), direction)
    inside = np.zeros(ct.shape, bool)
    inside[8:15, 12:20, 10:25] = True
    inside[9, 14, 12] = False
    seen = saliency.on(ct).voxels.astype(np.float64)
    mass = saliency.mass_in(Mask(inside, ct, "GTV"))
    assert mass == pytest.approx(seen[inside].sum() / seen.sum(), rel=1e-5)
    assert saliency.mass_in(Mask(np.zeros(ct.shape, bool), ct, "GTV")) == 0


def test_elsewhere_there_is_none(saliency: Saliency) -> None:
    away = Geometry((5, 5, 5), (1.0, 1.0, 1.0), (500.0, 0.0, 0.0))
    assert saliency.on(away).voxels.max() == 0
    assert saliency.mass_in(Mask(np.ones(away.shape, bool), away, "GTV")) is None
    nothing = Saliency(Volume(np.zeros(COARSE.shape, np.float32), COARSE))
    assert nothing.mass_in(Mask(np.ones(COARSE.shape, bool), COARSE, "GTV")) is None
