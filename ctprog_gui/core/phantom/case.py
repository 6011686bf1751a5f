"""One synthetic patient: a chest CT with a tumour whose properties are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.phantom.anatomy import Anatomy, Side
from ctprog_gui.core.phantom.canvas import Bend, Floats
from ctprog_gui.core.phantom.thorax import add_noise, render_thorax
from ctprog_gui.core.phantom.tumour import TumourShape, insert_tumour

# A slice thicker than this is the mean of thinner ones, as a scanner's is.
_THICKEST_DRAWN_MM = 3.0
# z of the field's middle: a little below mid-thorax, to hold the lungs' bases and the upper abdomen.
_MIDDLE_MM = -10.0


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
    side, height, depth, azimuth_deg
        Where its middle lies: see `Anatomy.lung_point`.
    """

    volume_mm3: float = 20_000.0
    texture_hu: float = 30.0
    lobulation: float = 0.15
    edge_mm: float = 2.0
    side: Side = "right"
    height: float = 0.6
    depth: float = 0.5
    azimuth_deg: float = 0.0


@dataclass(frozen=True)
class PhantomCase:
    """A finished case; `roi` is the tumour as drawn, on the volume's grid."""

    volume: Volume
    roi: Mask
    parameters: CaseParameters


def grid(size: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Geometry:
    """A grid around the chest, axes along L, P and S."""
    x, y, z = (-(n - 1) / 2 * step for n, step in zip(size, spacing_mm, strict=True))
    return Geometry(size, spacing_mm, (x, y, z + _MIDDLE_MM))


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
    return draw_case(
        anatomy,
        TumourShape.draw(np.random.default_rng(tumour_stream), parameters.lobulation),
        parameters,
        grid(size, spacing_mm),
        np.random.default_rng(noise_stream),
    )


def draw_case(
    anatomy: Anatomy,
    shape: TumourShape,
    parameters: CaseParameters,
    geometry: Geometry,
    noise: np.random.Generator,
) -> PhantomCase:
    """Draw a given patient with a given tumour on a grid, and scan it."""
    thin = int(np.ceil(geometry.spacing_mm[2] / _THICKEST_DRAWN_MM - 1e-6))
    drawn = _thinner(geometry, thin)
    thorax = render_thorax(anatomy, drawn)
    centre = anatomy.lung_point(parameters.side, parameters.height, parameters.depth, parameters.azimuth_deg)
    share = insert_tumour(
        thorax,
        shape,
        centre_mm=centre,
        volume_mm3=parameters.volume_mm3,
        texture_hu=parameters.texture_hu,
        edge_mm=parameters.edge_mm,
    )
    hu, tumour = (_thicker(array, thin) for array in (thorax.canvas.hu, share))
    x, _, z = geometry.spacing_mm
    # Quantum noise falls with the square root of the voxel's volume.
    sigma = anatomy.noise_hu * (1.5 / x) * float(np.sqrt(3.0 / z))
    voxels = add_noise(hu, sigma, x, noise)
    return PhantomCase(Volume(voxels, geometry), Mask(tumour >= 0.5, geometry, "Tumour"), parameters)


def demo_case() -> PhantomCase:
    """The case of ``ctprog demo``: a tumour of the right upper lobe, the same each time."""
    parameters = CaseParameters(
        volume_mm3=26_000,
        texture_hu=34,
        lobulation=0.28,
        edge_mm=1.6,
        side="right",
        height=0.72,
        depth=0.52,
        azimuth_deg=-12,
    )
    bend, tumour, noise = (np.random.default_rng([2026, n]) for n in range(3))
    anatomy = Anatomy(fat_mm=13, noise_hu=12, bend=Bend.draw(bend), vessel_seed=2026)
    shape = TumourShape.draw(tumour, parameters.lobulation)
    return draw_case(anatomy, shape, parameters, grid((256, 256, 96), (1.5, 1.5, 3.0)), noise)


def _thinner(geometry: Geometry, parts: int) -> Geometry:
    """The same field with each slice cut into `parts`."""
    x, y, z = geometry.spacing_mm
    origin = geometry.index_to_patient((0, 0, (1 / parts - 1) / 2))
    size = (geometry.size[0], geometry.size[1], geometry.size[2] * parts)
    return Geometry(size, (x, y, z / parts), tuple(origin), geometry.direction)


def _thicker(array: Floats, parts: int) -> Floats:
    """The mean of each `parts` slices."""
    if parts == 1:
        return array
    mean: Floats = array.reshape(-1, parts, *array.shape[1:]).mean(axis=1, dtype=np.float32)
    return mean
