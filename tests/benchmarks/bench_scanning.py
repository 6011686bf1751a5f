"""Looking into 1 000 files, against a loop of pydicom's ``dcmread(stop_before_pixels=True)`` over them.

The files are LUNG1-001's, copied as eight series into a folder, warm. Ours ends with the list of series,
their order and anomalies; the first picture is told from the same search, as the browser gets it; the second
look goes by way of the index on disk. Pairs alternate in one process; ratios are of the medians. The first
slice after the click is the middle slice read and turned into a picture, against reading the whole series.
Run as ``python tests/benchmarks/bench_scanning.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import pydicom

from ctprog_gui.core.dicom.glimpse import Glimpses, picture_of
from ctprog_gui.core.dicom.index import HeaderIndex
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.services.opening import FIRST_ROWS

FILES, SERIES, PAIRS = 1000, 8, 5


def copies(source: Path, to: Path) -> list[Path]:
    """1 000 files of eight series without gaps, each with UIDs of its own."""
    originals = sorted(
        source.iterdir(), key=lambda path: float(pydicom.dcmread(path).ImagePositionPatient[2])
    )
    made = []
    for number in range(FILES):
        series, slice_ = divmod(number, FILES // SERIES)
        dataset = pydicom.dcmread(originals[slice_])
        dataset.SeriesInstanceUID = f"{dataset.SeriesInstanceUID[:50]}.{series}"
        dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID[:50]}.{number}"
        path = to / f"{series}" / f"{number:04d}"
        path.parent.mkdir(exist_ok=True)
        dataset.save_as(path)
        made.append(path)
    return made


def scanned(folder: Path) -> tuple[float, float]:
    """Seconds to the first picture and to the whole list."""
    start = time.perf_counter()
    glimpses = Glimpses()
    first: list[float] = []

    def seen(header: Any) -> None:
        if glimpses.add(header) and not first:
            first.append(time.perf_counter() - start)

    assert len(open_path([folder], None, seen)) == SERIES
    return first[0], time.perf_counter() - start


def indexed(folder: Path) -> float:
    start = time.perf_counter()
    with HeaderIndex() as index:
        assert len(open_path([folder], parse=index.parse)) == SERIES
    return time.perf_counter() - start


def looped(paths: list[Path]) -> float:
    start = time.perf_counter()
    for path in paths:
        pydicom.dcmread(path, stop_before_pixels=True)
    return time.perf_counter() - start


def opened(folder: Path) -> tuple[float, float]:
    """Seconds to the picture of the middle slice, and to the whole volume."""
    (series,) = open_path([folder])
    start = time.perf_counter()
    picture_of(series, FIRST_ROWS)
    first = time.perf_counter() - start
    start = time.perf_counter()
    series.read()
    return first, time.perf_counter() - start


def run(source: Path) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="ctprog-benchmark-") as name:
        os.environ["CTPROG_HOME"] = str(Path(name) / "home")
        folder = Path(name) / "files"
        folder.mkdir()
        paths = copies(source, folder)
        scanned(folder), looped(paths), indexed(folder), opened(source)
        rounds = [(*scanned(folder), indexed(folder), looped(paths), *opened(source)) for _ in range(PAIRS)]
    first, whole, second, loop, slice_, series = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    against = "against a pydicom loop"
    return [
        _row(f"1 000 files: to the first picture, {against}", first, loop, 0.3),
        _row(f"1 000 files: to the whole list, {against}", whole, loop, 0.5),
        _row(f"1 000 files: looked into again, by way of the index, {against}", second, loop, 0.5),
        _row("the middle slice's picture, against reading all slices", slice_, series, 0.35),
    ]


def _row(name: str, ours: float, peer: float, goal: float) -> dict[str, Any]:
    figures = {"ours_s": round(ours, 4), "peer_s": round(peer, 4), "ratio": round(ours / peer, 3)}
    return {"name": name, **figures, "goal": goal}


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        print(json.dumps(run(Path(sys.argv[1]))))
