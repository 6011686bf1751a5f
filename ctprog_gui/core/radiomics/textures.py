"""The 75 texture features of one image, by way of the matrices of five classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics import glcm, gldm, glrlm, glszm, ngtdm
from ctprog_gui.core.radiomics.discretisation import GreyLevels
from ctprog_gui.core.radiomics.neighbours import Step, count_neighbours, steps
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


def _of_region(
    region: Region, ranks: NDArray[np.int32], levels: NDArray[np.int64], settings: RadiomicsSettings
) -> dict[str, float]:
    merged = settings.aggregation == "merged"
    beside = steps(in_plane=settings.in_plane)
    near = _offsets(region, beside)
    far = (
        near
        if settings.distances == (1,)
        else _offsets(region, steps(settings.distances, in_plane=settings.in_plane))
    )
    grid = region.grid(ranks)
    pairs, dependents, differences = count_neighbours(grid, region.voxels, levels, far, settings.dependence)
    runs = count_runs_that_count(region, grid, levels, beside, near)
    zones = glszm.find_zones(grid, region.voxels, near)
    counts = dependents.sum(axis=1)
    of_class = {
        "glcm": glcm.glcm_features(pairs, levels, merged=merged),
        "gldm": gldm.gldm_features(dependents, levels),
        "glrlm": glrlm.glrlm_features(runs, levels, merged=merged),
        "glszm": glszm.glszm_features(zones, levels),
        "ngtdm": ngtdm.ngtdm_features(counts, differences, levels),
    }
    return {f"{kind}_{name}": value for kind, part in of_class.items() for name, value in part.items()}


def count_runs_that_count(
    region: Region,
    grid: NDArray[np.int32],
    levels: NDArray[np.int64],
    beside: tuple[Step, ...],
    offsets: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Runs of all directions; of a direction that no two voxels share a line of, none."""
    runs = glrlm.count_runs(grid, region.voxels, levels.size, offsets, max(region.shape))
    for a, step in enumerate(beside):
        # Neighbours that lie side by side settle it in almost every case.
        settled = runs[a, :, 1:].any() or grid[region.voxels + offsets[a]].any()
        if not settled and not glrlm.is_crossed(region.index, step):
            runs[a] = 0
    return runs


def _offsets(region: Region, found: tuple[Step, ...]) -> NDArray[np.int64]:
    return np.array([region.offset(step) for step in found], dtype=np.int64)
