from __future__ import annotations

import os
import time
from pathlib import Path

from ctprog_gui.core.radiomics.compiling import own_folder

DAY = 24 * 3600


def test_code_of_versions_that_nobody_uses_any_more_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "numba"
    for name, days in (("fresh", 1), ("recent", 13), ("old", 15), ("mine", 40)):
        own_folder(folder, name)
        (folder / name / "kernels.nbi").touch()
        then = time.time() - days * DAY
        os.utime(folder / name, (then, then))
    kept = tmp_path / "elsewhere"
    kept.mkdir()
    (kept / "file").touch()
    (folder / "link").symlink_to(kept)
    assert own_folder(folder, "mine") == folder / "mine"
    assert sorted(one.name for one in folder.iterdir()) == ["fresh", "link", "mine", "recent"]
    assert (folder / "mine" / "kernels.nbi").exists()
    assert (kept / "file").exists()


def test_a_place_that_can_t_be_written_to_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert own_folder(tmp_path / "file", "mine") == tmp_path / "file" / "mine"
