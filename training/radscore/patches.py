"""A cohort's tumours as patches on their largest slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.preprocessing.patch import cut_patch
from ctprog_gui.core.preprocessing.recipe import PatchRecipe
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from training.preparation.case import PreparedCase, read_case
from training.preparation.cohort import load_cases

# Raised when the same recipe gives other values than before.
_EDITION = 1
_NOTHING = PreparedCase({}, {"without_roi": True})


@dataclass(frozen=True)
class PatchMethod:
    """How a CT and its ROI become a patch; see `PatchRecipe`."""

    recipe: PatchRecipe

    @property
    def key(self) -> str:
        return f"patch-{_EDITION}-{self.recipe.sha256}"

    def prepare(self, row: PatientRow) -> PreparedCase:
        """The patch; no arrays where the ROI is empty."""
        volume, mask = read_case(row)
        if mask is None or mask.is_empty:
            return _NOTHING
        patch = cut_patch(volume, mask, self.recipe)
        return PreparedCase({"hu": patch.hu, "roi": patch.roi}, {"geometry": patch.geometry.to_json()})


def prepare_patches(
    cohort: Cohort,
    recipe: PatchRecipe,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[NDArray[np.int16] | None]:
    """Each patient's patch (row, column) in HU, cut or read from the cache; None without a ROI.

    Raises
    ------
    InputError
        If a patient's image can't be read; the message names the patients.
    """
    there = Cohort(cohort.path, tuple(row for row in cohort.rows if row.roi is not None))
    loaded = load_cases(there, PatchMethod(recipe), cache or user_cache() / "prepared", progress=progress)
    found = {row.patient_id: case.arrays.get("hu") for row, (_, case) in zip(there.rows, loaded, strict=True)}
    return [found.get(row.patient_id) for row in cohort.rows]


def stacked(patches: Sequence[NDArray[np.int16]]) -> NDArray[np.int16]:
    """(patient, row, column)"""
    return np.stack(list(patches))
