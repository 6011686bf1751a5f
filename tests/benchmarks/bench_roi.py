"""The ROI's tools: filling between slices, and what a stroke costs the history.

Filling: 60 slices of a lobed body of 160 × 160 pixels with every fifth drawn, by us and by
itk-morphologicalcontourinterpolation, by turns; the row is there only where that package is installed.
History: bytes of a step against the voxels it changed, for a stroke of the 2D brush of 20 mm over 40 mm
in nine moves, and for a 3D brush of 30 mm, on 512 × 512 × 300 voxels of 0.8 × 0.8 × 1 mm; the goal is
bytes a voxel. Run as ``python tests/benchmarks/bench_roi.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from typing import Any

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.effect import Part
from ctprog_gui.core.roi.interpolation import FillBetween
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import Stroke

TURNS = 15
EVERY = 5


def body() -> np.ndarray:
    """A lobed body that turns as it goes up."""
    z, y, x = np.mgrid[:61, :160, :160].astype(float)
    rim = 30 + 10 * np.cos(5 * np.arctan2(y - 80, x - 80) + z / 15)
    return np.asarray(np.hypot(x - 80, y - 80) < rim * np.sqrt(np.clip(1 - ((z - 30) / 34) ** 2, 0, 1)))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b)))


def filling() -> list[dict[str, Any]]:
    if importlib.util.find_spec("itk") is None:
        return []
    import itk

    whole = body()
    drawn = np.zeros_like(whole)
    drawn[::EVERY] = whole[::EVERY]
    image = itk.image_from_array(drawn.astype(np.uint8))
    ours: list[float] = []
    theirs: list[float] = []
    # The first turn loads the libraries.
    for turn in range(TURNS + 1):
        start = time.perf_counter()
        filled = FillBetween(2).apply(Part(drawn, (1.0, 1.0, 1.0)))
        middle = time.perf_counter()
        peer = itk.array_from_image(itk.morphological_contour_interpolator(image, axis=2)) > 0
        if turn:
            ours.append(middle - start)
            theirs.append(time.perf_counter() - middle)
    ours_s, peer_s = statistics.median(ours), statistics.median(theirs)
    return [
        {
            "name": "filling between slices, 60 slices, against itk-morphologicalcontourinterpolation",
            "ours_s": round(ours_s, 5),
            "peer_s": round(peer_s, 5),
            "ratio": round(ours_s / peer_s, 3),
            "goal": 1.2,
            "dice": {"ours": round(dice(filled, whole), 4), "peer": round(dice(peer, whole), 4)},
        }
    ]


def history() -> list[dict[str, Any]]:
    grid = Geometry((512, 512, 300), (0.8, 0.8, 1.0))
    rows = []
    for name, radius, axis in (("2D brush of 20 mm", 10.0, 2), ("3D brush of 30 mm", 15.0, None)):
        roi = RoiState()
        roi.show(grid)
        roi.add_empty("painted")
        stroke = Stroke(roi, radius, axis, erase=False)
        for step in range(9):
            stroke.to(grid.centre_mm + np.array([-20 + 5 * step, 2 * step, 0.0]))
        stroke.finish()
        steps = roi.history.bytes - 500
        voxels = int(np.count_nonzero(roi.labels))
        rows.append(
            {
                "name": f"bytes of history, {name}, against the voxels changed",
                "ours_bytes": steps,
                "peer_voxels": voxels,
                "ratio": round(steps / voxels, 3),
                "goal": 1.5,
            }
        )
    return rows


def run() -> list[dict[str, Any]]:
    return filling() + history()


if __name__ == "__main__":
    print(json.dumps(run()))
