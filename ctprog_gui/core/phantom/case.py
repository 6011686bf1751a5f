"""One synthetic patient: a chest CT with a tumour whose properties are known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.phantom.anatomy import Anatomy, Side
from ctprog_gui.core.phantom.canvas import Bend, Canvas, Floats, Point
from ctprog_gui.core.phantom.scanner import Scanner, scan
from ctprog_gui.core.phantom.thorax import render_thorax
from ctprog_gui.core.phantom.tumour import TumourShape, TumourTissue, ball_radius, insert_tumour, spiral

FloatPoint = NDArray[np.float64]

# A slice thicker than this is the mean of thinner ones, as a scanner's is.
_THICKEST_DRAWN_MM = 3.0
# z of the field's middle: a little below mid-thorax, to hold the lungs' bases and the upper abdomen.
_MIDDLE_MM = -10.0
# The region of an erased tumour: the middle of the drawn cohorts' volumes.
_ERASED_MM3 = 14_000.0


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
    spiculation
        Length of the strands at its margin, 0 for none to 1; None lets it follow the lobulation.
    necrosis
        Share of the volume that is dead, in its depth.
    ring_hu
        HU added to the lung within 6 mm of the surface.
    mean_hu
        Mean HU of the tumour's living part.
    erased
        No tumour is drawn. The region is then a ball of 14 cm³ at its place, whatever the lung
        does there, so that it tells nothing of the tumour that isn't.
    """

    volume_mm3: float = 20_000.0
    texture_hu: float = 30.0
    lobulation: float = 0.15
    edge_mm: float = 2.0
    side: Side = "right"
    height: float = 0.6
    depth: float = 0.5
    azimuth_deg: float = 0.0
    spiculation: float | None = None
    necrosis: float = 0.0
    ring_hu: float = 0.0
    mean_hu: float = 42.0
    erased: bool = False

    @property
    def tissue(self) -> TumourTissue:
        return TumourTissue(
            self.texture_hu,
            self.edge_mm,
            mean_hu=self.mean_hu,
            spiculation=self.spiculation,
            necrosis=self.necrosis,
            ring_hu=self.ring_hu,
        )


@dataclass(frozen=True)
class PhantomCase:
    """A finished case; `roi` is the tumour as drawn, on the volume's grid."""

    volume: Volume
    roi: Mask
    parameters: CaseParameters


@dataclass(frozen=True)
class Take:
    """One scan of a patient.

    Parameters
    ----------
    number
        Each scan of a patient has noise of its own.
    scanner
        What it was made with.
    contrast_hu
        HU of blood; None: the patient's own.
    vessel_ends
        How finely the trees of lung vessels are drawn; None: as the patient was made.
    roi_level
        The region holds the voxels of which the tumour has this share: a reader who draws it
        narrowly has a high one.
    """

    number: int = 0
    scanner: Scanner = field(default_factory=Scanner)
    contrast_hu: float | None = None
    vessel_ends: int | None = None
    roi_level: float = 0.5


