"""Regions of every odd kind, and what features must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.extraction import extract, feature_names
from ctprog_gui.core.radiomics.neighbours import steps
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.errors import GeometryError, InputError

GRID = Geometry((20, 18, 16), (0.8, 0.9, 2.5))
ORIGINAL = RadiomicsSettings(images=("original",))
HU = np.random.default_rng(3).normal(-100, 200, GRID.shape).astype(np.int16)
WITHOUT_NEIGHBOURS = 24


def region(*boxes: tuple[slice, slice, slice]) -> Mask:
    voxels = np.zeros(GRID.shape, bool)
    for box in boxes:
        voxels[box] = True
    return Mask(voxels, GRID)


def ball() -> Mask:
    z, y, x = np.indices(GRID.shape)
    return Mask((z - 7) ** 2 / 9 + (y - 8) ** 2 / 25 + (x - 9) ** 2 / 36 <= 1, GRID)


WHOLE = (slice(None),) * 3
REGIONS = {
    "a row": region((slice(4, 5), slice(4, 5), slice(2, 12))),
    "one slice": region((slice(4, 5), slice(2, 12), slice(3, 13))),
    "a corner of the image": region((slice(0, 4), slice(0, 5), slice(0, 6))),
    "the whole image": region(WHOLE),
    "two parts": region((slice(2, 4), slice(2, 5), slice(2, 6)), (slice(9, 12), slice(9, 15), slice(9, 16))),
}


@pytest.mark.parametrize("name", REGIONS)
def test_an_odd_region_has_every_feature(name: str) -> None:
    found = extract(Volume(HU, GRID), REGIONS[name])
    assert tuple(found) == feature_names()
    assert np.isfinite(list(found.values())).all()


def test_two_voxels_lack_one_feature_alone() -> None:
    found = extract(Volume(HU, GRID), region((slice(4, 5), slice(4, 5), slice(4, 6))), ORIGINAL)
    undefined = [name for name, value in found.items() if not np.isfinite(value)]
    assert undefined == ["original_firstorder_RobustMeanAbsoluteDeviation"]


def test_voxels_that_do_not_touch_have_no_co_occurrence_and_say_so() -> None:
    voxels = np.zeros(GRID.shape, bool)
    voxels[::3, ::3, ::3] = True
    found = extract(Volume(HU, GRID), Mask(voxels, GRID), ORIGINAL)
    undefined = [name for name, value in found.items() if not np.isfinite(value)]
    assert len(undefined) == WITHOUT_NEIGHBOURS
    assert all(name.startswith("original_glcm") for name in undefined)


def test_a_region_of_one_value_has_the_least_of_everything() -> None:
    found = extract(Volume(np.full(GRID.shape, 40, np.int16), GRID), ball(), ORIGINAL)
    assert np.isfinite(list(found.values())).all()
    for name in ("firstorder_Variance", "firstorder_Entropy", "glcm_Contrast", "glcm_JointEntropy"):
        assert found[f"original_{name}"] == pytest.approx(0, abs=1e-12)
    assert found["original_glcm_Correlation"] == found["original_glcm_MCC"] == 1
    assert found["original_ngtdm_Coarseness"] == 1e6


@pytest.mark.parametrize(
    ("mask", "reason"), [(region(), "is empty"), (region((slice(1, 2),) * 3), "single voxel")]
)
def test_too_little_is_refused_with_the_reason(mask: Mask, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        extract(Volume(HU, GRID), mask)


def test_another_grid_is_refused() -> None:
    with pytest.raises(GeometryError):
        extract(Volume(HU, Geometry((20, 18, 16), (1, 1, 1))), ball())


def test_metal_beyond_thousands_of_levels_is_refused_by_name() -> None:
    voxels = HU.astype(np.float32)
    voxels[7, 8, 9] = 5e6
    with pytest.raises(InputError, match="4096 grey levels"):
        extract(Volume(voxels, GRID), ball(), ORIGINAL)


def test_whole_bins_added_to_every_value_change_no_texture() -> None:
    one = extract(Volume(HU, GRID), ball(), ORIGINAL)
    other = extract(Volume(HU + 75, GRID), ball(), ORIGINAL)
    for name, value in one.items():
        if "firstorder" not in name:
            assert other[name] == pytest.approx(value, rel=1e-12)
    assert other["original_firstorder_Mean"] == pytest.approx(one["original_firstorder_Mean"] + 75)


def test_where_in_the_image_a_region_lies_does_not_matter() -> None:
    """An even shift, so that the wavelets' periodic image stays what it is."""
    mask = ball()
    moved = Mask(np.roll(mask.voxels, (2, 2, 2), (0, 1, 2)), GRID)
    one = extract(Volume(HU, GRID), mask)
    other = extract(Volume(np.roll(HU, (2, 2, 2), (0, 1, 2)), GRID), moved)
    assert list(one.values()) == pytest.approx(list(other.values()), rel=1e-9)


def test_turning_image_and_region_turns_the_directions_alone() -> None:
    """Averages over all directions, zones and neighbours are the same along any axis."""
    cube, grid = Geometry((16, 18, 20), (1, 1, 1)), Geometry((20, 18, 16), (1, 1, 1))
    mask = ball().voxels
    plain = extract(Volume(HU, grid), Mask(mask, grid), ORIGINAL)
    turned = extract(
        Volume(np.ascontiguousarray(HU.transpose(2, 1, 0)), cube),
        Mask(np.ascontiguousarray(mask.transpose(2, 1, 0)), cube),
        ORIGINAL,
    )
    swapped = ("Maximum2DDiameter", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity", "MeshVolume")
    for name, value in plain.items():
        if not any(part in name for part in swapped):
            assert turned[name] == pytest.approx(value, rel=1e-9), name


def test_kurtosis_is_less_3_as_ibsi_defines_it() -> None:
    name = "original_firstorder_Kurtosis"
    ours = extract(Volume(HU, GRID), ball(), ORIGINAL)[name]
    theirs = extract(Volume(HU, GRID), ball(), RadiomicsSettings(images=("original",), excess_kurtosis=True))[
        name
    ]
    assert theirs == pytest.approx(ours - 3)


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=8))
def test_a_direction_counts_where_two_voxels_are_a_multiple_of_its_step_apart(
    places: set[tuple[int, int, int]],
) -> None:
    mask = np.zeros((6, 4, 5), bool)
    mask[tuple(np.array(sorted(places)).T)] = True
    apart = {tuple(np.subtract(a, b)) for a in places for b in places}
    expected = [any(tuple(np.multiply(step, n)) in apart for n in range(1, 6)) for step in steps()]
    assert Region.of(mask, 1).crossed(steps()).tolist() == expected
