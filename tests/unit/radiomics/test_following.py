"""A region that is drawn on: what is kept and corrected equals what is counted anew."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics import following
from ctprog_gui.core.radiomics.extraction import FeatureExtractor, extract
from ctprog_gui.core.radiomics.settings import RadiomicsSettings

GRID = Geometry((26, 25, 18), (0.9, 0.9, 2.0))
Z, Y, X = np.indices(GRID.shape)
BALL = ((Z - 9) * 2) ** 2 + (Y - 12) ** 2 + (X - 13) ** 2 <= 60
RNG = np.random.default_rng(7)
NOISE = RNG.normal(-200, 150, GRID.shape).astype(np.int16)
# Half is all one value, where zones and runs are as long as the region is.
FLAT = np.where(X < 13, -1024, NOISE).astype(np.int16)


def disc(centre: np.ndarray, radius: float) -> np.ndarray:
    z, y, x = centre
    return (z == Z) & ((Y - y) ** 2 + (X - x) ** 2 <= radius**2)


def assert_equal(found: dict[str, float], expected: dict[str, float]) -> None:
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("hu", [NOISE, FLAT], ids=["noise", "flat"])
def test_strokes_and_erasures_give_what_counting_anew_gives(hu: np.ndarray) -> None:
    rng = np.random.default_rng(8)
    volume, voxels = Volume(hu, GRID), BALL.copy()
    extractor = FeatureExtractor(volume, room=3)
    extractor.extract(Mask(voxels, GRID))
    begun, followed = extractor._followed[""], 0
    for number in range(14):
        voxels = voxels.copy()
        places = np.argwhere(voxels)
        voxels[disc(places[rng.integers(len(places))], rng.uniform(0, 3))] = number % 2 == 0
        mask = Mask(voxels, GRID)
        assert_equal(extractor.extract(mask), extract(volume, mask))
        followed += extractor._followed.get("") is begun
    assert followed > 8


def test_a_new_lowest_value_renumbers_the_levels() -> None:
    hu = NOISE.copy()
    hu[9, 12, 21] = -560
    hu[9, 12, 22] = hu[9, 12, 23] = -3000
    extractor = FeatureExtractor(Volume(hu, GRID), RadiomicsSettings(images=("original",)), room=4)
    extractor.extract(Mask(BALL, GRID))
    begun = extractor._followed[""]._tallies["original"]
    for x, stays in ((21, True), (22, False)):
        voxels = BALL.copy()
        voxels[9, 12, x] = True
        mask = Mask(voxels, GRID)
        found = extractor.extract(mask)
        assert_equal(found, extract(Volume(hu, GRID), mask, RadiomicsSettings(images=("original",))))
        assert (extractor._followed[""]._tallies["original"] is begun) == stays


def test_what_outgrows_the_room_goes_into_a_larger_one_and_another_region_is_begun_anew() -> None:
    extractor = FeatureExtractor(Volume(NOISE, GRID), room=1)
    extractor.extract(Mask(BALL, GRID))
    begun, room = extractor._followed[""], extractor._kept
    grown = BALL | disc(np.array([9, 12, 20]), 3)
    assert_equal(extractor.extract(Mask(grown, GRID)), extract(Volume(NOISE, GRID), Mask(grown, GRID)))
    assert extractor._followed[""] is begun
    assert extractor._kept is not room
    another = Z > 14
    assert_equal(extractor.extract(Mask(another, GRID)), extract(Volume(NOISE, GRID), Mask(another, GRID)))
    assert extractor._followed[""] is not begun


def test_nothing_is_kept_where_a_stroke_changes_everything() -> None:
    for settings in (RadiomicsSettings(bin_count=16), RadiomicsSettings(outlier_sd=3)):
        extractor = FeatureExtractor(Volume(NOISE, GRID), settings, room=4)
        assert_equal(
            extractor.extract(Mask(BALL, GRID)), extract(Volume(NOISE, GRID), Mask(BALL, GRID), settings)
        )
        assert not extractor._followed


def test_a_ct_of_too_many_levels_is_not_followed_but_extracted() -> None:
    hu = NOISE.copy()
    hu[9, 12, 13] = 20000
    extractor = FeatureExtractor(Volume(hu, GRID), room=4)
    assert_equal(extractor.extract(Mask(BALL, GRID)), extract(Volume(hu, GRID), Mask(BALL, GRID)))
    assert not extractor._followed


@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_counts_go_along_into_another_part_of_the_ct(monkeypatch: pytest.MonkeyPatch, kind: type) -> None:
    counted: list[int] = []
    begin = following.Tally.__init__
    monkeypatch.setattr(following.Tally, "__init__", lambda *given: counted.append(1) or begin(*given))

    def part(x: int, y: int, voxels: np.ndarray) -> tuple[Volume, Mask]:
        origin = GRID.index_to_patient([x, y, 0])
        grid = Geometry((GRID.size[0] - x, GRID.size[1] - y, GRID.size[2]), GRID.spacing_mm, tuple(origin))
        return Volume(NOISE[:, y:, x:].astype(kind), grid), Mask(voxels[:, y:, x:], grid)

    volume, mask = part(3, 1, BALL)
    extractor = FeatureExtractor(volume, room=2)
    extractor.extract(mask)
    assert len(counted) == 9
    # Another corner, further away and nearer by; the tumour has grown in between.
    for x, y in ((1, 0), (0, 1), (2, 1)):
        volume, mask = part(x, y, BALL | disc(np.array([9, 12, 19]), 2))
        extractor.go_to(volume)
        assert_equal(extractor.extract(mask), extract(volume, mask))
    assert len(counted) == 9
    another = Volume((volume.voxels + kind(7)).astype(kind), volume.geometry)
    extractor.go_to(another)
    assert_equal(extractor.extract(mask), extract(another, mask))
    origin = GRID.index_to_patient([0.5, 0, 0])
    halves = Geometry(volume.geometry.size, volume.geometry.spacing_mm, tuple(origin))
    extractor.go_to(Volume(volume.voxels, halves))
    assert not extractor._followed


def test_regions_of_two_names_are_followed_side_by_side_and_by_any_number_of_threads() -> None:
    volume, larger = Volume(NOISE, GRID), ((Z - 9) * 2) ** 2 + (Y - 12) ** 2 + (X - 13) ** 2 <= 90
    ring = Mask(larger & ~BALL, GRID)
    one, two = FeatureExtractor(volume, room=3), FeatureExtractor(volume, room=3, threads=2)
    for voxels in (BALL, BALL & (X > 6), BALL & (X < 19)):
        mask = Mask(voxels, GRID)
        for region, name in ((mask, "tumour"), (ring, "ring")):
            assert one.extract(region, name) == two.extract(region, name)
            assert_equal(two.extract(region, name), extract(volume, region))
