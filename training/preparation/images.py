"""A cohort's images as prepared slices, on disk, made once a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.preprocessing.slices import cut_slices
from ctprog_gui.core.preprocessing.summary import summarise
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from training.preparation.case import PreparedCase, read_case
from training.preparation.cohort import load_cases

# Raised when the same recipe gives other values than before.
_EDITION = 1


@dataclass(frozen=True, eq=False)
class PreparedImage:
    """One patient's slices as the network sees them.

    `pixels` is (slice, row, column) float16 in 0..1 (the values `cut_slices` gives are of that
    precision); `tumour` is each pixel's share of tumour as float16, or None without a ROI;
    `summary` is `summarise`'s; `key` names the content of image and ROI, and the recipe.
    """

    key: str
    pixels: NDArray[np.float16]
    tumour: NDArray[np.float16] | None
    spacing_mm: tuple[float, float, float]
    summary: dict[str, float]


@dataclass(frozen=True)
class SliceMethod:
    """How a chest CT becomes slices; see `SliceRecipe`."""

    recipe: SliceRecipe

    @property
    def key(self) -> str:
        return f"slices-{_EDITION}-{self.recipe.sha256}"

    def prepare(self, row: PatientRow) -> PreparedCase:
        volume, roi = read_case(row)
        slices = cut_slices(volume, self.recipe)
        arrays: dict[str, NDArray[Any]] = {"pixels": slices.pixels.astype(np.float16)}
        if roi is not None:
            share = Volume(roi.voxels.astype(np.float32), volume.geometry)
            arrays["tumour"] = resample(share, slices.geometry, outside=0).voxels.astype(np.float16)
        about: dict[str, Any] = {
            "spacing_mm": slices.geometry.spacing_mm,
            "summary": summarise(slices, self.recipe),
            "lungs_found": slices.lungs_found,
        }
        if roi is not None:
            about["tumour_unseen"] = round(slices.share_unseen(roi), 4)
            if slices.lungs is not None:
                about["tumour_outside_lung_field"] = round(slices.lungs.share_outside_field(roi), 4)
        return PreparedCase(arrays, about)


def prepare_cohort(
    cohort: Cohort, recipe: SliceRecipe, cache: Path | None = None, progress: Progress | None = None
) -> list[PreparedImage]:
    """Prepare each patient, or read what was prepared before; see `prepare_cases`.

    Cases are looked for in `cache`, else in the user's own.

    Raises
    ------
    InputError
        If a patient's image can't be read or isn't one series; the message names the patients.
    """
    loaded = load_cases(cohort, SliceMethod(recipe), cache or user_cache() / "prepared", progress=progress)
    return [image_of(key, case) for key, case in loaded]


def image_of(key: str, case: PreparedCase) -> PreparedImage:
    """A prepared case as an image."""
    return PreparedImage(
        key,
        case.arrays["pixels"],
        case.arrays.get("tumour"),
        tuple(case.about["spacing_mm"]),
        case.about["summary"],
    )
