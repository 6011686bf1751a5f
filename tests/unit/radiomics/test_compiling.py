from __future__ import annotations

import os
import time
from pathlib import Path

import numba
import pytest

from ctprog_gui.core.radiomics import compiling, first_use
from ctprog_gui.core.radiomics.compiling import compiled, is_compiled, own_folder
from ctprog_gui.core.shared.progress import Progress

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


def doubled(value: int) -> int:
    return 2 * value


def test_the_first_use_is_told_and_no_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiling, "_FUNCTIONS", [])
    told: list[str] = []
    progress = Progress(lambda _, text: told.append(text))
    loop = compiled(doubled)
    assert not is_compiled()
    monkeypatch.setattr(first_use, "load", lambda: loop(3))
    first_use.make_ready(progress)
    assert len(told) == 1
    assert is_compiled()
    # As another process finds it.
    monkeypatch.setattr(compiling, "_FUNCTIONS", [])
    assert compiled(doubled) is not loop
    first_use.make_ready(progress)
    assert len(told) == 1
