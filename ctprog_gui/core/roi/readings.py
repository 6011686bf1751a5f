"""Several readers' ROIs of the same cases, compared: per case and overall, between and within readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from ctprog_gui.core.imaging.files import ending_of, read_header
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.agreement import Agreement, agreement
from ctprog_gui.core.roi.conversion import open_reference
from ctprog_gui.core.roi.reading import read_rois, roi_names
from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.statistics.agreement import BlandAltman, Icc, bland_altman, icc

REQUIRED = ("case", "reader", "roi")


@dataclass(frozen=True)
class Reading:
    """One reader's ROI of one case; `repeat` counts a reader's readings of it, from 1.

    `roi` is None where the reader found nothing to draw, which counts as an empty region; the image
    must then be known.
    """

    case: str
    reader: str
    roi: Path | None
    repeat: int = 1
    image: Path | None = None
    series_uid: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Two readings of one case. Within a reader, `first` and `second` are one reader's names."""

    case: str
    first: str
    second: str
    figures: Agreement

    @property
    def pair(self) -> tuple[str, str]:
        return self.first, self.second


@dataclass(frozen=True)
class Overall:
    """What a pair of readers (or one reader with himself) comes to over all its cases.

    Medians with their quartiles; a distance that does not exist (one region empty) counts in
    `without_distance` and nowhere else. `icc` is of the volumes, ICC(A,1), and `limits` Bland and
    Altman's of the volumes in mm³, the first reading less the second; each None below three cases.
    """

    first: str
    second: str
    cases: int
    dice: tuple[float, float, float]
    hd95_mm: tuple[float, float, float] | None
    surface_dice_1mm: tuple[float, float, float]
    without_distance: int
    icc: Icc | None
    limits: BlandAltman | None


def read_readings(table: Path) -> list[Reading]:
    """The readings of a table: columns case, reader, roi and, optional, repeat and image.

    Paths are relative to the table. An image is needed where a ROI file has no grid of its own.

    Raises
    ------
    InputError
        If the table can't be read, or lines are bad: all are named at once.
    """
    found, wrong = read_csv_table(table, "the table of readings", REQUIRED), []
    readings: list[Reading] = []
    seen: set[tuple[str, str, int]] = set()
    for line in found.lines:
        cells = found.by_name(line)
        lacking = [name for name in REQUIRED if not cells.get(name)]
        repeat = cells.get("repeat") or "1"
        if lacking or not found.fits(line):
            wrong.append(f"line {line.number} lacks {', '.join(lacking) or 'a cell'}")
        elif not repeat.isdigit() or int(repeat) < 1:
            wrong.append(f"line {line.number}: repeat is {repeat!r}, not 1, 2, …")
        elif (cells["case"], cells["reader"], int(repeat)) in seen:
            wrong.append(
                f"line {line.number}: {cells['reader']} read {cells['case']} twice as repeat {repeat}"
            )
        else:
            image = table.parent / cells["image"] if cells.get("image") else None
            one = Reading(cells["case"], cells["reader"], table.parent / cells["roi"], int(repeat), image)
            seen.add((one.case, one.reader, one.repeat))
            readings.append(one)
    if wrong:
        raise InputError(f"{table}: {'; '.join(wrong)}")
    return readings


def compare_readings(
    readings: Sequence[Reading], name: str | None = None, progress: Progress | None = None
) -> list[Comparison]:
    """Every two readers' first readings of a case, and each reader's repeats with his first.

    Parameters
    ----------
    name
        The region to take where files hold several.

    Raises
    ------
    InputError
        If a file can't be read, holds several regions and none is named, or nothing can be compared.
    GeometryError
        If two readings of one case lie on different grids.
    """
    progress = progress or Progress()
    cases = list(dict.fromkeys(one.case for one in readings))
    compared: list[Comparison] = []
    for number, case in enumerate(cases):
        progress.report(number / len(cases), f"Comparing {case}")
        of_case = [one for one in readings if one.case == case]
        grid = _grid(of_case)
        masks = {(one.reader, one.repeat): _region(one, grid, name) for one in of_case}
        for a, b in _pairs(of_case):
            figures = agreement(masks[(a.reader, a.repeat)], masks[(b.reader, b.repeat)])
            compared.append(Comparison(case, a.reader, b.reader, figures))
    if not compared:
        raise InputError("no case was read twice: there is nothing to compare")
    return compared


