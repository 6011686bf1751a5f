"""What was finished is on the disk, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.journal import Journal, Record
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.stroke import Stroke

GRID = Geometry((40, 36, 20), (1.0, 1.0, 2.0), (5.0, -3.0, 7.0))


def recorded(path: Path) -> tuple[RoiState, Journal]:
    journal = Journal(path, "case", GRID)
    roi = RoiState()
    roi.show(GRID)
    roi.recorded.connect(journal.append)
    return roi, journal


def paint(roi: RoiState, rng: np.random.Generator, *, erase: bool = False) -> None:
    stroke = Stroke(roi, float(rng.uniform(1, 6)), [None, 0, 1, 2][rng.integers(4)], erase=erase)
    for point in rng.uniform(0, GRID.size, (3, 3)):
        stroke.to(GRID.index_to_patient(point))
    stroke.finish()


def again(path: Path) -> RoiState:
    journal = Journal(path, "case", GRID)
    roi = RoiState()
    roi.show(GRID)
    roi.restore(journal.records)
    journal.close()
    return roi


def same(first: RoiState, second: RoiState) -> bool:
    if first.labels is None or second.labels is None:
        return first.labels is second.labels
    return (
        np.array_equal(first.labels, second.labels)
        and first.segments == second.segments
        and first.active == second.active
    )


def test_everything_comes_back_with_its_history(tmp_path: Path):
    path = tmp_path / "a.journal"
    roi, journal = recorded(path)
    rng = np.random.default_rng(1)
    voxels = rng.random(GRID.shape) > 0.9
    roi.add(Mask(voxels, GRID, "loaded"))
    roi.add_empty("painted")
    for _ in range(8):
        paint(roi, rng)
    paint(roi, rng, erase=True)
    roi.undo()
    roi.undo()
    roi.redo()
    roi.rename(roi.active.label, "renamed")
    roi.set_visible(1, False)
    roi.set_colour(1, (1, 2, 3))
    roi.set_locked(1, True)
    roi.activate(1)
    roi.undo()
    roi.set_opacity(1, 0.5)
    roi.overlap = Overlap.NEVER
    roi.undo()
    roi.recorded.disconnect(journal.append)
    journal.close()
    back = again(path)
    assert same(roi, back)
    assert back.overlap is Overlap.NEVER
    # The history is there too: the same way back, and forth again, gives the same segments.
    for step in ("undo", "redo"):
        for _ in range(len(roi.history) if step == "undo" else 12):
            for one in (roi, back):
                getattr(one, step)()
            assert same(roi, back)
    assert (roi.segments[0].name, roi.segments[1].name) == ("loaded", "renamed")


def test_a_torn_end_loses_only_the_torn_record(tmp_path: Path):
    path = tmp_path / "a.journal"
    roi, journal = recorded(path)
    roi.add_empty("painted")
    rng = np.random.default_rng(2)
    sizes = []
    for _ in range(5):
        paint(roi, rng)
        sizes.append(path.stat().st_size)
    journal.close()
    whole = path.read_bytes()
    for cut in (sizes[3] + 1, sizes[4] - 1, (sizes[3] + sizes[4]) // 2):
        path.write_bytes(whole[:cut])
        assert len(again(path).history) == 5  # the segment and four strokes
    # A flipped bit in the last record is noticed as well.
    damaged = bytearray(whole)
    damaged[sizes[3] + 20] ^= 1
    path.write_bytes(bytes(damaged))
    assert len(again(path).history) == 5
    # Writing goes on behind the last whole record.
    journal = Journal(path, "case", GRID)
    journal.append(Record("look", {"segments": [], "active": None}))
    journal.close()
    reopened = Journal(path, "case", GRID)
    assert [record.kind for record in reopened.records] == ["step"] * 5 + ["look"]
    reopened.close()


def test_the_journal_of_another_case_or_grid_is_refused(tmp_path: Path):
    path = tmp_path / "a.journal"
    Journal(path, "case", GRID).close()
    with pytest.raises(InputError, match="another case"):
        Journal(path, "other", GRID)
    with pytest.raises(InputError, match="another case"):
        Journal(path, "case", Geometry((4, 4, 4), (1, 1, 1)))


def test_nobody_else_may_read_it(tmp_path: Path):
    path = tmp_path / "a.journal"
    Journal(path, "case", GRID).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told_and_the_next_step_is_kept(tmp_path: Path):
    """A limit on file size stands for the full disk."""
    import resource

    path = tmp_path / "a.journal"
    roi, journal = recorded(path)
    roi.add_empty("painted")
    size = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, hard))
    try:
        with pytest.raises(InputError, match="cannot save"):
            journal.append(Record("look", {"segments": [], "active": None, "long": "x" * 500}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert path.stat().st_size == size
    paint(roi, np.random.default_rng(5))
    journal.close()
    assert same(roi, again(path))


def test_a_case_that_is_open_elsewhere_is_not_written_twice(tmp_path: Path):
    path = tmp_path / "a.journal"
    journal = Journal(path, "case", GRID)
    with pytest.raises(InputError, match="open in another window"):
        Journal(path, "case", GRID)
    journal.close()
    Journal(path, "case", GRID).close()


_PAINTER = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
import numpy as np
from test_journal import paint, recorded
roi, journal = recorded(Path(sys.argv[1]))
roi.add_empty("painted")
rng = np.random.default_rng(3)
print("ready", flush=True)
n = 0
while True:
    paint(roi, rng)
    n += 1
    print(n, int(roi.labels.sum()), flush=True)
"""


@pytest.mark.parametrize("wait_s", [0.05, 0.11, 0.23])
def test_a_killed_process_loses_no_finished_stroke(tmp_path: Path, wait_s: float):
    path = tmp_path / "killed.journal"
    here = str(Path(__file__).parent)
    painter = subprocess.Popen(
        [sys.executable, "-c", _PAINTER, str(path), here], stdout=subprocess.PIPE, text=True
    )
    assert painter.stdout is not None
    assert painter.stdout.readline().strip() == "ready"
    time.sleep(wait_s)
    os.kill(painter.pid, signal.SIGKILL)
    told = [line.split() for line in painter.stdout.read().splitlines() if len(line.split()) == 2]
    painter.stdout.close()
    painter.wait()
    assert told, "no stroke was finished before the kill"
    back = again(path)
    # Play the same strokes up to what was told as finished: the journal has those, or one more.
    strokes = len(back.history) - 1
    roi = RoiState()
    roi.show(GRID)
    roi.add_empty("painted")
    rng = np.random.default_rng(3)
    drawn = 0
    while len(roi.history) - 1 < strokes:
        paint(roi, rng)
        drawn += 1
    assert np.array_equal(roi.labels, back.labels)
    finished = int(told[-1][0])
    assert drawn >= finished or int(roi.labels.sum()) == int(told[-1][1])
