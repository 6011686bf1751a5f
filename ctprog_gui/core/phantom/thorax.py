"""The chest around the tumour, put together in the order in which one body covers another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.phantom.anatomy import CHEST_WALL_MM, Anatomy
from ctprog_gui.core.phantom.canvas import Box, Canvas, Floats, slabs
from ctprog_gui.core.phantom.skeleton import draw_ribs, draw_shoulders, draw_spine, draw_sternum
from ctprog_gui.core.phantom.vessels import draw_airways, draw_great_vessels, draw_lung_vessels

_FAT, _MUSCLE, _SKIN = -102.0, 56.0, 10.0


@dataclass(eq=False)
class Thorax:
    """The patient without noise: the canvas, and the lungs' share of each voxel."""

    canvas: Canvas
    lung: Floats


def render_thorax(anatomy: Anatomy, geometry: Geometry) -> Thorax:
    """Draw a chest on a grid whose axes are L, P, S."""
    canvas = Canvas(geometry, anatomy.bend)
    lung = np.zeros(geometry.shape, dtype=np.float32)
    for level in slabs(geometry):
        _draw_large(canvas.part(level), anatomy, lung[level])
    draw_spine(canvas, anatomy)
    draw_sternum(canvas, anatomy)
    _draw_heart(canvas, anatomy)
    draw_great_vessels(canvas, anatomy)
    _draw_nodes(canvas)
    draw_airways(canvas, anatomy)
    draw_lung_vessels(canvas, anatomy, lung)
    return Thorax(canvas, lung)


def _draw_large(canvas: Canvas, anatomy: Anatomy, lung: Floats) -> None:
    """What fills much of a slice, up to the lungs, whose share of each voxel goes to `lung`."""
    _draw_table(canvas, anatomy)
    # Body and chest are small parts of the field; the large surfaces are computed there only.
    body = canvas.box((-178, -126, -999), (178, 126, 999))
    cage = anatomy.cage_depth(canvas.x[body], canvas.y[body], canvas.true_z[body[0]])
    _draw_wall(canvas, anatomy, body, cage)
    draw_ribs(canvas, anatomy, body, cage)
    draw_shoulders(canvas, anatomy, body, cage)

    chest = canvas.box((-148, -108, -999), (148, 108, 999))
    x, y, z = canvas.x[chest], canvas.y[chest], canvas.z[chest]
    cavity = cage[_inside(chest, body)] - np.float32(CHEST_WALL_MM)
    inside = canvas.cover(cavity)
    canvas.blend(chest, inside, _FAT)
    above = (z - anatomy.diaphragm(x, y)) * np.float32(0.8)
    _draw_abdomen(canvas, anatomy, chest, inside, above)
    room = np.minimum(cavity, above)
    # What lies between the lungs is looked for only where it could be and a lung could be.
    right, left = anatomy.mediastinum_reach()
    possible = (room > -canvas.edge_mm) & (x > right) & (x < left)
    room[possible] = np.minimum(
        room[possible], -anatomy.mediastinum_depth(x[possible], y[possible], z[possible])
    )
    lung[chest] = canvas.cover(room)
    canvas.blend(chest, lung[chest], _lung_tissue(anatomy, canvas, x, y, z))


def _inside(inner: Box, outer: Box) -> Box:
    """A box in the indices of one that holds it."""
    z, y, x = (slice(i.start - o.start, i.stop - o.start) for i, o in zip(inner, outer, strict=True))
    return z, y, x


def _draw_table(canvas: Canvas, anatomy: Anatomy) -> None:
    """The scanner's table under the patient: a foam core in a thin shell. It does not bend."""
    x, y = canvas.true_x[0], canvas.true_y[0]
    back = np.float32(114 * anatomy.depth + 5)
    top = back - x * x / np.float32(3200)
    under = np.minimum(y - top, back + np.float32(44) - x * x / np.float32(600) - y)
    shell = canvas.cover(under)
    core = canvas.cover(under - np.float32(2.2))
    plane = np.float32(-1000) + shell * np.float32(760) - core * np.float32(690)
    canvas.hu[:] = plane[None]


