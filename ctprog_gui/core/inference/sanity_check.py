"""Whether a score and its map hang on what the network learnt, and how well the score repeats.

Two questions that a reader of a saliency map should ask first. Would a network that learnt nothing
point at the same place (Adebayo et al. 2018, the randomisation test)? And does the score stay where
it is when the outline, or the image, lies one voxel further?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.inference.reading import Reader, Reading
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.sanity import Move, Pictures, Sanity
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# Of the network without learning: the same one each time, so that the answer is too.
_SEED = 1
# The picture shows this much around the ROI.
_AROUND_MM = 40.0


def check(
    reader: Reader,
    case: Case,
    cohort_sd: float,
    *,
    bundle: str,
    bundle_sha256: str,
    moves_roi: bool,
    progress: Progress,
) -> tuple[Sanity, Pictures]:
    """Ask a reader that is used for nothing else.

    Raises
    ------
    InputError
        If the case can't be scored.
    Cancelled
        If `progress` was cancelled.
    """
    first = _read(reader, case, progress.part(0.0, 0.15))
    learnt = first.trace(progress.part(0.15, 0.25))
    progress.report(0.25, "Asking a network that learnt nothing")
    unlearnt = _read(reader.randomised(case, _SEED), case, progress.part(0.25, 0.4))
    random = unlearnt.trace(progress.part(0.4, 0.5))
    moves = []
    for number, (axis, voxels, moved) in enumerate(_moves(case, moves_roi=moves_roi)):
        part = progress.part(0.5 + 0.5 * number / 6, 0.5 + 0.5 * (number + 1) / 6)
        part.report(0.0, f"Scoring again, {voxels:+d} voxel along {axis}")
        score = _score(_read(reader, moved, part))
        moves.append(Move(axis, voxels, score))
    score = _score(first)
    scores = np.array([score, *(move.risk_score for move in moves)])
    roi = case.roi if case.roi is not None and not case.roi.is_empty else None
    found = Sanity(
        bundle=bundle,
        bundle_sha256=bundle_sha256,
        risk_score=score,
        cohort_sd=cohort_sd,
        moved="ROI" if moves_roi else "image",
        moves=tuple(moves),
        repeat_sd=float(scores.std()) / cohort_sd,
        repeat_max=float(np.abs(scores - score).max()) / cohort_sd,
        mass_in_roi=None if roi is None else learnt.mass_in(roi),
        random_mass_in_roi=None if roi is None else random.mass_in(roi),
        map_correlation=rank_correlation(learnt.map.voxels, random.map.voxels),
        slice_index=_slice(first, roi, case.volume),
    )
    return found, _pictures(case.volume, roi, found.slice_index, learnt, random)


def rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float | None:
    """Spearman's, over the places where either is above 0; None where one says nothing."""
    from scipy.stats import spearmanr

    there = (one > 0) | (other > 0)
    if not there.any() or one[there].min() == one.max() or other[there].min() == other.max():
        return None
    return float(spearmanr(one[there], other[there]).statistic)


def _read(reader: Reader, case: Case, progress: Progress) -> Reading:
    reading = reader.read(case, progress)
    if isinstance(reading, Caution):
        raise InputError(f"it can't be scored: {reading.detail}")
    return reading


def _score(reading: Reading) -> float:
    assert reading.answer is not None, "asked of bundles with a score alone"
    return reading.answer.risk_score


def _moves(case: Case, *, moves_roi: bool) -> Iterator[tuple[str, int, Case]]:
    """The case moved by one voxel of the series along each axis, both ways.

    What leaves the series on one side is lost; on the other an image repeats its outermost slice, and
    a ROI has nothing. A ROI that would be lost altogether is not moved there.
    """
    for axis, name in ((2, "x"), (1, "y"), (0, "z")):
        for voxels in (1, -1):
            if not moves_roi:
                voxel = _shifted(case.volume.voxels, axis, voxels)
                yield name, voxels, replace(case, volume=Volume(voxel, case.volume.geometry))
                continue
            assert case.roi is not None, "it was read, so there is one"
            moved = _shifted(case.roi.voxels, axis, voxels)
            edge = [slice(None)] * 3
            edge[axis] = slice(0, 1) if voxels > 0 else slice(-1, None)
            moved[tuple(edge)] = False
            if moved.any():
                roi = Mask(moved, case.roi.geometry, case.roi.name)
                yield name, voxels, replace(case, roi=roi, recentre=True)


def _shifted(voxels: NDArray[Any], axis: int, by: int) -> NDArray[Any]:
    index = np.clip(np.arange(voxels.shape[axis]) - by, 0, voxels.shape[axis] - 1)
    return np.take(voxels, index, axis=axis)


def _slice(reading: Reading, roi: Mask | None, volume: Volume) -> int:
    """Where there is most to see: the ROI's largest slice, else that of most attention."""
    if roi is not None:
        return int(roi.voxels.sum(axis=(1, 2)).argmax())
    if reading.attention is not None:
        return int(np.argmax(reading.attention))
    return volume.geometry.size[2] // 2


def _pictures(volume: Volume, roi: Mask | None, k: int, learnt: Saliency, random: Saliency) -> Pictures:
    columns, rows, _ = volume.geometry.size
    low, high = (0, 0), (columns, rows)
    inside = np.zeros((rows, columns), bool) if roi is None else roi.voxels[k]
    if inside.any():
        y, x = np.nonzero(inside)
        dx, dy = (int(np.ceil(_AROUND_MM / step)) for step in volume.geometry.spacing_mm[:2])
        low = max(int(x.min()) - dx, 0), max(int(y.min()) - dy, 0)
        high = min(int(x.max()) + dx + 1, columns), min(int(y.max()) + dy + 1, rows)
    size = (high[0] - low[0], high[1] - low[1], 1)
    grid = volume.geometry.cropped((*low, k), size)
    part = (slice(low[1], high[1]), slice(low[0], high[0]))
    hu = np.clip(np.rint(volume.voxels[k][part]), -32768, 32767).astype(np.int16)
    return Pictures(hu, learnt.on(grid).voxels[0], random.on(grid).voxels[0], inside[part].copy())
