"""Wavelet bands against PyWavelets, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
import pywt

from ctprog_gui.core.radiomics.wavelets import band_names, wavelet_bands


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize("in_plane", [False, True])
def test_a_box_has_the_bands_of_the_whole_image(kind: type[np.generic], in_plane: bool) -> None:
    image = np.random.default_rng(1).integers(-1000, 500, (17, 18, 21)).astype(kind)
    box = (slice(5, 12), slice(5, 9), slice(7, 15))
    axes = (2, 1) if in_plane else (2, 1, 0)
    # pyradiomics makes the size even by the first layer.
    even = np.pad(image, [(0, size % 2) for size in image.shape], "wrap")
    expected = pywt.swtn(even, "coif1", level=1, start_level=0, axes=axes)[0]
    found = wavelet_bands(image, box, in_plane=in_plane)
    assert tuple(found) == band_names(in_plane=in_plane)
    for name, band in found.items():
        theirs = expected[name.replace("L", "a").replace("H", "d")][box]
        assert band.dtype == theirs.dtype
        np.testing.assert_array_equal(band, theirs)


def test_at_its_faces_an_image_is_periodic() -> None:
    """There the order of summation differs, and with it the last digits."""
    image = np.random.default_rng(2).normal(0, 300, (7, 8, 9))
    even = np.pad(image, [(0, size % 2) for size in image.shape], "wrap")
    expected = pywt.swtn(even, "coif1", level=1, start_level=0, axes=(2, 1, 0))[0]
    whole = tuple(slice(0, size) for size in image.shape)
    for name, band in wavelet_bands(image, whole).items():
        theirs = expected[name.replace("L", "a").replace("H", "d")][whole]
        np.testing.assert_allclose(band, theirs, rtol=0, atol=1e-10)
