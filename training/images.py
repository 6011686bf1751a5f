"""A cohort's images as prepared slices, on disk, made once a recipe."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, PatientRow
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.resampling import resample
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.preprocessing.recipe import SliceRecipe
from ctprog_gui.core.preprocessing.slices import cut_slices
from ctprog_gui.core.preprocessing.summary import summarise
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.shared.errors import CtprogError, InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing


@dataclass(frozen=True, eq=False)
class PreparedImage:
    """One patient's slices as the network sees them.

    `pixels` is (slice, row, column) float16 in 0..1 (the values `cut_slices` gives are of that
    precision); `tumour` is each pixel's share of tumour as float16, or None without a ROI;
    `summary` is `summarise`'s; `key` names image, ROI and recipe.
    """

    key: str
    pixels: NDArray[np.float16]
    tumour: NDArray[np.float16] | None
    spacing_mm: tuple[float, float, float]
    summary: dict[str, float]


def prepare_cohort(
    cohort: Cohort, recipe: SliceRecipe, cache: Path, progress: Progress | None = None
) -> list[PreparedImage]:
    """Prepare each patient, or read what was prepared before.

    The cache is keyed by recipe and by the paths, sizes and times of the files, so a changed image
    is prepared anew.

    Raises
    ------
    InputError
        If a patient's image can't be read or isn't one series; the message names the patient.
    """
    progress = progress or Progress()
    images = []
    for number, row in enumerate(cohort.rows):
        progress.report(number / len(cohort.rows), f"Preparing patient {number + 1} of {len(cohort.rows)}")
        key = _key(row, recipe)
        path = cache / f"{key}.npz"
        if not path.exists():
            try:
                image = _prepare(row, recipe, key)
            except CtprogError as error:
                raise InputError(f"patient {row.patient_id}: {error}") from error
            _store(path, image)
        images.append(_load(path, key))
    return images


def _prepare(row: PatientRow, recipe: SliceRecipe, key: str) -> PreparedImage:
    found = open_path([row.image])
    if len(found) != 1:
        raise InputError(f"{row.image} holds {len(found)} series; one is needed")
    refused = found[0].info.refusals
    if refused:
        raise InputError(f"{row.image}: {refused[0].code} ({refused[0].detail})")
    volume = found[0].read()
    slices = cut_slices(volume, recipe)
    tumour = None
    if row.roi is not None:
        masks = read_rois(row.roi, volume.geometry)
        if len(masks) != 1:
            raise InputError(f"{row.roi} holds {len(masks)} regions; one is needed")
        share = Volume(masks[0].voxels.astype(np.float32), volume.geometry)
        tumour = resample(share, slices.geometry, outside=0).voxels.astype(np.float16)
    return PreparedImage(
        key, slices.pixels.astype(np.float16), tumour, slices.geometry.spacing_mm, summarise(slices, recipe)
    )


def _key(row: PatientRow, recipe: SliceRecipe) -> str:
    digest = hashlib.sha256(recipe.sha256.encode())
    for path in (row.image, row.roi):
        files = [] if path is None else sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            stat = file.stat()
            digest.update(repr((str(file), stat.st_size, stat.st_mtime_ns)).encode())
    return digest.hexdigest()[:32]


def _store(path: Path, image: PreparedImage) -> None:
    about = json.dumps({"spacing_mm": image.spacing_mm, "summary": image.summary})
    parts = {"pixels": image.pixels, "about": np.array(about)}
    if image.tumour is not None:
        parts["tumour"] = image.tumour
    with replacing(path) as partial:
        np.savez(partial, **parts)  # type: ignore[arg-type]


def _load(path: Path, key: str) -> PreparedImage:
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        return PreparedImage(
            key,
            file["pixels"],
            file.get("tumour", None),
            tuple(about["spacing_mm"]),
            about["summary"],
        )
