"""A few numbers about a prepared image, to tell whether it is like those a model was fitted on."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.preprocessing.slices import NetworkSlices


def summarise(slices: NetworkSlices, recipe: SliceRecipe) -> dict[str, float]:
    """Height covered (mm), and mean and standard deviation of the HU inside the window."""
    low, high = recipe.hu_window
    return {
        "height_mm": slices.count * slices.geometry.spacing_mm[2],
        "mean_hu": low + (high - low) * float(np.mean(slices.pixels, dtype=np.float64)),
        "sd_hu": (high - low) * float(np.std(slices.pixels, dtype=np.float64)),
    }
