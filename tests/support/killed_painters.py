"""Kills painting processes at random moments and compares their journals with what they had finished.

Run as ``python killed_painters.py FOLDER KILLS SEED``; prints, as JSON, how many kills there were, how
many strokes the journals held, how many ended in a torn record, and every loss. Children are forked, so
that each begins to paint at once. A child tells the number of its finished strokes through shared
memory, right after the stroke's handler returned: a stroke that was told must be in the journal.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
import time
from pathlib import Path

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.journal import Journal
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import Stroke

GRID = Geometry((40, 36, 20), (1.0, 1.0, 2.0), (5.0, -3.0, 7.0))
MOST_S = 0.05


def stroke(roi: RoiState, rng: np.random.Generator) -> None:
    """One stroke, now and then of the eraser; the same for the same generator."""
    erases = rng.integers(10) > 7
    brush = Stroke(roi, float(rng.uniform(1, 6)), [None, 0, 1, 2][rng.integers(4)], erase=bool(erases))
    for point in rng.uniform(0, GRID.size, (3, 3)):
        brush.to(GRID.index_to_patient(point))
    brush.finish()


def begin() -> RoiState:
    roi = RoiState()
    roi.show(GRID)
    return roi


def voxels(roi: RoiState) -> np.ndarray:
    """The label map; before the first voxel there is none, which is as good as zeros."""
    return np.zeros(GRID.shape, np.uint8) if roi.labels is None else roi.labels


def paint_until_killed(path: Path, seed: int, told: mmap.mmap) -> None:
    journal = Journal(path, "case", GRID)
    roi = begin()
    roi.recorded.connect(journal.append)
    roi.add_empty("painted")
    rng = np.random.default_rng(seed)
    number = 0
    while True:
        stroke(roi, rng)
        number += 1
        told[:8] = struct.pack("<q", number)


def loss_of(path: Path, seed: int, finished: int) -> tuple[int, bool, str]:
    """Strokes the journal holds, whether its end was torn, and what is wrong with it."""
    size = path.stat().st_size
    journal = Journal(path, "case", GRID)
    torn = path.stat().st_size != size
    back = begin()
    back.restore(journal.records)
    steps = sum(record.kind == "step" for record in journal.records)
    journal.close()
    if finished and steps == 0:
        return 0, torn, f"{finished} strokes were finished, the journal is empty"
    # The same strokes again, until as many left a step: those that changed nothing leave none.
    again, rng, drawn = begin(), np.random.default_rng(seed), 0
    if steps:
        again.add_empty("painted")
    while len(again.history) < steps:
        stroke(again, rng)
        drawn += 1
    if drawn < finished:
        # Finished strokes behind the last step may have changed nothing; one that did is lost.
        for _ in range(finished - drawn):
            stroke(again, rng)
        if len(again.history) > steps:
            return steps, torn, f"{len(again.history) - steps} of {finished} finished strokes are lost"
    if not np.array_equal(voxels(again), voxels(back)):
        return steps, torn, "the label map is another"
    for _ in range(steps):
        back.undo()
    if voxels(back).any():
        return steps, torn, "undoing every step leaves something"
    return steps, torn, ""


def main(folder: Path, kills: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    losses, held, torn = [], 0, 0
    for number in range(kills):
        path = folder / f"{number}.journal"
        told = mmap.mmap(-1, 8)
        child = os.fork()
        if child == 0:
            try:
                paint_until_killed(path, number, told)
            finally:
                os._exit(1)
        time.sleep(float(rng.uniform(0.0, MOST_S)))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            losses.append(f"{number}: the painter ended by itself")
            continue
        finished = struct.unpack("<q", told[:8])[0]
        if path.exists():
            steps, was_torn, wrong = loss_of(path, number, finished)
            held, torn = held + steps, torn + was_torn
        else:
            wrong = "no journal" if finished else ""
        if wrong:
            losses.append(f"{number}: {wrong}")
    print(json.dumps({"kills": kills, "strokes": held, "torn": torn, "losses": losses}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
