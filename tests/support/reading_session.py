"""Small reading sessions: images made by formula, and readers who have drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ctprog_gui.core.imaging.files import write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.reading_sessions.folder import SessionFolder, now
from ctprog_gui.core.reading_sessions.keeping import keep_roi
from ctprog_gui.core.reading_sessions.making import AskedCase, Plan, make_session
from ctprog_gui.core.roi.conversion import open_reference

GRID = Geometry((40, 36, 24), (2.0, 2.0, 4.0), (-40.0, -36.0, 100.0))

# What a reader draws: his name, the case, and the number of the reading of it.
Drawn = Callable[[str, str, int], Mask]


def write_images(folder: Path, count: int, grid: Geometry = GRID) -> list[Path]:
    """CTs that differ from each other, and none of which has a patient."""
    folder.mkdir(parents=True, exist_ok=True)
    z, y, x = np.indices(grid.shape)
    made = []
    for number in range(count):
        voxels = (10 * z + y - x + 100 * number).astype(np.int16)
        made.append(folder / f"ct{number}.nii.gz")
        write_volume(made[-1], voxels, grid)
    return made


def ball(radius_mm: float, shift_mm: float = 0.0, grid: Geometry = GRID) -> Mask:
    """A ball in the middle of the grid, shifted to the patient's left."""
    index = np.stack(np.indices(grid.shape)[::-1], axis=-1)
    away = grid.index_to_patient(index) - grid.centre_mm - np.array([shift_mm, 0, 0])
    return Mask(np.linalg.norm(away, axis=-1) < radius_mm, grid, "tumour")


def small_session(folder: Path, images: Sequence[Path], **plan: object) -> SessionFolder:
    """Two readers, A and B, C who settles, and a third of the cases twice, unless told otherwise."""
    told = {
        "title": "A small study",
        "readers": ("A", "B"),
        "reviewer": "C",
        "repeat_fraction": 0.3,
        "format": "nifti",
        **plan,
    }
    return make_session(folder, Plan(cases=[AskedCase(path) for path in images], **told))


def read_all(folder: SessionFolder, name: str, drawn: Drawn, upto: int | None = None) -> None:
    """Finish a reader's readings, all or the first few."""
    progress = folder.progress(name)
    for number, result in enumerate(progress.results[:upto]):
        series = open_reference(folder.image_of(result.case))
        kept = keep_roi(folder, name, number, drawn(name, result.case, result.repeat), series)
        progress = progress.with_result(
            number, status="done", started=now(), finished=now(), seconds=60.0, **kept
        )
    folder.save_progress(progress)
