"""Blood vessels and airways: the great ones by hand, those of the lungs as grown trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.phantom.anatomy import Anatomy, Side
from ctprog_gui.core.phantom.canvas import Canvas, Floats, Point

Floats64 = NDArray[np.float64]
_AIR, _WALL = -985.0, 15.0
_THINNEST_MM = 0.78
# No vessel and the airway beside it reach further than this from its axis.
_THICKEST_MM = 20.0
# How a trunk's radius follows from the number of ends it feeds (between Murray's ⅓ and ½).
_MURRAY = 0.4


@dataclass(frozen=True)
class Piece:
    """One straight piece of a tree."""

    start: Point
    stop: Point
    radius_start: float
    radius_stop: float


def grow_tree(
    root: Point,
    ends: NDArray[np.float64],
    thinnest_mm: float,
    seen: Callable[[Floats64, Floats64], bool] | None = None,
) -> list[Piece]:
    """A tree from a root to all end points.

    The points are halved across their longest extent again and again; each branch runs from its
    fork some way towards the middle of the points it feeds, so the tree fills the space that the
    points fill.

    Parameters
    ----------
    seen
        Whether anything near a box with these two corners is wanted; a branch within a box of
        which nothing is, is left out with all it feeds.
    """
    pieces: list[Piece] = []
    stack = [(np.asarray(root, dtype=np.float64), ends)]
    while stack:
        at, points = stack.pop()
        if seen is not None and not seen(
            np.minimum(at, points.min(axis=0)), np.maximum(at, points.max(axis=0))
        ):
            continue
        count = len(points)
        radius = thinnest_mm * count**_MURRAY
        if count == 1:
            pieces.append(Piece(_point(at), _point(points[0]), radius, thinnest_mm * 0.8))
            continue
        middle = points.mean(axis=0)
        fork = at + (middle - at) * (0.42 if count > 8 else 0.5)
        pieces.append(Piece(_point(at), _point(fork), radius, radius * 0.93))
        spread = points - middle
        _, _, axes = np.linalg.svd(spread, full_matrices=False)
        order = np.argsort(spread @ axes[0], kind="stable")
        half = count // 2
        stack += [(fork, points[order[:half]]), (fork, points[order[half:]])]
    return pieces


def lung_ends(anatomy: Anatomy, side: Side, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points spread over a lung, some millimetres under the pleura."""
    sign = 1.0 if side == "left" else -1.0
    found: list[NDArray[np.float64]] = []
    total = 0
    while total < count:
        tries = rng.uniform((8, -95, -125), (150, 100, 125), (4 * count, 3))
        tries[:, 0] *= sign
        x, y, z = tries.T.astype(np.float32)
        inside = tries[anatomy.lung_depth(x, y, z) > 5]
        found.append(inside)
        total += len(inside)
    return np.concatenate(found)[:count]


def draw_lung_vessels(canvas: Canvas, anatomy: Anatomy, lung: Floats) -> None:
    """Arteries and veins of both lungs, and bronchi along the larger arteries."""
    rng = np.random.default_rng(anatomy.vessel_seed)
    blood = anatomy.contrast_hu

    field = canvas.field_mm(_THICKEST_MM)

    def seen(low: Floats64, high: Floats64) -> bool:
        return bool((low <= field[1]).all() and (high >= field[0]).all())

    for side in ("left", "right"):
        hilum = anatomy.hilum(side)
        out = 1.0 if side == "left" else -1.0
        roots = {"artery": hilum, "vein": (hilum[0] - 4 * out, hilum[1] - 8, hilum[2] - 16)}
        if side == "right" and field[0][0] > 0:
            # Nothing is drawn at random after it.
            continue
        for kind, root in roots.items():
            ends = lung_ends(anatomy, side, anatomy.vessel_ends, rng)
            pieces = grow_tree(root, ends, _THINNEST_MM, seen)
            for piece in _within_reach(canvas, pieces):
                canvas.tube(
                    [piece.start, piece.stop], [piece.radius_start, piece.radius_stop], blood, within=lung
                )
            if kind == "artery":
                _draw_bronchi(canvas, pieces, lung)


