"""What can be done with slices that make no regular grid: split them, resample them, take them as they are.

None of it is done unless a person chose it, and what was chosen stays with the series
(`SeriesInfo.handling`): in the banner and in result.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ctprog_gui.core.dicom.checking import check_stack
from ctprog_gui.core.dicom.header import Header
from ctprog_gui.core.dicom.reading import DicomSeries
from ctprog_gui.core.dicom.series import Anomaly, Handling, Series
from ctprog_gui.core.dicom.sources import Opener
from ctprog_gui.core.dicom.stack import Stack, stack
from ctprog_gui.core.imaging.straightening import Placed, straight_grid, straighten
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress

# Gaps within a part differ by no more than this share, and slices lie no further sideways (mm) than
# the step of their part leads them.
_SAME_GAP, _SAME_STEP_MM = 0.01, 0.1
_UNEVEN = frozenset({"gantry_tilt", "nonuniform_spacing", "missing_slices"})
# What a straight grid has no more; slices that are missing stay missing, though values stand there.
_MENDED = frozenset({"gantry_tilt", "nonuniform_spacing"})


def choices(series: Series) -> tuple[Handling, ...]:
    """The ways that make sense for a series; none where nothing has to be chosen."""
    if not series.info.uneven or series.info.handling:
        return ()
    found: list[Handling] = []
    if isinstance(series, DicomSeries) and series.info.geometry is not None:
        if len(_parts(series.stack)) > 1:
            found.append(Handling.SPLIT)
        if _UNEVEN & {anomaly.code for anomaly in series.info.anomalies} and len(series.stack.slices) > 1:
            found.append(Handling.RESAMPLE)
    # Of slices that lie twice and can't be told apart, the first acquired are read, and nothing is to choose.
    return (*found, Handling.AS_IS) if found or series.info.refusals else ()


def handled(series: Series, handling: Handling) -> list[Series]:
    """The series dealt with as chosen; several where it was split.

    Raises
    ------
    InputError
        If that way is none of the series' `choices`, or its slices lie too far apart to resample.
    """
    if handling not in choices(series):
        raise InputError(f"the series {series.info.key} can't be taken by {handling.value}")
    if handling is Handling.AS_IS:
        return [AsItIs(series)]
    assert isinstance(series, DicomSeries)
    if handling is Handling.RESAMPLE:
        return [Straightened(series)]
    parts = _parts(series.stack)
    whole = {"mixed_patients", "mixed_orientation", "mixed_matrix", "localizer_excluded"}
    kept = [a for a in series.info.anomalies if a.code in {*whole, "secondary_capture_excluded"}]
    made: list[Series] = []
    with Opener() as opener:
        for number, part in enumerate(parts, start=1):
            one = DicomSeries(part, [*kept, *check_stack(part, opener)], number, len(parts))
            one.info = replace(one.info, handling=Handling.SPLIT.value)
            made.append(one)
    return made


class AsItIs(Series):
    """A series read as a regular grid though it is none."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self.info = replace(series.info, handling=Handling.AS_IS.value)

    def read(self, progress: Progress | None = None) -> Volume:
        volume = self._series.read(progress)
        self.info = replace(self._series.info, handling=Handling.AS_IS.value)
        return volume

    def middle(self) -> Volume:
        return self._series.middle()


class Straightened(Series):
    """Slices resampled from where they lie onto a straight grid with even gaps."""

    def __init__(self, series: DicomSeries) -> None:
        self._series = series
        positions, grid = series.stack.positions, series.stack.geometry()
        self._placed = Placed(grid, positions)
        straight = straight_grid(self._placed)
        told = [a for a in series.info.anomalies if a.code in _UNEVEN]
        kept = [a for a in series.info.anomalies if a.code not in _MENDED]
        why = "; ".join(f"{a.code}: {a.detail.split(';')[0]}" for a in told)
        self.info = replace(
            series.info,
            geometry=straight,
            slices=straight.size[2],
            rows=straight.size[1],
            columns=straight.size[0],
            anomalies=(*kept, Anomaly("resampled", f"linearly, from where the slices lie ({why})")),
            handling=Handling.RESAMPLE.value,
        )

    def read(self, progress: Progress | None = None) -> Volume:
        progress = progress or Progress()
        volume = self._series.read(progress.part(0.0, 0.5))
        return straighten(volume.voxels, self._placed, progress.part(0.5, 1.0))


def _parts(pile: Stack) -> list[Stack]:
    """Stacks that are regular each: one acquisition, even gaps, one step sideways."""
    passes = _passes(pile)
    return [run for one in passes for run in _runs(one)]


def _passes(pile: Stack) -> list[Stack]:
    """Slices that lie twice in one place, told apart by acquisition where that tells them apart."""
    if not pile.duplicates:
        return [pile]
    every = [*pile.slices, *pile.duplicates]
    numbers = sorted({header.acquisition or 0 for header in every})
    found = [stack([one for one in every if (one.acquisition or 0) == number]) for number in numbers]
    return found if len(found) > 1 and not any(one.duplicates for one in found) else [pile]


def _runs(pile: Stack) -> list[Stack]:
    gaps, lateral = pile.gaps_mm, pile.lateral_mm
    if gaps.size < 2:
        return [pile]
    usual = float(np.median(gaps))
    ends: list[int] = []
    start = 0
    for k in range(gaps.size):
        # The first step of a run is its measure; a run of one slice takes the usual one.
        if k > start:
            alike = abs(gaps[k] - gaps[start]) <= _SAME_GAP * gaps[start]
            aside = float(np.abs(lateral[k] - lateral[start]).max())
        else:
            alike = gaps[k] <= 1.5 * usual
            aside = 0.0
        if not alike or aside > _SAME_STEP_MM:
            ends.append(k + 1)
            start = k + 1
    bounds = [0, *ends, len(pile.slices)]
    return [_cut(pile, bounds[n], bounds[n + 1]) for n in range(len(bounds) - 1)]


def _cut(pile: Stack, start: int, stop: int) -> Stack:
    slices: Sequence[Header] = pile.slices[start:stop]
    return Stack(tuple(slices))
