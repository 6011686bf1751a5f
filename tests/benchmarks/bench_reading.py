"""Reading a CT series against SimpleITK's ImageSeriesReader, and against its bytes from the page cache.

LUNG1-001's slices are written twice, the second time above the first: 268 slices of 512². The same slices
compressed as JPEG 2000 without loss are half as many, for writing them takes long.

Both start from a folder and end with an array of HU: each finds the files of the series, sorts
them, reads and rescales them. Pairs alternate in one process after a warm-up, and the ratio is of
the medians. Run as ``python tests/benchmarks/bench_reading.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk

from ctprog_gui.core.dicom.open_path import open_path


def ours(folder: Path) -> np.ndarray:
    return open_path([folder])[0].read().voxels


def peer(folder: Path) -> np.ndarray:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    return sitk.GetArrayFromImage(reader.Execute())


def seconds(read: Callable[[Path], Any], folder: Path) -> float:
    start = time.perf_counter()
    read(folder)
    return time.perf_counter() - start


def doubled(folder: Path, to: Path) -> None:
    """Each slice, and once more above the whole stack."""
    every = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    heights = [float(one.ImagePositionPatient[2]) for one in every]
    higher = max(heights) - min(heights) + 3.0
    for number, one in enumerate(every):
        one.save_as(to / f"{number}-a.dcm")
        x, y, z = one.ImagePositionPatient
        one.ImagePositionPatient = [x, y, float(z) + higher]
        one.SOPInstanceUID = f"{one.SOPInstanceUID[:60]}.2"
        one.save_as(to / f"{number}-b.dcm")


def compressed(folder: Path, to: Path) -> None:
    for path in folder.iterdir():
        one = pydicom.dcmread(path)
        one.compress("1.2.840.10008.1.2.4.90", generate_instance_uid=False)
        one.save_as(to / path.name)


def bytes_alone(folder: Path) -> None:
    for path in folder.iterdir():
        path.read_bytes()


def run(folder: Path, pairs: int = 7) -> list[dict[str, Any]]:
    """Time alternating pairs; raises if the two do not read the same voxels."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="ctprog-benchmark-") as name:
        plain, packed = Path(name) / "plain", Path(name) / "packed"
        for made, make in ((plain, doubled), (packed, compressed)):
            made.mkdir()
            make(folder, made)
            if not np.array_equal(ours(made), peer(made)):
                raise AssertionError("ctprog and SimpleITK read different voxels")
        sitk_name = "SimpleITK ImageSeriesReader"
        for told, where, other, goal in (
            (f"reading 268 slices of LUNG1-001 against {sitk_name}", plain, peer, 0.4),
            (
                "reading 268 slices of LUNG1-001 against their bytes from the page cache",
                plain,
                bytes_alone,
                6.0,
            ),
            (f"reading 134 slices in JPEG 2000 without loss against {sitk_name}", packed, peer, 0.6),
        ):
            times = [(seconds(ours, where), seconds(other, where)) for _ in range(pairs)]
            mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
            figures = {"ours_s": round(mine, 4), "peer_s": round(theirs, 4), "ratio": round(mine / theirs, 3)}
            rows.append({"name": told, **figures, "goal": goal})
    return rows


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