def _within_reach(canvas: Canvas, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that the field of view holds: a small one holds few."""
    if not pieces:
        return []
    ends = np.array([(piece.start, piece.stop) for piece in pieces])
    thick = np.array([max(piece.radius_start, piece.radius_stop) for piece in pieces])[:, None]
    seen = canvas.reaches(ends.min(axis=1) - thick, ends.max(axis=1) + thick)
    return [piece for piece, near in zip(pieces, seen, strict=True) if near]


def _draw_bronchi(canvas: Canvas, arteries: Sequence[Piece], lung: Floats) -> None:
    """An airway beside each artery that is thick enough for one to be seen."""
    for piece in arteries:
        if piece.radius_start < 2.0:
            continue
        shift = 1.7 * piece.radius_start
        a, b = ((p[0], p[1] + shift, p[2] + 0.4 * shift) for p in (piece.start, piece.stop))
        inner = [0.72 * piece.radius_start, 0.66 * piece.radius_stop]
        canvas.tube([a, b], [r + 1.0 for r in inner], -60.0, within=lung)
        canvas.tube([a, b], inner, _AIR, within=lung)


def draw_great_vessels(canvas: Canvas, anatomy: Anatomy) -> None:
    """Aorta with its branches, pulmonary trunk and arteries, caval veins."""
    blood = anatomy.contrast_hu
    w = anatomy.width

    def line(*points: Point) -> list[Point]:
        return [(x * w, y, z) for x, y, z in points]

    venous = blood - 12 if blood > 60 else blood
    canvas.tube(
        line((-30, -34, 112), (-26, -22, 80), (-30, -14, 42), (-29, -10, -6)), [6, 8, 9.5, 10], venous
    )
    canvas.tube(line((62, -34, 108), (34, -36, 92), (-22, -26, 80)), [5.5, 6, 6.5], venous)
    canvas.tube(line((-70, -30, 116), (-30, -34, 108)), [5.5, 6], venous)
    canvas.tube(line((-24, 2, -58), (-21, 20, -100), (-20, 24, -200)), [12, 12, 11], venous)
    trunk = line((12, -44, -14), (17, -30, 14), (20, -12, 24))
    canvas.tube(trunk, [13, 13.5, 12.5], blood + 8)
    canvas.tube(line((20, -12, 24), (-8, -2, 22), (-42, 5, 14)), [12, 10.5, 9], blood + 8)
    canvas.tube(line((20, -12, 24), (32, 4, 27), (42, 8, 20)), [12, 10.5, 9.5], blood + 8)
    aorta = line(
        (-4, -16, -22), (-16, -24, 8), (-19, -24, 40), (-12, -16, 58), (4, 2, 66), (19, 22, 60),
        (25, 36, 44), (25, 41, 0), (24, 42, -50), (17, 38, -100), (8, 34, -150), (6, 32, -200),
    )  # fmt: skip
    canvas.tube(aorta, [15, 16, 15.5, 15, 14, 13.5, 13, 12.5, 12, 11.5, 11, 10.5], blood)
    canvas.tube(line((-10, -12, 66), (-20, -10, 92), (-27, -4, 118), (-30, -6, 160)), [6.5, 6, 5, 3.6], blood)
    canvas.tube(line((5, 2, 70), (15, -2, 100), (20, -6, 160)), [4.5, 4, 3.6], blood)
    canvas.tube(line((17, 18, 66), (27, 14, 100), (38, 4, 116), (90, -8, 120)), [5.5, 5, 4.5, 4], blood)
    canvas.tube(line((-27, -4, 114), (-50, 0, 118), (-95, -8, 120)), [4.5, 4.2, 4], blood)
    # The azygos vein, on the right front of the spine.
    canvas.tube(line((-6, 36, -150), (-7, 38, 20), (-10, 34, 46), (-26, 4, 50)), [3.2, 3.6, 4, 4], venous)


def draw_airways(canvas: Canvas, anatomy: Anatomy) -> None:
    """Trachea, main bronchi, and the oesophagus behind them."""
    w = anatomy.width
    gullet = [
        (4.0, 27.0, 160.0),
        (6.0, 31.0, 62.0),
        (8.0, 27.0, 0.0),
        (14.0, 25.0, -60.0),
        (24.0, 12.0, -86.0),
    ]
    canvas.tube(gullet, 6.2, 38.0)
    canvas.tube([gullet[0], gullet[1]], 1.5, -500.0)
    trachea = [(0.0, 4.0, 160.0), (0.0, 10.0, 96.0), (2.0, 16.0, 44.0)]
    right = [(2.0, 16.0, 44.0), (-16.0 * w, 14.0, 31.0), (-42.0 * w, 12.0, 16.0)]
    left = [(2.0, 16.0, 44.0), (22.0 * w, 15.0, 30.0), (44.0 * w, 13.0, 16.0)]
    for branch, radii in ((trachea, [9.5, 9.5, 9.5]), (right, [8.0, 7.5, 6.0]), (left, [7.5, 6.5, 5.5])):
        canvas.tube(branch, [r + 1.6 for r in radii], _WALL)
    for branch, radii in ((trachea, [9.5, 9.5, 9.5]), (right, [8.0, 7.5, 6.0]), (left, [7.5, 6.5, 5.5])):
        canvas.tube(branch, radii, _AIR)


def _point(values: NDArray[np.float64]) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