def _draw_wall(canvas: Canvas, anatomy: Anatomy, body: Box, cage: Floats) -> None:
    """Skin, fat and the muscles outside the ribs."""
    x, y, z = canvas.x[body], canvas.y[body], canvas.true_z[body[0]]
    skin = anatomy.skin_depth(x, y, z)
    canvas.blend(body, canvas.cover(skin), _SKIN)
    canvas.blend(body, canvas.cover(skin - np.float32(1.8)), _FAT)
    # Fat is thick at the sides and the belly, thin over breastbone and spine.
    sides = np.float32(0.75) + np.float32(0.45) * np.minimum(1, (x / np.float32(120)) ** 2)
    belly = np.clip((-60 - z) / np.float32(60), 0, 1) * np.clip(y / np.float32(-60), 0, 1)
    fat = np.float32(anatomy.fat_mm) * (sides + np.float32(0.5) * belly)
    # Around the chest a layer of muscle; towards the shoulders it fills all up to the skin.
    layer = np.interp(z, [40, 100], [46, 110]).astype(np.float32)
    muscle = np.minimum(skin - fat, layer + cage)
    canvas.blend(body, canvas.cover(muscle), _MUSCLE)
    # Fat planes between the muscles' layers, here and there; none where the cage closes to the neck.
    reach = np.float32(4.3) + canvas.edge_mm
    among = (muscle > 2) & (z < 92) & (cage > -21 - reach) & (cage < reach - np.float32(10.5))
    x, y, z, under = x[among], y[among], np.broadcast_to(z, among.shape)[among], cage[among]
    ripple = np.float32(1.8) * np.sin(z / np.float32(17)) + np.float32(1.6) * np.sin(x / np.float32(23))
    gaps = np.clip(
        np.float32(0.4) + np.sin(x / np.float32(31) + z / np.float32(44)) * np.sin(y / np.float32(19)), 0, 1
    )
    hu = canvas.hu[body][among]
    for level, amount in ((-10.5, 0.8), (-21.0, 0.65)):
        plane = canvas.cover(np.float32(0.9) - np.abs(under - np.float32(level) + ripple))
        plane *= np.float32(amount) * gaps
        hu += plane * (np.float32(_FAT) - hu)
    canvas.hu[body][among] = hu
    for sign in (-1.0, 1.0):
        w = anatomy.width
        canvas.ellipsoid((sign * 128 * w, -2.0, 78.0), (19, 34, 42), -95.0)
        for node in ((-6, 8, -12), (3, -10, 6), (0, 14, 16), (5, 2, -20)):
            centre = (sign * (126 + node[0]) * w, -2.0 + node[1], 78.0 + node[2])
            canvas.ellipsoid(centre, (3.4, 4.6, 4.6), 45.0)
        vessel = [
            (sign * 92 * w, -10.0, 118.0),
            (sign * 118 * w, -12.0, 96.0),
            (sign * 138 * w, -14.0, 110.0),
        ]
        canvas.tube(vessel, 4.0, anatomy.contrast_hu)


def _draw_abdomen(canvas: Canvas, anatomy: Anatomy, chest: Box, inside: Floats, above: Floats) -> None:
    """Diaphragm, liver, stomach, spleen and kidneys, as far as the field of view holds them."""
    below = canvas.cover(-above) * inside
    canvas.blend(chest, below * canvas.cover(np.float32(3.2) + above), 52.0)
    belly = np.zeros(canvas.geometry.shape, dtype=np.float32)
    belly[chest] = canvas.cover(-above - np.float32(3.0)) * inside
    enhanced = anatomy.contrast_hu > 60
    liver, spleen, kidney = (108.0, 120.0, 165.0) if enhanced else (58.0, 48.0, 32.0)
    w, d, dome = anatomy.width, anatomy.depth, anatomy.dome_mm
    for centre, radii in (
        ((-62.0 * w, -4.0, -122.0 + dome), (82 * w, 92 * d, 78)),
        ((10.0 * w, -48.0, -112.0 + dome), (58 * w, 38 * d, 40)),
    ):
        canvas.ellipsoid(centre, radii, liver, within=belly)
    if enhanced:
        for branch in (
            [(-30.0, 10.0, -92.0), (-70.0, -10.0, -86.0), (-104.0, -16.0, -96.0)],
            [(-30.0, 8.0, -94.0), (-52.0, 34.0, -92.0), (-86.0, 52.0, -104.0)],
            [(-28.0, 4.0, -94.0), (-40.0, -32.0, -84.0), (-46.0, -56.0, -92.0)],
            [(-40.0, 0.0, -128.0), (-72.0, 6.0, -122.0), (-108.0, 14.0, -130.0)],
        ):
            points = [(x * w, y, z + dome) for x, y, z in branch]
            canvas.tube(points, [5.0, 3.6, 1.6], liver + 42, within=belly)
    canvas.ellipsoid((98.0 * w, 44.0 * d, -112.0 + dome), (29, 44, 40), spleen, within=belly)
    stomach = (62.0 * w, -26.0 * d, -108.0 + dome)
    canvas.ellipsoid(stomach, (44, 46, 36), 48.0, within=belly)
    canvas.ellipsoid(stomach, (39.5, 41.5, 31.5), 22.0, within=belly)
    # Supine, the gas lies in front.
    gas_below = np.minimum(canvas.cover(-canvas.y - np.float32(36)), belly)
    canvas.ellipsoid(stomach, (39.5, 41.5, 31.5), -960.0, within=gas_below)
    for sign in (-1.0, 1.0):
        centre = (sign * 58.0 * w, 48.0 * d, (-166.0 if sign < 0 else -158.0) + dome)
        canvas.ellipsoid(centre, (34, 31, 57), _FAT, within=belly)
        canvas.ellipsoid(centre, (27, 25, 48), kidney, within=belly)
        canvas.ellipsoid((centre[0] - sign * 12, centre[1], centre[2]), (11, 9, 24), -60.0, within=belly)


