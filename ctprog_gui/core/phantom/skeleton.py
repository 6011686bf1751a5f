"""Ribs, sternum, shoulder girdle and spine."""

from __future__ import annotations

import numpy as np

from ctprog_gui.core.phantom.anatomy import Anatomy
from ctprog_gui.core.phantom.canvas import Box, Canvas, Depth, Floats

_CORTEX, _MARROW, _CARTILAGE, _DISC = 620.0, 190.0, 95.0, 85.0
_RIB_STEP_MM = 24.0
_FIRST_RIB_MM = 112.0
# How far a rib falls from its head at the spine to its front end.
_RIB_FALL_MM = 96.0
_VERTEBRA_MM = 25.0


def draw_ribs(canvas: Canvas, anatomy: Anatomy, body: Box, cage_depth: Floats) -> None:
    """Twelve pairs of ribs that run forward and down around the cage, with cartilage in front.

    `cage_depth` is `Anatomy.cage_depth` on the voxels of `body`. The rib that a voxel may belong to
    follows from its height above the fall at its angle, so all ribs are drawn in one pass.
    """
    shell = (cage_depth > -3) & (cage_depth < 11)
    x, y, z = canvas.x[body][shell], canvas.y[body][shell], canvas.z[body][shell]
    wide, deep = anatomy.cage_half_axes(z)
    # 0 at the spine, π at the sternum.
    angle = np.arctan2(np.abs(x) / wide, (y - anatomy.cage_centre(z)) / deep)
    fall = np.float32(_RIB_FALL_MM) * (1 - np.cos(angle)) / 2
    level = (np.float32(_FIRST_RIB_MM) - z - fall) / np.float32(_RIB_STEP_MM)
    number = np.rint(level)
    tilt = np.float32(0.92)
    across = (level - number) * np.float32(_RIB_STEP_MM) * tilt / np.float32(6.2)
    radial = (cage_depth[shell] - np.float32(4.2)) / np.float32(3.9)
    rho = np.sqrt(across * across + radial * radial)
    # Ribs 11 and 12 float; the others end in cartilage near the sternum.
    end = np.where(number >= 11, np.float32(0.9), np.where(number >= 10, np.float32(1.6), np.float32(2.45)))
    bone = (number >= 0) & (number <= 11) & (angle < end)
    cartilage = (number >= 0) & (number <= 8) & (angle >= 2.45) & (np.abs(x) > 12)
    share = canvas.cover((1 - rho) * np.float32(4.6))
    core = canvas.cover((np.float32(0.62) - rho) * np.float32(4.6))
    hu = canvas.hu[body][shell]
    solid = share * bone
    hu += solid * (np.float32(_CORTEX) + core * np.float32(_MARROW - _CORTEX) - hu)
    soft = share * cartilage
    hu += soft * (np.float32(_CARTILAGE) - hu)
    canvas.hu[body][shell] = hu


def draw_sternum(canvas: Canvas, anatomy: Anatomy) -> None:
    """Manubrium and body of the sternum, along the front of the cage."""

    def depth(x: Floats, y: Floats, z: Floats) -> Floats:
        _, deep = anatomy.cage_half_axes(z)
        front = anatomy.cage_centre(z) - deep
        half = np.interp(z, [-52, -20, 34, 44, 70, 82], [9, 16, 14, 21, 27, 20]).astype(np.float32)
        ends = np.minimum(z + 54, 84 - z)
        across, through = np.abs(x) / half, np.abs(y - front - 5) / np.float32(6.5)
        flat = np.float32(6.5) * (1 - np.sqrt(across**3 + through * through))
        found: Floats = np.minimum(flat, ends).astype(np.float32)
        return found

    def marrow(x: Floats, y: Floats, z: Floats) -> Floats:
        found: Floats = depth(x, y, z) - np.float32(1.8)
        return found

    low, high = (-32, -115, -56), (32, -20, 86)
    canvas.paint(low, high, depth, 480.0)
    canvas.paint(low, high, marrow, 130.0)