def grid(size: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Geometry:
    """A grid around the chest, axes along L, P and S."""
    x, y, z = (-(n - 1) / 2 * step for n, step in zip(size, spacing_mm, strict=True))
    return Geometry(size, spacing_mm, (x, y, z + _MIDDLE_MM))


def make_case(
    parameters: CaseParameters,
    seed: int,
    size: tuple[int, int, int] = (154, 154, 58),
    spacing_mm: tuple[float, float, float] = (2.5, 2.5, 5.0),
    take: Take | None = None,
) -> PhantomCase:
    """Draw the patient of `seed` and put the tumour in; the same arguments give the same voxels.

    Anatomy, tumour shape and noise have random streams of their own, so a change of the tumour
    leaves the patient around it as it is.
    """
    take = take or Take()
    anatomy, shape, noise = _patient(parameters, seed, take)
    return draw_case(anatomy, shape, parameters, grid(size, spacing_mm), noise, take)


def make_cube(
    parameters: CaseParameters,
    seed: int,
    voxels: int = 84,
    spacing_mm: float = 1.0,
    take: Take | None = None,
) -> PhantomCase:
    """The patient that `make_case` draws, seen through a cube around the tumour.

    The cube's middle is that of the tumour's bounding box, to about a millimetre.
    """
    take = take or Take()
    anatomy, shape, noise = _patient(parameters, seed, take)
    half = (voxels - 1) / 2 * spacing_mm
    x, y, z = (float(c) - half for c in _box_centre(anatomy, shape, parameters))
    geometry = Geometry((voxels,) * 3, (spacing_mm,) * 3, (x, y, z))
    return draw_case(anatomy, shape, parameters, geometry, noise, take)


def draw_case(
    anatomy: Anatomy,
    shape: TumourShape,
    parameters: CaseParameters,
    geometry: Geometry,
    noise: np.random.Generator,
    take: Take | None = None,
) -> PhantomCase:
    """Draw a given patient with a given tumour on a grid, and scan it."""
    take = take or Take()
    thin = int(np.ceil(geometry.spacing_mm[2] / _THICKEST_DRAWN_MM - 1e-6))
    thorax = render_thorax(anatomy, _thinner(geometry, thin))
    centre = _centre(anatomy, parameters)
    if parameters.erased:
        share = _ball(thorax.canvas, centre)
    else:
        share = insert_tumour(
            thorax, shape, parameters.tissue, centre_mm=centre, volume_mm3=parameters.volume_mm3
        )
    hu, tumour = (_thicker(array, thin) for array in (thorax.canvas.hu, share))
    x, _, z = geometry.spacing_mm
    # Quantum noise falls with the square root of the voxel's volume.
    sigma = anatomy.noise_hu * (1.5 / x) * float(np.sqrt(3.0 / z))
    voxels = scan(hu, sigma, x, take.scanner, noise)
    roi = Mask(tumour >= take.roi_level, geometry, "Tumour")
    return PhantomCase(Volume(voxels, geometry), roi, parameters)


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


def _patient(
    parameters: CaseParameters, seed: int, take: Take
) -> tuple[Anatomy, TumourShape, np.random.Generator]:
    """Anatomy, tumour shape and the noise of a scan, each from a stream of its own."""
    anatomy_stream, tumour_stream, *noise_streams = np.random.SeedSequence(seed).spawn(3 + take.number)
    anatomy = Anatomy.draw(np.random.default_rng(anatomy_stream))
    if take.contrast_hu is not None:
        anatomy = replace(anatomy, contrast_hu=take.contrast_hu)
    if take.vessel_ends is not None:
        anatomy = replace(anatomy, vessel_ends=take.vessel_ends)
    shape = TumourShape.draw(np.random.default_rng(tumour_stream), parameters.lobulation)
    return anatomy, shape, np.random.default_rng(noise_streams[-1])


def _centre(anatomy: Anatomy, parameters: CaseParameters) -> Point:
    return anatomy.lung_point(parameters.side, parameters.height, parameters.depth, parameters.azimuth_deg)


def _box_centre(anatomy: Anatomy, shape: TumourShape, parameters: CaseParameters) -> FloatPoint:
    """The middle of the tumour's bounding box (x, y, z in mm)."""
    centre = np.asarray(_centre(anatomy, parameters))
    outline = shape.radius(spiral()) * np.float32(ball_radius(parameters.volume_mm3))
    steps = np.linspace(0, 1, 24)[:, None, None]
    points = centre + (steps * (spiral() * outline[:, None])).reshape(-1, 3)
    x, y, z = points.astype(np.float32).T
    inside = points[anatomy.lung_depth(x, y, z) > 0]
    if parameters.erased or not len(inside):
        inside = centre[None]
    middle = (inside.min(axis=0) + inside.max(axis=0)) / 2
    # What is drawn at a place is the material that the bend brought there.
    place = middle
    for _ in range(4):
        px, py, pz = place.astype(np.float32)[:, None]
        bent = anatomy.bend(px, py, pz)
        place = place + middle - np.concatenate(bent)
    return np.asarray(place, dtype=np.float64)


def _ball(canvas: Canvas, centre: Point) -> Floats:
    """A ball of the volume that an erased tumour's region has, as a share of each voxel."""
    distance = np.sqrt(
        sum((c - np.float32(at)) ** 2 for c, at in zip((canvas.x, canvas.y, canvas.z), centre, strict=True))
    )
    return canvas.cover(np.float32(ball_radius(_ERASED_MM3)) - distance)


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
