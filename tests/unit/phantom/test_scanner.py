from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.phantom.scanner import KERNELS, Kernel, Scanner, scan

PIXEL_MM = 0.8


def _flat(kernel: Kernel, noise: float = 1.0) -> np.ndarray:
    water = np.zeros((4, 128, 128), dtype=np.float32)
    return scan(water, 10.0, PIXEL_MM, Scanner(kernel, noise), np.random.default_rng(3)).astype(float)


def _edge(kernel: Kernel) -> np.ndarray:
    """A step from lung to tissue without noise, along x."""
    hu = np.full((1, 16, 64), -800.0, dtype=np.float32)
    hu[:, :, 32:] = 40.0
    image = scan(hu, 10.0, PIXEL_MM, Scanner(kernel, 0.0), np.random.default_rng(3))
    return image[0, 8].astype(float)


def _grain(noise: np.ndarray) -> float:
    """Correlation of neighbours: how coarse the noise is."""
    return float(np.corrcoef(noise[:, :, :-1].ravel(), noise[:, :, 1:].ravel())[0, 1])


def test_each_kernel_has_its_noise() -> None:
    spread = {kernel: _flat(kernel).std() for kernel in KERNELS}
    assert spread["standard"] == pytest.approx(10, rel=0.02)
    assert spread["soft"] < 0.7 * spread["standard"]
    assert spread["sharp"] > 1.5 * spread["standard"]
    assert _grain(_flat("soft")) > _grain(_flat("standard")) > _grain(_flat("sharp"))


def test_the_dose_scales_the_noise_and_nothing_else() -> None:
    one, three = _flat("standard"), _flat("standard", 3.0)
    # Whole HU: rounding adds a little.
    assert np.abs(three - 3 * one).max() <= 2
    assert not _flat("standard", 0.0).any()


def test_each_kernel_has_its_edge() -> None:
    slope = {kernel: np.diff(_edge(kernel)).max() for kernel in KERNELS}
    assert slope["soft"] < slope["standard"] == 840
    assert slope["sharp"] > slope["standard"]
    # Only the sharp one overshoots; away from the edge all agree.
    assert [bool(_edge(kernel).max() > 41) for kernel in KERNELS] == [False, False, True]
    for kernel in KERNELS:
        assert _edge(kernel)[[0, -1]].tolist() == [-800, 40]


def test_hu_stay_what_a_scanner_stores() -> None:
    hu = np.array([-5000.0, 9000.0], dtype=np.float32).repeat(32).reshape(1, 8, 8)
    image = scan(hu, 10.0, PIXEL_MM, Scanner(noise=0.0), np.random.default_rng(0))
    assert image.dtype == np.int16
    assert (image.min(), image.max()) == (-1024, 3071)
