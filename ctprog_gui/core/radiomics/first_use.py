"""The first use of radiomics on a machine: its loops are compiled, which takes a while and is told."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.radiomics.compiling import is_compiled
from ctprog_gui.core.radiomics.extraction import FeatureExtractor
from ctprog_gui.core.shared.progress import Progress

_SIDE = 12


def make_ready(progress: Progress) -> None:
    """Compile the loops where they are not compiled yet, and say so; else return at once.

    Some 15 s of a free core. What follows strokes is compiled along, so that the first stroke need not wait.
    """
    if not is_compiled():
        progress.report(0.0, "Compiling the radiomics, for the first use on this machine only")
        load()


def load() -> None:
    """Run each loop once on a small ball, which compiles it or loads it from disk."""
    grid = Geometry((_SIDE,) * 3, (1.0, 1.0, 1.0))
    noise = Volume(np.random.default_rng(0).normal(0, 100, grid.shape).astype(np.int16), grid)
    ball = np.linalg.norm(np.indices(grid.shape) - (_SIDE - 1) / 2, axis=0) < 4
    smaller = ball.copy()
    smaller[5, 4:7, 4:7] = False
    # Code that follows a region is loaded where voxels go and where voxels come.
    extractor = FeatureExtractor(noise, room=2)
    for region in (ball, smaller, ball):
        extractor.extract(Mask(region, grid))
