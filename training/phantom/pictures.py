"""The pictures of ``docs/phantom.md``: ``python -m training.phantom.pictures docs/images``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.case import CaseParameters, Take, make_case, make_cube
from ctprog_gui.core.phantom.scanner import Scanner
from ctprog_gui.core.shared.writing import replacing
from training.phantom.plan import SIZES

_SEED = 7
# Centre and width in HU.
_LUNG, _SOFT = (-600.0, 1500.0), (40.0, 400.0)
_TUMOUR = CaseParameters(volume_mm3=24_000, texture_hu=25, lobulation=0.2, edge_mm=1.5, depth=0.45)
_STANDARD = Take()
_TUMOURS: tuple[tuple[str, CaseParameters, Take], ...] = (
    ("as it is", _TUMOUR, _STANDARD),
    ("texture 75 HU", replace(_TUMOUR, texture_hu=75), _STANDARD),
    ("lobulation 0.4", replace(_TUMOUR, lobulation=0.4), _STANDARD),
    ("spiculation 1", replace(_TUMOUR, spiculation=1.0), _STANDARD),
    ("ring 150 HU", replace(_TUMOUR, ring_hu=150.0), _STANDARD),
    ("necrosis 0.4", replace(_TUMOUR, necrosis=0.4, texture_hu=8), _STANDARD),
    ("volume 4 cm³", replace(_TUMOUR, volume_mm3=4_000), _STANDARD),
    ("at the chest wall", replace(_TUMOUR, depth=1.0), _STANDARD),
    ("erased", replace(_TUMOUR, erased=True), _STANDARD),
    ("soft kernel", _TUMOUR, Take(scanner=Scanner("soft"))),
    ("sharp kernel", _TUMOUR, Take(scanner=Scanner("sharp"))),
    ("noise × 3", _TUMOUR, Take(scanner=Scanner(noise=3.0))),
)


def draw_thorax(path: Path) -> None:
    """One patient: axial slices in two windows, a coronal and a sagittal plane."""
    size, spacing = SIZES["whole"]
    parameters = replace(_TUMOUR, spiculation=0.7, ring_hu=50.0, height=0.62)
    case = make_case(parameters, _SEED, size, spacing, Take(vessel_ends=260))
    hu = case.volume.voxels
    z, y, x = (round(float(index.mean())) for index in np.nonzero(case.roi.voxels))
    tall = spacing[2] / spacing[0]
    views: Sequence[tuple[str, NDArray[Any], tuple[float, float], float]] = (
        ("axial, through the tumour", hu[z], _LUNG, 1.0),
        ("axial, through the heart", hu[z - 14], _SOFT, 1.0),
        ("axial, through the liver", hu[z - 28], _SOFT, 1.0),
        ("coronal, through the tumour", hu[::-1, y], _LUNG, tall),
        ("coronal, through the heart", hu[::-1, 104], _SOFT, tall),
        ("sagittal, through the tumour", hu[::-1, :, x], _LUNG, tall),
    )
    _write(path, views, columns=3, shape=(9.0, 5.6))


def draw_tumours(path: Path) -> None:
    """One patient's tumour, changed in one property at a time."""
    views = []
    for name, parameters, take in _TUMOURS:
        voxels = make_cube(parameters, 21, take=take).volume.voxels
        window = (20.0, 350.0) if "texture" in name or "necrosis" in name else _LUNG
        views.append((name, voxels[voxels.shape[0] // 2], window, 1.0))
    _write(path, views, columns=6, shape=(9.0, 3.4))


def _write(
    path: Path,
    views: Sequence[tuple[str, NDArray[Any], tuple[float, float], float]],
    *,
    columns: int,
    shape: tuple[float, float],
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=shape, dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(-(-len(views) // columns), columns)
    for axis, (name, plane, (centre, width), aspect) in zip(axes.flat, views, strict=True):
        # Few grey levels keep the file small; noise hides the steps.
        grey = np.clip((plane.astype(np.float32) - centre) / width + 0.5, 0, 1)
        axis.imshow(
            np.rint(23 * grey) / 23, cmap="gray", vmin=0, vmax=1, aspect=aspect, interpolation="nearest"
        )
        axis.set_title(name, fontsize=8)
        axis.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        figure.savefig(partial, format="png", pil_kwargs={"optimize": True})


def main(folder: Path) -> None:
    draw_thorax(folder / "phantom-thorax.png")
    draw_tumours(folder / "phantom-tumours.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
