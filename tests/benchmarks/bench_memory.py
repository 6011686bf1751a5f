"""Memory that the window takes for an open case, against the case's own voxels.

The window's process is measured empty, its views drawn once, and again with LUNG1-001 and GTV-1 shown in
all four views and scrolled a little. What counts is the process's private memory (the kernel's
unique set size, which leaves out libraries shared with others): with software rendering that
includes the textures. The inference process is no part of it. Compared with the bytes of the int16
volume. Run as ``python tests/benchmarks/bench_memory.py FOLDER``; prints one line of JSON.
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Any

from window_driver import open_case, settle, shown_window

from ctprog_gui.core.imaging.planes import Plane

GOAL = 2.5
MIB = 2**20


def private_bytes() -> int:
    """Unique set size of this process in bytes."""
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    facts = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return 1024 * (facts["Private_Clean"] + facts["Private_Dirty"])


def run(folder: Path) -> dict[str, Any]:
    window = shown_window()
    empty = private_bytes()
    open_case(window, folder)
    for plane in Plane:
        for steps in (3, -3):
            window.session.viewports.scroll(plane, steps)
            settle(0.3)
    settle()
    opened = private_bytes()
    voxels = window.session.study.volume.voxels.nbytes
    window.close()
    return {
        "name": "private memory for an open case against its int16 volume",
        "ours_mib": round((opened - empty) / MIB, 1),
        "peer_mib": round(voxels / MIB, 1),
        "ratio": round((opened - empty) / voxels, 3),
        "goal": GOAL,
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
