"""One synthetic patient: a chest CT with a tumour whose properties are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.phantom.thorax import Anatomy, render_thorax
from ctprog_gui.core.phantom.tumour import TumourShape, insert_tumour

# Large enough for the chest of the broadest anatomy that `Anatomy.draw` gives.
FIELD_MM = (384.0, 384.0, 288.0)


@dataclass(frozen=True)
class CaseParameters:
    """What drives a case's tumour; everything else about the patient comes from the seed.

    Parameters
    ----------
    volume_mm3
        Volume of the tumour before the chest wall, the mediastinum or the diaphragm cut it off.
    texture_hu
        Standard deviation of the HU inside the tumour, apart from the image's noise.
    lobulation
        Relative depth of the lobules of its surface, 0 (a ball) to about 0.4.
    edge_mm
        Width over which tumour gives way to lung, small for a sharp margin.
    side, height, depth
        Which lung; how high in it (0 base, 1 apex); how far from the hilum (0) to the chest wall (1).
    """

    volume_mm3: float = 20_000.0
    texture_hu: float = 30.0
    lobulation: float = 0.15
    edge_mm: float = 2.0
    side: Literal["left", "right"] = "right"
    height: float = 0.6
    depth: float = 0.5


@dataclass(frozen=True)
class PhantomCase:
    """A finished case; `roi` is the tumour as drawn, on the volume's grid."""

    volume: Volume
    roi: Mask
    parameters: CaseParameters


def grid(size: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Geometry:
    """A grid centred on the phantom's origin (mid-thorax), axes along L, P and S."""
    origin = tuple(-(n - 1) / 2 * step for n, step in zip(size, spacing_mm, strict=True))
    return Geometry(size, spacing_mm, origin)  # type: ignore[arg-type]


def make_case(
    parameters: CaseParameters,
    seed: int,
    size: tuple[int, int, int] = (154, 154, 58),
    spacing_mm: tuple[float, float, float] = (2.5, 2.5, 5.0),
) -> PhantomCase:
    """Draw the patient of `seed` and put the tumour in; the same arguments give the same voxels.

    Anatomy, tumour shape and noise have random streams of their own, so a change of the tumour
    leaves the patient around it as it is.
    """
    anatomy_stream, tumour_stream, noise_stream = np.random.SeedSequence(seed).spawn(3)
    anatomy = Anatomy.draw(np.random.default_rng(anatomy_stream))
    geometry = grid(size, spacing_mm)
    thorax = render_thorax(anatomy, geometry)
    shape = TumourShape.draw(np.random.default_rng(tumour_stream), lobulation=parameters.lobulation)
    roi = insert_tumour(
        thorax,
        shape,
        centre_mm=anatomy.lung_point(parameters.side, parameters.height, parameters.depth),
        volume_mm3=parameters.volume_mm3,
        texture_hu=parameters.texture_hu,
        edge_mm=parameters.edge_mm,
    )
    voxels = thorax.scan(np.random.default_rng(noise_stream))
    return PhantomCase(Volume(voxels, geometry), Mask(roi, geometry, "Tumour"), parameters)


def demo_case() -> PhantomCase:
    """The case of ``ctprog demo``: a tumour of the right upper lobe, the same each time."""
    parameters = CaseParameters(
        volume_mm3=24_000, texture_hu=38, lobulation=0.22, edge_mm=2.0, side="right", height=0.68, depth=0.55
    )
    return make_case(parameters, seed=2026, size=(256, 256, 96), spacing_mm=(1.5, 1.5, 3.0))