def _lung_tissue(anatomy: Anatomy, canvas: Canvas, x: Floats, y: Floats, z: Floats) -> Floats:
    """HU of lung between its vessels: denser where it hangs down, with faint fissures."""
    tissue = np.float32(anatomy.lung_hu) + np.float32(0.28) * y
    tissue += np.float32(7) * np.sin(x / np.float32(7.1) + z / np.float32(9.3)) * np.sin(y / np.float32(8.2))
    slope = np.where(x < 0, np.float32(-0.92), np.float32(-1.0))
    oblique = (z - np.float32(2) + slope * y) * np.float32(0.7) + np.float32(3) * np.sin(x / np.float32(21))
    minor = (z - np.float32(16) + np.float32(0.06) * x) + np.float32(4) * np.sin(y / np.float32(26))
    line = canvas.cover(np.float32(0.45) - np.abs(oblique))
    horizontal = canvas.cover(np.float32(0.45) - np.abs(minor)) * ((x < 0) & (oblique > 0))
    tissue += np.float32(150) * np.maximum(line, horizontal)
    return tissue


def _draw_heart(canvas: Canvas, anatomy: Anatomy) -> None:
    """Pericardial fat, four chambers and the wall of the left ventricle."""
    blood = anatomy.contrast_hu
    wall = 105.0 if blood > 60 else 48.0
    cx, cy, cz = anatomy.heart_centre()
    s = anatomy.heart
    axis = np.array([0.78, -0.42, -0.46])
    axis = axis / np.linalg.norm(axis)
    across = np.cross(axis, [0.0, 0.0, 1.0])
    across = across / np.linalg.norm(across)
    turn = np.stack([axis, across, np.cross(axis, across)])

    def at(x: float, y: float, z: float) -> tuple[float, float, float]:
        return cx + s * x, cy + s * y, cz + s * z

    def size(a: float, b: float, c: float) -> tuple[float, float, float]:
        return a * s, b * s, c * s

    # Sac, fat beneath it, then the chambers: what is left between them is the fat of the grooves.
    canvas.ellipsoid(at(6, -2, -5), size(64, 47.0, 46.0), 40.0, turn=turn)
    canvas.ellipsoid(at(6, -2, -5), size(62.8, 45.7, 44.7), -80.0, turn=turn)
    canvas.ellipsoid(at(-46, 2, 0), size(26, 29, 33), blood - 6)
    canvas.ellipsoid(at(-6, -27, -6), size(47, 21, 31), wall, turn=turn)
    canvas.ellipsoid(at(-6, -27, -6), size(44, 18.5, 28), blood - 4, turn=turn)
    canvas.ellipsoid(at(-14, 31, 20), size(33, 17, 20), blood)
    canvas.ellipsoid(at(24, -2, -10), size(47, 33, 33), wall, turn=turn)
    canvas.ellipsoid(at(20, -1, -8), size(37, 21.5, 21.5), blood, turn=turn)
    for sign in (-1.0, 1.0):
        for lift in (-9.0, 6.0):
            vein = [at(-14 + sign * 24, 31, 18 + 0.6 * lift), (sign * 44.0, cy + 36, cz + 36 + lift)]
            canvas.tube(vein, [6.5 * s, 5.5], blood)


def _draw_nodes(canvas: Canvas) -> None:
    """A few small lymph nodes in the fat of the mediastinum."""
    for centre, radius in (
        ((-14.0, 2.0, 62.0), 3.4),
        ((-11.0, 6.0, 74.0), 2.8),
        ((26.0, 6.0, 46.0), 3.2),
        ((6.0, 22.0, 24.0), 4.2),
        ((-4.0, -34.0, 74.0), 2.4),
        ((12.0, -40.0, 66.0), 2.6),
        ((-22.0, -30.0, 62.0), 2.2),
        ((4.0, -46.0, 44.0), 2.0),
    ):
        canvas.ellipsoid(centre, (radius, 1.3 * radius, radius), 45.0)