def draw_shoulders(canvas: Canvas, anatomy: Anatomy, body: Box, cage_depth: Floats) -> None:
    """Clavicles and shoulder blades, arms raised."""
    w = anatomy.width
    for sign in (-1.0, 1.0):
        clavicle = [(sign * 24 * w, -58.0, 84.0), (sign * 70 * w, -46.0, 98.0), (sign * 132 * w, -8.0, 122.0)]
        canvas.tube(clavicle, 6.2, _CORTEX)
        canvas.tube(clavicle, 3.6, 230.0)
        glenoid = (sign * 140 * w, 14.0, 112.0)
        canvas.ellipsoid(glenoid, (11, 15, 17), _CORTEX)
        canvas.ellipsoid(glenoid, (8.5, 12.5, 14.5), _MARROW)
        spine_of_blade = [
            (sign * 82 * w, 84.0, 62.0),
            (sign * 112 * w, 66.0, 88.0),
            (sign * 138 * w, 28.0, 112.0),
        ]
        canvas.tube(spine_of_blade, [3.0, 4.5, 7.0], 520.0)
        canvas.tube(spine_of_blade, [1.0, 2.2, 4.5], 220.0)
    # The blade is a plate that lies on the ribs from behind, a muscle's thickness outside.
    place = [axis[body] for axis in (canvas.x, canvas.y, canvas.z)]
    plate = (cage_depth < -5) & (cage_depth > -22) & (place[1] > 12) & (np.abs(place[0]) > 52)
    plate &= (place[2] > -34) & (place[2] < 104)
    x, y, z, under = (a[plate] for a in (*place, cage_depth))
    inner = np.interp(z, [-34, 40, 104], [92, 66, 74]).astype(np.float32)
    outer = np.interp(z, [-34, 40, 104], [98, 140, 150]).astype(np.float32)
    off = np.abs(under + np.float32(13)) + np.maximum(0, inner - np.abs(x)) + np.maximum(0, np.abs(x) - outer)
    share = canvas.cover(np.float32(1.9) - off) * (y > 12)
    hu = canvas.hu[body][plate]
    canvas.hu[body][plate] = hu + share * (np.float32(560) - hu)


def draw_spine(canvas: Canvas, anatomy: Anatomy) -> None:
    """Vertebrae with discs, canal, arches and processes."""
    bottom = canvas.geometry.origin_mm[2]
    top = bottom + canvas.geometry.size[2] * canvas.geometry.spacing_mm[2]
    first = int(np.floor(bottom / _VERTEBRA_MM)) - 1
    last = int(np.ceil(top / _VERTEBRA_MM)) + 1
    w = anatomy.width
    for number in range(first, last + 1):
        level = (number + 0.5) * _VERTEBRA_MM
        y = float(anatomy.spine_y(level))
        size = float(np.interp(level, [-150, 0, 150], [1.14, 1.0, 0.82]))
        wide, deep, half = 17.0 * size * w, 14.5 * size, _VERTEBRA_MM / 2
        low = (-wide - 3, y - deep - 3, level - half - 3)
        high = (wide + 3, y + deep + 3, level + half + 3)
        canvas.paint(low, high, _drum(y, wide, deep, level, half + 1), _DISC)
        canvas.paint(low, high, _drum(y, wide + 0.6, deep + 0.6, level, half - 2.4), 430.0)
        canvas.paint(low, high, _drum(y, wide - 1.6, deep - 1.6, level, half - 4.2), 185.0)
        arch = level - 3.0
        canal = y + deep + 8.0
        for sign in (-1.0, 1.0):
            pedicle = [(sign * 11 * size, y + deep - 3, arch + 5), (sign * 12.5 * size, canal + 1, arch + 3)]
            canvas.tube(pedicle, 4.2 * size, 420.0)
            wing = [(sign * 12 * size, canal + 2, arch + 3), (sign * 33 * size, canal + 9, arch + 6)]
            canvas.tube(wing, [5.2 * size, 4.4 * size], 430.0)
            canvas.tube(wing, [2.8 * size, 2.4 * size], 210.0)
            lamina = [(sign * 12 * size, canal + 3, arch), (0.0, canal + 12, arch - 3)]
            canvas.tube(lamina, 3.6 * size, 460.0)
        process = [(0.0, canal + 11, arch - 2), (0.0, canal + 22, arch - 16)]
        canvas.tube(process, [4.4, 3.6], 430.0)
        canvas.tube(process, [2.2, 1.6], 230.0)
    _draw_cord(canvas, anatomy)


def _draw_cord(canvas: Canvas, anatomy: Anatomy) -> None:
    levels = np.arange(-160.0, 161.0, 20.0)
    middle = [(0.0, float(anatomy.spine_y(z)) + 14.5 + 8.0, float(z)) for z in levels]
    canvas.tube(middle, 8.0, 12.0)
    canvas.tube(middle, 4.6, 38.0)


def _drum(y: float, wide: float, deep: float, level: float, half: float) -> Depth:
    """A short upright column, waisted in the middle as a vertebral body is."""

    def depth(px: Floats, py: Floats, pz: Floats) -> Floats:
        above = (pz - np.float32(level)) / np.float32(half)
        waist = 1 - np.float32(0.1) * np.maximum(0, 1 - above * above)
        rho = np.sqrt((px / (wide * waist)) ** 2 + ((py - np.float32(y)) / (deep * waist)) ** 2)
        found: Floats = np.minimum(
            (1 - rho) * np.float32(deep), np.float32(half) - np.abs(pz - np.float32(level))
        )
        return found.astype(np.float32)

    return depth
