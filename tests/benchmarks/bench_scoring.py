"""First score against the score after a stroke, and Grad-CAM against its forward pass.

On LUNG1-001 with GTV-1, for every bundle that ships. The first score is a fresh predictor's answer
to a case that it has not seen (its weights are loaded already); the re-score is the same
predictor's answer after a ball of 10 mm was painted onto the ROI's edge. Grad-CAM is the answer with
saliency less the answer without, all of it up to the map on the grid that the views show (the CT's,
halved where it has more than 256 voxels a side); its peer is the forward pass:
what encoder and heads take of the first score.
Run as ``python tests/benchmarks/bench_scoring.py FOLDER``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.reduction import reduced_geometry
from ctprog_gui.core.inference.bundle import Bundle, find_bundles
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.roi.brush import Brush
from ctprog_gui.core.roi.reading import read_rois

ROUNDS = 3


def painted(mask: Mask) -> Mask:
    """The ROI with a ball of 10 mm added at the end of its longest row."""
    z, y, x = mask.voxels.nonzero()
    edge = int(x.argmax())
    swept = Brush(10.0, None).sweep(mask.geometry, *[(x[edge], y[edge], z[edge])] * 2)
    assert swept is not None
    voxels = mask.voxels.copy()
    voxels[swept[0]] |= swept[1]
    return Mask(voxels, mask.geometry, mask.name)


class Forward:
    """Counts the seconds that a predictor's networks take: its encoder and its heads."""

    def __init__(self, predictor: Predictor) -> None:
        self.seconds = 0.0
        model = predictor._reader._model
        for name in ("encode", "answer"):
            setattr(model, name, self._counted(getattr(model, name)))

    def _counted(self, function: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start

        return counted


def timed(act: Any) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def shown_map(predictor: Predictor, case: Case) -> Any:
    """The map as the inference process sends it to the window."""
    saliency = predictor.predict(case, saliency=True).saliency
    assert saliency is not None
    return np.rint(255 * saliency.on(reduced_geometry(case.volume.geometry)).voxels).astype(np.uint8)


def run(folder: Path) -> list[dict[str, Any]]:
    (series,) = open_path([folder / "ct"])
    volume = series.read()
    (rtstruct,) = (folder / "rtstruct").iterdir()
    (roi,) = read_rois(rtstruct, volume.geometry, name="GTV-1")
    edited = painted(roi)
    rows = []
    for path in find_bundles():
        bundle = Bundle.open(path)
        Predictor(bundle).predict(Case(volume, roi, {}))  # warms up libraries and kernels
        first, again, with_map, forward = [], [], [], []
        for _ in range(ROUNDS):
            predictor = Predictor(bundle)
            networks = Forward(predictor)
            first.append(timed(lambda p=predictor: p.predict(Case(volume, roi, {}))))
            again.append(timed(lambda p=predictor: p.predict(Case(volume, edited, {}))))
            forward.append(networks.seconds)
            with_map.append(timed(lambda p=predictor: shown_map(p, Case(volume, edited, {}))))
        first_s, again_s, map_s, forward_s = map(statistics.median, (first, again, with_map, forward))
        name = bundle.name
        rows += [
            _row(f"{name}: score after a stroke, against the first score of the case", again_s, first_s, 0.3),
            _row(f"{name}: Grad-CAM, against its forward pass", map_s - again_s, forward_s, 3.0),
        ]
    return rows


def _row(name: str, ours_s: float, peer_s: float, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours_s": round(ours_s, 5),
        "peer_s": round(peer_s, 5),
        "ratio": round(float(np.divide(ours_s, peer_s)), 3),
        "goal": goal,
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
