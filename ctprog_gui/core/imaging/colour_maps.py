"""Colours for the greys of a slice: the standard maps by the names that others give them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

GREY = "grey"
_Knots = tuple[tuple[int, int], ...]

# DICOM's well-known palettes (PS3.6, annex B), which run in straight pieces: (entry, value) at the
# knots of red, green and blue. To within 1 of the standard's tables.
_DICOM: dict[str, tuple[_Knots, _Knots, _Knots]] = {
    "hot iron": (
        ((0, 0), (128, 255), (255, 255)),
        ((0, 0), (128, 0), (255, 255)),
        ((0, 0), (191, 0), (255, 255)),
    ),
    "PET": (
        ((0, 0), (64, 1), (192, 255), (255, 255)),
        ((0, 0), (63, 128), (128, 0), (255, 255)),
        ((0, 0), (128, 255), (192, 0), (255, 255)),
    ),
    "hot metal blue": (
        ((0, 0), (85, 0), (104, 55), (120, 93), (153, 190), (170, 255), (255, 255)),
        ((0, 0), (119, 0), (252, 250), (255, 255)),
        ((0, 0), (102, 200), (119, 150), (136, 50), (153, 0), (170, 0), (240, 206), (255, 255)),
    ),
}

# Matplotlib's maps that rise evenly in lightness (van der Walt and Smith 2015; CC0), at 33 entries evenly
# spaced; between them interpolated in RGB, to within 2 of the tables of 256.
_UNIFORM = {
    "viridis": """
        440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e 2c728e 297a8e
        26828e 23898e 21918c 1f978b 1f9f88 21a685 27ad81 31b57b 3dbc74 4cc26c 5cc863 6ece58 81d34d 95d840
        aadc32 c0df25 d5e21a eae51a fde725""",
    "inferno": """
        000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e 7d1e6d 8a226a 972766
        a32c61 b0315b bc3754 c63d4d d04545 da4e3c e35933 eb6429 f1711f f67e14 f98c0a fb9b06 fcaa0f fbba1f
        f9c932 f5d949 f2e865 f3f586 fcffa4""",
    "magma": """
        000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 832681 902a81
        9c2e7f aa337d b73779 c23b75 cf4070 db476a e55064 ee5b5e f4695c f9785d fb8761 fd9668 fea571 feb47b
        fec287 fed194 fde0a1 fceeb0 fcfdbf""",
}

COLOUR_MAPS = (GREY, *_DICOM, *_UNIFORM)


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """RGB (256, 3) of a map, from the darkest entry on; a wrong name is a bug and raises KeyError."""
    entries = np.arange(256)
    if name == GREY:
        channels = [entries.astype(float)] * 3
    elif name in _DICOM:
        pieces = [np.array(knots) for knots in _DICOM[name]]
        channels = [np.interp(entries, knots[:, 0], knots[:, 1]) for knots in pieces]
    else:
        told = _UNIFORM[name].split()
        at = np.rint(np.linspace(0, 255, len(told)))
        values = np.array([[int(colour[i : i + 2], 16) for i in (0, 2, 4)] for colour in told])
        channels = [np.interp(entries, at, values[:, channel]) for channel in range(3)]
    table: NDArray[np.uint8] = np.rint(np.column_stack(channels)).astype(np.uint8)
    table.setflags(write=False)
    return table
