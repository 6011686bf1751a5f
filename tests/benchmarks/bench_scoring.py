"""First score against the score after a stroke, six margins, and Grad-CAM against its forward pass.

On LUNG1-001 with GTV-1, for every bundle that ships and needs no clinical values. Scores are asked of the
inference process as the window asks it, and timed from the request to the answer: regions go as bits,
answers come as JSON. The first score is of a case that the process was just given and has prepared nothing of
(its weights are loaded); each round is a CT that differs from the others in one voxel. A stroke adds or takes
a ball of 20 mm across at the ROI's edge, which touches at most 7 slices of 3 mm; margins are the ROI grown
and shrunk by 1, 2 and 3 mm, made and scored. Medians.

Grad-CAM is the answer with saliency less the answer without, all of it up to the map on the grid that the
views show (the CT's, halved where it has more than 256 voxels a side); its peer is the forward pass: what
encoder and heads take of the first score.
``CTPROG_BENCH_SECTIONS`` names the bundles where not all are to be asked.
Run as ``python tests/benchmarks/bench_scoring.py FOLDER``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.acquisition import UNKNOWN
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.reduction import reduced_geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.bundle import Bundle, EndpointParts, find_bundles
from ctprog_gui.core.inference.case import Case
from ctprog_gui.core.inference.predictor import Predictor
from ctprog_gui.core.inference.protocol import receive, send
from ctprog_gui.core.roi.brush import Brush
from ctprog_gui.core.roi.effect import Part, room_for
from ctprog_gui.core.roi.margin import Margin, margins
from ctprog_gui.core.roi.reading import read_rois

ROUNDS, STROKES = 5, 8
MARGINS_MM = (-1, 1, -2, 2, -3, 3)


class Asked:
    """The inference process, asked about one bundle."""

    def __init__(self, bundle: Path) -> None:
        command = [sys.executable, "-m", "ctprog_gui.core.inference.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._bundle = str(bundle)
        self._case = self._job = 0

    def open(self, volume: Volume) -> None:
        self._case += 1
        head = {
            "do": "case",
            "case": self._case,
            "geometry": volume.geometry.to_json(),
            "acquisition": UNKNOWN.to_json(),
        }
        send(self._process.stdin, head, {"voxels": volume.voxels})

    def score(self, roi: Mask) -> float | None:
        """The score, of endpoints the first one's probability; None where the bundle gives none."""
        box = roi.bounding_box
        inside = roi.voxels[box]
        self._job += 1
        asked = {"do": "predict", "job": self._job, "case": self._case, "bundles": [self._bundle]}
        asked |= {"clinical": {}, "saliency": False, "recentre": False, "roi_name": roi.name}
        asked |= {"roi_corner": [part.start for part in box], "roi_shape": inside.shape}
        send(self._process.stdin, asked, {"roi": np.packbits(inside)})
        score = None
        while (reply := receive(self._process.stdout)[0])["event"] != "done":
            if reply["event"] == "prediction":
                told = reply["prediction"]
                first = next(iter(told.get("endpoints", {}).values()), {"probability": None})
                score = told.get("risk_score", first["probability"])
        return score

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def painted(mask: Mask, rng: np.random.Generator) -> Mask:
    """The ROI with a ball of 20 mm across added or taken away somewhere on its edge."""
    box = tuple(slice(max(one.start - 8, 0), one.stop + 8) for one in mask.bounding_box)
    inside = mask.voxels[box]
    edge = np.argwhere(inside & ~np.roll(inside, 1, axis=2)) + [one.start for one in box]
    z, y, x = edge[rng.integers(len(edge))]
    swept = Brush(10.0, None).sweep(mask.geometry, (x, y, z), (x, y, z))
    voxels = mask.voxels.copy()
    if rng.random() < 0.5:
        voxels[swept[0]] |= swept[1]
    else:
        voxels[swept[0]] &= ~swept[1]
    return Mask(voxels, mask.geometry, mask.name)


