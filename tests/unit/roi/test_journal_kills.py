"""The journal against deaths at any moment, and the history that comes back from it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import killed_painters
import numpy as np
import pytest

from ctprog_gui.core.roi.journal import Journal
from ctprog_gui.state.roi import RoiState

GRID = killed_painters.GRID


def recorded(path: Path) -> tuple[RoiState, Journal]:
    journal = Journal(path, "case", GRID)
    roi = killed_painters.begin()
    roi.recorded.connect(journal.append)
    roi.add_empty("painted")
    return roi, journal


def again(path: Path) -> RoiState:
    journal = Journal(path, "case", GRID)
    roi = killed_painters.begin()
    roi.restore(journal.records)
    journal.close()
    return roi


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_two_hundred_kills_lose_no_finished_stroke(tmp_path: Path) -> None:
    script = Path(killed_painters.__file__)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), "200", "7"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["losses"] == []
    assert told["kills"] == 200
    # The painters did paint: without strokes there would have been nothing to lose.
    assert told["strokes"] > 400


def test_cut_off_at_any_byte_it_gives_the_steps_before(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    roi, journal = recorded(path)
    rng = np.random.default_rng(4)
    sizes, states = [path.stat().st_size], [roi.labels.copy()]
    for _ in range(4):
        killed_painters.stroke(roi, rng)
        sizes.append(path.stat().st_size)
        states.append(roi.labels.copy())
    roi.undo()
    sizes.append(path.stat().st_size)
    states.append(roi.labels.copy())
    journal.close()
    whole = path.read_bytes()
    # Every byte of the first and last record, and every few of those between.
    cuts = {*range(sizes[0], sizes[1]), *range(sizes[-2], sizes[-1]), *range(sizes[1], sizes[-2], 7)}
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        complete = max(n for n, size in enumerate(sizes) if size <= cut)
        assert np.array_equal(killed_painters.voxels(again(path)), states[complete]), cut


def test_a_hundred_and_twenty_steps_are_undone_by_name_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    roi, journal = recorded(path)
    rng = np.random.default_rng(5)
    states, names = [roi.labels.copy()], []
    while len(names) < 120:
        before = len(roi.history)
        killed_painters.stroke(roi, rng)
        if len(roi.history) > before:
            states.append(roi.labels.copy())
            names.append(roi.history.undo_name)
    journal.close()
    back = again(path)
    assert np.array_equal(back.labels, states[-1])
    for name, expected in zip(names[::-1], states[-2::-1], strict=True):
        assert back.history.undo_name == name
        back.undo()
        assert np.array_equal(back.labels, expected)
    for expected in states[1:]:
        back.redo()
        assert np.array_equal(back.labels, expected)