def overall(compared: Sequence[Comparison]) -> list[Overall]:
    """Each pair of readers over its cases, in the order in which they come; repeats under one name."""
    pairs = list(dict.fromkeys(one.pair for one in compared))
    return [_over([one for one in compared if one.pair == pair]) for pair in pairs]


@dataclass(frozen=True)
class Together:
    """ICC(A,1) of the volumes over three or more readers at once, on the cases that all of them read."""

    readers: tuple[str, ...]
    cases: int
    icc: Icc


def together(compared: Sequence[Comparison]) -> Together | None:
    """All readers at once by their first readings; None below three readers or three cases."""
    volumes: dict[str, dict[str, float]] = {}
    for one in compared:
        if one.first != one.second:
            of_case = volumes.setdefault(one.case, {})
            of_case[one.first], of_case[one.second] = one.figures.volume_a_mm3, one.figures.volume_b_mm3
    readers = tuple(sorted({name for of_case in volumes.values() for name in of_case}))
    whole = [
        [of_case[name] for name in readers] for of_case in volumes.values() if len(of_case) == len(readers)
    ]
    if len(readers) < 3 or len(whole) < 3:
        return None
    return Together(readers, len(whole), icc(whole, "A,1"))


def _pairs(of_case: Sequence[Reading]) -> Iterator[tuple[Reading, Reading]]:
    firsts = sorted((one for one in of_case if one.repeat == 1), key=lambda one: one.reader)
    yield from combinations(firsts, 2)
    for first in firsts:
        again = sorted(
            (one for one in of_case if one.reader == first.reader and one.repeat > 1),
            key=lambda one: one.repeat,
        )
        for one in again:
            yield first, one


def _grid(of_case: Sequence[Reading]) -> Geometry:
    with_image = next((one for one in of_case if one.image is not None), None)
    if with_image is not None and with_image.image is not None:
        geometry = open_reference(with_image.image, with_image.series_uid).info.geometry
        assert geometry is not None
        return geometry
    with_grid = next((one.roi for one in of_case if one.roi is not None and ending_of(one.roi)), None)
    if with_grid is None:
        raise InputError(f"{of_case[0].case}: its ROIs have no grid of their own; give an image")
    return read_header(with_grid)


def _region(one: Reading, grid: Geometry, name: str | None) -> Mask:
    if one.roi is None:
        return Mask(np.zeros(grid.shape, dtype=bool), grid, name or "ROI")
    masks = read_rois(one.roi, grid, name=name if len(roi_names(one.roi)) > 1 else None)
    if len(masks) > 1:
        raise InputError(f"{one.roi} holds {len(masks)} regions, choose one with --roi-name")
    return masks[0]


def _over(compared: Sequence[Comparison]) -> Overall:
    figures = [one.figures for one in compared]
    distances = [one.hd95_mm for one in figures if one.hd95_mm is not None]
    volumes = np.array([(one.volume_a_mm3, one.volume_b_mm3) for one in figures])
    enough = len(compared) >= 3
    return Overall(
        compared[0].first,
        compared[0].second,
        len(compared),
        _quartiles([one.dice for one in figures]),
        _quartiles(distances) if distances else None,
        _quartiles([one.surface_dice_1mm for one in figures]),
        len(figures) - len(distances),
        icc(volumes, "A,1") if enough else None,
        bland_altman(volumes[:, 0], volumes[:, 1]) if enough else None,
    )


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, lower and upper quartile."""
    low, middle, high = np.percentile(values, (25, 50, 75))
    return float(middle), float(low), float(high)
