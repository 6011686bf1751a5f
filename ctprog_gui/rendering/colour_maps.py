"""Colour maps for saliency, as lookup tables."""

from __future__ import annotations

import numpy as np
from vtkmodules.vtkCommonCore import vtkLookupTable

from ctprog_gui.core.imaging.colour_maps import colour_table

# Besides the maps of slices: evenly spaced anchors, dark first, interpolated in RGB.
_ANCHORS = {"red": ("300000", "780000", "c00000", "ff2020", "ff7060", "ffc0b0")}


def colours(name: str, count: int = 256) -> np.ndarray:
    """RGB (count, 3) in 0..1 of a map by its name."""
    if name not in _ANCHORS:
        at = np.rint(np.linspace(0, 255, count)).astype(int)
        return np.asarray(colour_table(name)[at] / 255)
    anchors = np.array([[int(a[i : i + 2], 16) / 255 for i in (0, 2, 4)] for a in _ANCHORS[name]])
    at = np.linspace(0, len(anchors) - 1, count)
    return np.column_stack([np.interp(at, range(len(anchors)), anchors[:, c]) for c in range(3)])


def fill_table(table: vtkLookupTable, name: str, threshold: float, opacity: float) -> None:
    """Set a table of 256 values: transparent below `threshold` (0..1), then `opacity`."""
    rgb = colours(name)
    table.SetNumberOfTableValues(256)
    table.SetTableRange(0, 255)
    for value in range(256):
        alpha = opacity if value / 255 >= max(threshold, 1 / 255) else 0.0
        table.SetTableValue(value, *rgb[value], alpha)
    table.Modified()
