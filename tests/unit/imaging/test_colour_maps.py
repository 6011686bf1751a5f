"""Colour maps against the tables of those that named them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.imaging.colour_maps import COLOUR_MAPS, colour_table


@pytest.mark.parametrize(
    ("name", "file"), [("hot iron", "hotiron"), ("PET", "pet"), ("hot metal blue", "hotmetalblue")]
)
def test_dicoms_palettes_are_those_of_the_standard(name: str, file: str) -> None:
    pydicom = pytest.importorskip("pydicom")
    palette = pydicom.dcmread(Path(pydicom.__file__).parent / "data" / "palettes" / f"{file}.dcm")
    told = [
        np.frombuffer(getattr(palette, f"{channel}PaletteColorLookupTableData"), np.uint8)
        for channel in ("Red", "Green", "Blue")
    ]
    assert np.abs(colour_table(name).astype(int) - np.column_stack(told).astype(int)).max() <= 1


@pytest.mark.parametrize("name", ["viridis", "inferno", "magma"])
def test_uniform_maps_are_matplotlibs(name: str) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    told = 255 * np.array(matplotlib.colormaps[name].colors)
    found = colour_table(name).astype(float)
    assert np.abs(found - told).max() <= 2
    # They rise in lightness from the first entry to the last, so that they read in grey as well.
    lightness = found @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(lightness) > -0.5).all()
    assert lightness[-1] - lightness[0] > 180


def test_grey_is_grey_and_every_map_begins_darker_than_it_ends() -> None:
    assert np.array_equal(colour_table("grey"), np.arange(256)[:, np.newaxis].repeat(3, axis=1))
    for name in COLOUR_MAPS:
        table = colour_table(name)
        assert table.shape == (256, 3)
        assert table[0].sum() < table[-1].sum()
    with pytest.raises(KeyError):
        colour_table("rainbow")
