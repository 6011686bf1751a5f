"""Reading a CT series against SimpleITK's ImageSeriesReader.

Both start from a folder and end with an array of HU: each finds the files of the series, sorts
them, reads and rescales them. Pairs alternate in one process after a warm-up, and the ratio is of
the medians. Run as ``python tests/benchmarks/bench_reading.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from ctprog_gui.core.dicom.open_path import open_path

GOAL = 0.5


def ours(folder: Path) -> np.ndarray:
    return open_path([folder])[0].read().voxels


def peer(folder: Path) -> np.ndarray:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    return sitk.GetArrayFromImage(reader.Execute())


def seconds(read: Callable[[Path], np.ndarray], folder: Path) -> float:
    start = time.perf_counter()
    read(folder)
    return time.perf_counter() - start


def run(folder: Path, pairs: int = 9) -> dict[str, Any]:
    """Time alternating pairs; raises if the two do not read the same voxels."""
    if not np.array_equal(ours(folder), peer(folder)):
        raise AssertionError("ctprog and SimpleITK read different voxels")
    times = [(seconds(ours, folder), seconds(peer, folder)) for _ in range(pairs)]
    mine, other = (statistics.median(column) for column in zip(*times, strict=True))
    return {
        "name": "reading LUNG1-001 against SimpleITK ImageSeriesReader",
        "ours_s": round(mine, 4),
        "peer_s": round(other, 4),
        "ratio": round(mine / other, 3),
        "goal": GOAL,
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
