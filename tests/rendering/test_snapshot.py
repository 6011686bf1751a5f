"""A picture is written whole, or its failure is told once."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.views.snapshot import save_png


@pytest.fixture
def noise() -> QImage:
    """A picture that compresses to no less than it holds."""
    pixels = np.random.default_rng(1).integers(0, 256, (128, 128, 4), dtype=np.uint8)
    return QImage(pixels.tobytes(), 128, 128, QImage.Format.Format_RGBA8888).copy()


def test_the_picture_comes_back(noise: QImage, tmp_path: Path) -> None:
    save_png(noise, tmp_path / "window.png")
    assert QImage(str(tmp_path / "window.png")).convertToFormat(QImage.Format.Format_RGBA8888) == noise


def test_a_full_disk_is_told_once(noise: QImage, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No file may grow beyond a size, as on a full disk; libpng must not add a line of its own."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(InputError, match=r"cannot write .*window\.png"):
            save_png(noise, tmp_path / "window.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert capfd.readouterr().err == ""
    assert list(tmp_path.iterdir()) == []
