"""A cohort's tumours as cubes, ready for the encoder of ROIs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.preprocessing.cube import CubePlacement, TumourCube, cut_cube, cut_roi, exceeds
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.progress import Progress
from training.preparation.case import PreparedCase, read_case
from training.preparation.cohort import load_cases

# Raised when the same recipe gives other values than before.
_EDITION = 1
_NOTHING = PreparedCase({}, {"without_roi": True})


@dataclass(frozen=True, eq=False)
class PreparedCube:
    """One patient's cube: `roi` is (slice, row, column) and not empty; `key` names content and recipe."""

    key: str
    cube: TumourCube
    roi: NDArray[np.bool_]


@dataclass(frozen=True)
class CubeMethod:
    """How a CT and its ROI become a cube; see `CubeRecipe` and `prepare_cubes`."""

    recipe: CubeRecipe
    images_are_cubes: bool

    @property
    def key(self) -> str:
        kind = "crop" if self.images_are_cubes else "cube"
        return f"{kind}-{_EDITION}-{self.recipe.sha256}"

    def prepare(self, row: PatientRow) -> PreparedCase:
        """The cube; no arrays where the ROI is empty or lies outside it."""
        volume, mask = read_case(row)
        if mask is None or mask.is_empty:
            return _NOTHING
        if self.images_are_cubes:
            x, y, z = volume.geometry.centre_mm
            placement = CubePlacement((float(x), float(y), float(z)))
            _require_cube(volume.geometry, placement.geometry(self.recipe))
        else:
            placement = CubePlacement.at(mask)
        cube = cut_cube(volume, self.recipe, placement)
        roi = cut_roi(mask, cube.geometry)
        if not roi.any():
            return _NOTHING
        digest = hashlib.sha256(self.recipe.sha256.encode())
        digest.update(cube.hu.tobytes())
        digest.update(np.packbits(roi).tobytes())
        return PreparedCase(
            {"hu": cube.hu, "roi": roi, "share": cube.share},
            {
                "key": digest.hexdigest(),
                "geometry": cube.geometry.to_json(),
                "roi_exceeds_cube": exceeds(mask, cube.geometry),
            },
        )


def prepare_cubes(
    cohort: Cohort,
    recipe: CubeRecipe,
    *,
    images_are_cubes: bool,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[PreparedCube | None]:
    """Cut each patient's cube, or read it where it was cut before; None for a patient without ROI.

    Parameters
    ----------
    images_are_cubes
        Each image is the cube already, as in a published set of crops: the ROI, which may be cut
        off by it, does not place it.
    cache
        Where prepared cases lie; the user's cache if not told.

    Raises
    ------
    InputError
        If a patient's image can't be read, isn't one series, or isn't the cube it should be; the
        message names the patients.
    """
    there = Cohort(cohort.path, tuple(row for row in cohort.rows if row.roi is not None))
    method = CubeMethod(recipe, images_are_cubes)
    loaded = load_cases(there, method, cache or user_cache() / "prepared", progress=progress)
    cubes = {row.patient_id: _cube(case) for row, (_, case) in zip(there.rows, loaded, strict=True)}
    return [cubes.get(row.patient_id) for row in cohort.rows]


def _cube(case: PreparedCase) -> PreparedCube | None:
    if not case.arrays:
        return None
    geometry = Geometry.from_json(case.about["geometry"])
    cube = TumourCube(case.arrays["hu"], geometry, case.arrays["share"])
    return PreparedCube(case.about["key"], cube, case.arrays["roi"])


def _require_cube(image: Geometry, cube: Geometry) -> None:
    difference = image.difference_from(cube)
    if difference is not None:
        raise InputError(
            f"the image is not the cube of the recipe: {difference} (for whole CTs: "
            "--set preprocessing.images_are_cubes=false)"
        )
