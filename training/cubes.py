"""A cohort's tumours as cubes, ready for the encoder of ROIs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.preprocessing.cube import CubePlacement, TumourCube, cut_cube, cut_roi
from ctprog_gui.core.preprocessing.recipe import CubeRecipe
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.progress import Progress


@dataclass(frozen=True, eq=False)
class PreparedCube:
    """One patient's cube: `roi` is (slice, row, column) and not empty; `key` names content and recipe."""

    key: str
    cube: TumourCube
    roi: NDArray[np.bool_]


def prepare_cubes(
    cohort: Cohort, recipe: CubeRecipe, *, images_are_cubes: bool, progress: Progress | None = None
) -> list[PreparedCube | None]:
    """Cut each patient's cube; None for a patient without ROI.

    Parameters
    ----------
    images_are_cubes
        Each image is the cube already, as in a published set of crops: the ROI, which may be cut
        off by it, does not place it.

    Raises
    ------
    InputError
        If a patient's image can't be read, isn't one series, or isn't the cube it should be; the
        message names the patient.
    """
    progress = progress or Progress()
    cubes: list[PreparedCube | None] = []
    for number, row in enumerate(cohort.rows):
        progress.report(number / len(cohort.rows), f"Preparing patient {number + 1} of {len(cohort.rows)}")
        try:
            cubes.append(None if row.roi is None else _prepare(row, recipe, images_are_cubes))
        except CtprogError as error:
            raise InputError(f"patient {row.patient_id}: {error}") from error
    return cubes


def _prepare(row: PatientRow, recipe: CubeRecipe, images_are_cubes: bool) -> PreparedCube | None:
    assert row.roi is not None
    found = open_path([row.image])
    if len(found) != 1:
        raise InputError(f"{row.image} holds {len(found)} series; one is needed")
    refused = found[0].info.refusals
    if refused:
        raise InputError(f"{row.image}: {refused[0].code} ({refused[0].detail})")
    volume = found[0].read()
    masks = read_rois(row.roi, volume.geometry)
    if len(masks) != 1:
        raise InputError(f"{row.roi} holds {len(masks)} regions; one is needed")
    if masks[0].is_empty:
        return None
    if images_are_cubes:
        x, y, z = volume.geometry.centre_mm
        placement = CubePlacement((float(x), float(y), float(z)))
        _require_cube(volume.geometry, placement.geometry(recipe))
    else:
        placement = CubePlacement.at(masks[0])
    cube = cut_cube(volume, recipe, placement)
    roi = cut_roi(masks[0], cube.geometry)
    if not roi.any():
        return None
    digest = hashlib.sha256(recipe.sha256.encode())
    digest.update(cube.hu.tobytes())
    digest.update(np.packbits(roi).tobytes())
    return PreparedCube(digest.hexdigest(), cube, roi)


def _require_cube(image: Geometry, cube: Geometry) -> None:
    difference = image.difference_from(cube)
    if difference is not None:
        raise InputError(f"the image is not the cube of the recipe: {difference}")
