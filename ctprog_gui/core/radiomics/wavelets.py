"""The eight bands of an undecimated wavelet transform (coif1, one level) of a box of an image.

Definition: pyradiomics 3.0.1, `getWaveletImage`: the image is made even-sized by appending its first
layer and is thought periodic. A band is named by the filter (L low, H high) along x, y and z.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled
from ctprog_gui.core.radiomics.periodic import AFTER, BEFORE, periodic
from ctprog_gui.core.radiomics.sharing import each

Floats = NDArray[np.floating]
Box = tuple[slice, slice, slice]

# Coiflet of order 1 (Daubechies 1992), to the last bit as PyWavelets has it, because what lies on the edge
# of a grey level would fall on its other side: the low-pass of the decomposition and, mirrored with
# alternating signs, its high-pass.
LOW = np.array(
    [
        -0.015655728135791993,
        -0.07273261951252645,
        0.3848648468648578,
        0.8525720202116004,
        0.3378976624574818,
        -0.07273261951252645,
    ]
)
HIGH = LOW[::-1] * np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])


def band_names(*, in_plane: bool = False) -> tuple[str, ...]:
    """The bands in pyradiomics' order: the smooth one last."""
    axes = 2 if in_plane else 3
    names = ["".join("LH"[number >> (axes - 1 - n) & 1] for n in range(axes)) for number in range(2**axes)]
    return (*names[1:], names[0])


def wavelet_bands(
    image: NDArray[Any], box: Box, *, in_plane: bool = False, threads: int = 1
) -> dict[str, Floats]:
    """The bands of `image` within `box`, by name.

    Only the box and its neighbours are looked at, so the cost follows the box. Bands of a float32
    image are float32, as PyWavelets has them; those of any other, float64.

    Parameters
    ----------
    image
        Shape (z, y, x).
    in_plane
        Leave the filter along z out; names have two letters then.
    """
    filtered = (1, 2) if in_plane else (0, 1, 2)
    indices = [
        periodic(part.start - BEFORE, part.stop + AFTER, size)
        if axis in filtered
        else np.arange(part.start, part.stop)
        for axis, (part, size) in enumerate(zip(box, image.shape, strict=True))
    ]
    kind = np.float32 if image.dtype == np.float32 else np.float64
    bands: dict[str, Floats] = {"": np.ascontiguousarray(image[np.ix_(*indices)], dtype=kind)}
    # pyradiomics filters along x first; rounding depends on the order.
    for axis in sorted(filtered, reverse=True):
        tasks = [
            (name + letter, band, taps)
            for name, band in bands.items()
            for letter, taps in (("L", LOW), ("H", HIGH))
        ]

        def one(task: tuple[str, Floats, Floats], axis: int = axis) -> tuple[str, Floats]:
            return task[0], _filtered(task[1], task[2], axis)

        bands = dict(each(one, tasks, threads))
    return {name: bands[name] for name in band_names(in_plane=in_plane)}


def _filtered(band: Floats, taps: Floats, axis: int) -> Floats:
    shape = list(band.shape)
    shape[axis] -= BEFORE + AFTER
    result = np.empty(shape, band.dtype)
    # Seen as (what comes before the axis, the axis, what comes after it).
    before, after = int(np.prod(shape[:axis])), int(np.prod(shape[axis + 1 :]))
    _convolve(band.reshape(before, -1, after), _taps(taps, band.dtype), result.reshape(before, -1, after))
    return result


def _taps(taps: Floats, kind: np.dtype[Any]) -> Floats:
    """The taps in an image's precision. PyWavelets scales by the root of 2 in that precision."""
    if kind == np.float64:
        return taps
    return np.asarray((taps / np.sqrt(2)).astype(kind) * np.sqrt(np.array(2, kind)))


@compiled
def _convolve(band: Floats, taps: Floats, result: Floats) -> None:
    """Six taps along the middle axis, summed in the order in which PyWavelets does, to the last bit."""
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for k in range(result.shape[2]):
                total = taps[0] * band[i, j + 5, k]
                total += taps[1] * band[i, j + 4, k]
                total += taps[2] * band[i, j + 3, k]
                total += taps[3] * band[i, j + 2, k]
                total += taps[4] * band[i, j + 1, k]
                total += taps[5] * band[i, j, k]
                result[i, j, k] = total