class Forward:
    """Counts the seconds that a predictor's networks take: its encoder and its heads."""

    def __init__(self, predictor: Predictor) -> None:
        self.seconds = 0.0
        model = predictor._reader._model
        # A network of the chest looks with its features' maps, one of the tumour encodes.
        for name in ("look" if hasattr(model, "look") else "encode", "answer"):
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


def with_margins(asked: Asked, roi: Mask) -> None:
    """Make the six regions as the window does, and score each."""
    box = room_for(Margin(3.0), roi.bounding_box, roi.geometry)
    corner = (box[0].start, box[1].start, box[2].start)
    for shape in margins(Part(roi.voxels[box], roi.geometry.spacing_mm), MARGINS_MM):
        asked.score(Mask.of_part(corner, shape, roi.geometry))


def scores(path: Path, volume: Volume, roi: Mask) -> list[dict[str, Any]]:
    """Rows of one bundle; none where it can't be asked with an ROI alone."""
    first, again, around = [], [], []
    asked = Asked(path)
    try:
        for number in range(ROUNDS + 1):
            rng = np.random.default_rng(number)
            voxels = volume.voxels.copy()
            # In the ROI, so that nothing of it is known from the round before.
            voxels[tuple((one.start + one.stop) // 2 for one in roi.bounding_box)] += number
            asked.open(Volume(voxels, volume.geometry))
            start = time.perf_counter()
            if asked.score(roi) is None:
                return []
            took = time.perf_counter() - start
            edited, strokes = roi, []
            for _ in range(STROKES):
                edited = painted(edited, rng)
                strokes.append(timed(lambda one=edited: asked.score(one)))
            six = timed(lambda one=edited: with_margins(asked, one))
            if number:  # the first loads weights and libraries
                first.append(took)
                again += strokes
                around.append(six)
    finally:
        asked.close()
    first_s, again_s, around_s = map(statistics.median, (first, again, around))
    against = "against the first score of the case"
    late = float(np.percentile(again, 95))
    # Radiomics have a goal of their own: a stroke changes every count a little.
    goal = 0.5 if isinstance(Bundle.open(path).parts, EndpointParts) else 0.1
    row = _row(f"{path.name}: score after a stroke, {against}", again_s, first_s, goal)
    return [
        {**row, "p95_s": round(late, 4)},
        _row(f"{path.name}: six margins made and scored, {against}", around_s, first_s, 2.0),
    ]


def maps(path: Path, volume: Volume, roi: Mask) -> list[dict[str, Any]]:
    bundle = Bundle.open(path)
    if Predictor(bundle).predict(Case(volume, roi, {})).prediction.risk_score is None:
        return []
    with_map, without, forward = [], [], []
    for _ in range(3):
        predictor = Predictor(bundle)
        networks = Forward(predictor)
        predictor.predict(Case(volume, roi, {}))
        forward.append(networks.seconds)
        without.append(timed(lambda p=predictor: p.predict(Case(volume, roi, {}))))
        with_map.append(timed(lambda p=predictor: shown_map(p, Case(volume, roi, {}))))
    map_s, plain_s, forward_s = map(statistics.median, (with_map, without, forward))
    return [_row(f"{path.name}: Grad-CAM, against its forward pass", map_s - plain_s, forward_s, 3.0)]


def run(folder: Path) -> list[dict[str, Any]]:
    (series,) = open_path([folder / "ct"])
    volume = series.read()
    (rtstruct,) = (folder / "rtstruct").iterdir()
    (roi,) = read_rois(rtstruct, volume.geometry, name="GTV-1")
    named = os.environ.get("CTPROG_BENCH_SECTIONS")
    paths = [path for path in find_bundles() if named is None or path.name in named.split(",")]
    return [row for path in paths for row in scores(path, volume, roi) + maps(path, volume, roi)]


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
