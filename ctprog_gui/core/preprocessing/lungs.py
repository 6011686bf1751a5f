"""Where the lungs are: thresholds and connected components, good enough for a bounding box."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Air-filled lung lies below this; consolidated lung does not, which a box can bear.
_LUNG_BELOW_HU = -400
_BODY_ABOVE_HU = -500
# The smaller lung of a patient after resection; a bowel loop with gas is smaller.
_LEAST_SHARE_OF_LARGEST = 0.15
_LEAST_LITRES = 0.4


def find_body(hu: NDArray[Any], spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    """The patient's body with everything inside it, shape (z, y, x).

    The largest connected tissue, its holes filled slice by slice. A table that touches the skin is
    cut off by an opening of about a centimetre.
    """
    from scipy import ndimage

    tissue = hu > _BODY_ABOVE_HU
    steps = max(1, round(5 / min(spacing_mm[:2])))
    cross = ndimage.generate_binary_structure(3, 1)
    cross[[0, 2]] = False
    opened = ndimage.binary_opening(tissue, cross, iterations=steps)
    labels, count = ndimage.label(opened)
    if count == 0:
        return np.zeros(hu.shape, dtype=np.bool_)
    sizes = np.bincount(labels.ravel())[1:]
    body: NDArray[np.bool_] = labels == 1 + int(np.argmax(sizes))
    for k in range(body.shape[0]):
        body[k] = ndimage.binary_fill_holes(body[k])
    return body


def find_lungs(hu: NDArray[Any], spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_] | None:
    """Both lungs of an axial CT, or None where there are none.

    Parameters
    ----------
    hu
        Voxels (z, y, x) on axes L, P, S. A voxel of 3 to 5 mm is enough.
    spacing_mm
        Voxel size x, y, z.

    Returns
    -------
    lungs
        Air inside the body, in the two largest connected parts (the airways come with them), if it
        is as much as a lung holds: at least 0.4 litres.
    """
    from scipy import ndimage

    air = (hu < _LUNG_BELOW_HU) & find_body(hu, spacing_mm)
    labels, count = ndimage.label(air)
    if count == 0:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    order = np.argsort(-sizes, kind="stable")[:2]
    kept = [label for label in order if sizes[label] >= _LEAST_SHARE_OF_LARGEST * sizes[order[0]]]
    lungs: NDArray[np.bool_] = np.isin(labels, kept)
    litres = np.count_nonzero(lungs) * float(np.prod(spacing_mm)) / 1e6
    return lungs if litres >= _LEAST_LITRES else None
