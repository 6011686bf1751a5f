"""The 75 texture features of one image, by way of the matrices of five classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics import glcm, gldm, glrlm, glszm, ngtdm
from ctprog_gui.core.radiomics.discretisation import GreyLevels
from ctprog_gui.core.radiomics.neighbours import Neighbourhood, count_neighbours, steps
from ctprog_gui.core.radiomics.region import Region
from ctprog_gui.core.radiomics.settings import RadiomicsSettings

CLASSES = {
    "glcm": glcm.NAMES,
    "gldm": gldm.NAMES,
    "glrlm": glrlm.NAMES,
    "glszm": glszm.NAMES,
    "ngtdm": ngtdm.NAMES,
}


def texture_features(region: Region, grey: GreyLevels, settings: RadiomicsSettings) -> dict[str, float]:
    """The features as ``class_Name``; NaN for those of GLCM and GLRLM that a region does not have."""
    if settings.plane != "2d":
        return _of_region(region, grey.ranks, grey.levels, settings)
    found = [_of_region(one, grey.ranks[chosen], grey.levels, settings) for one, chosen in region.slices()]
    return {name: _mean([one[name] for one in found]) for name in found[0]}


def _mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


@dataclass(frozen=True, eq=False)
class Matrices:
    """All that texture is read off: see `Neighbourhood`, `count_runs` and `glszm_features`."""

    levels: NDArray[np.int64]
    around: Neighbourhood
    runs: NDArray[np.int64]
    zones: NDArray[np.int64]

    def features(self, *, merged: bool) -> dict[str, float]:
        """The features as ``class_Name``."""
        levels, around = self.levels, self.around
        counts = around.dependents.sum(axis=1)
        of_class = {
            "glcm": glcm.glcm_features(around.pairs, levels, merged=merged),
            "gldm": gldm.gldm_features(around.dependents, levels),
            "glrlm": glrlm.glrlm_features(self.runs, levels, merged=merged),
            "glszm": glszm.glszm_features(self.zones, levels),
            "ngtdm": ngtdm.ngtdm_features(counts, around.differences, levels),
        }
        return {f"{kind}_{name}": value for kind, part in of_class.items() for name, value in part.items()}


def _of_region(
    region: Region, ranks: NDArray[np.int32], levels: NDArray[np.int64], settings: RadiomicsSettings
) -> dict[str, float]:
    near = region.offsets(steps(in_plane=settings.in_plane))
    far = region.offsets(steps(settings.distances, in_plane=settings.in_plane))
    grid = region.grid(ranks)
    matrices = Matrices(
        levels,
        count_neighbours(grid, region.voxels, levels, far, settings.dependence),
        glrlm.count_runs(grid, region.voxels, levels.size, near, max(region.shape)),
        glszm.find_zones(grid, region.voxels, near),
    )
    drop_uncrossed(matrices.runs, region, settings)
    return matrices.features(merged=settings.aggregation == "merged")


def drop_uncrossed(runs: NDArray[np.int64], region: Region, settings: RadiomicsSettings) -> None:
    """Leave out the runs of a direction that no two voxels share a line of, as pyradiomics does."""
    runs[~region.crossed(steps(in_plane=settings.in_plane))] = 0
