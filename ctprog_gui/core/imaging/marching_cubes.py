"""Area and volume of a region's surface by marching cubes.

A cube has a voxel centre at each of its eight corners; where two neighbours differ, the surface cuts
the edge between them in half (Lorensen and Cline 1987). Which polygons close a cube follows from its
corners. How polygons of five and more corners, which are not flat, fall into triangles does not: areas
depend on it, so it is laid down in a table, with the choice that pyradiomics (`cshape.c`) makes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Corners as (z, y, x), and edges by their corners.
_CORNERS = ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0))
_EDGES = (
    *((0, 1), (1, 2), (2, 3), (3, 0)),
    *((4, 5), (5, 6), (6, 7), (7, 4)),
    *((0, 4), (1, 5), (2, 6), (3, 7)),
)
_FACES = ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (3, 2, 6, 7), (0, 3, 7, 4), (1, 2, 6, 5))
# Corners set (a bit each): the diagonals of the cube's large polygon, by its edges in hexadecimal.
_DIAGONALS = """
7:288a 11:1b9b 13:0a8a 14:399b 19:1417 23:272979 25:244b 27:294b9b 29:141b4b 30:399b 31:4b9b 35:3558
38:2425 39:253435 43:252858 45:0a8a 46:050b5b 47:588a 49:3539 50:0717 53:3539 54:252858 55:2535 57:272979
58:1718 59:171b 61:05070a0b 62:05070a0b 70:0669 71:252858 75:1b9b 76:3536 77:050b5b 78:050636 79:699b
83:1417 86:0669 87:29396979 89:244b 91:294b9b 92:3536 93:0b1b4b5b 94:050636 95:69799b 98:060a 99:161868
100:1424 101:1424 103:2428 106:060a 107:1416181b 108:363969 109:1416181b 110:0636 112:7a8a 113:070a7a
114:17187a 115:177a 116:161868 117:29396979 118:0607 120:7a8a 121:0727797a 122:17187a 123:16171b
124:16366869 126:06070b
"""


def surface(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> tuple[float, float]:
    """Area (mm²) and volume (mm³) inside the surface around a region.

    Parameters
    ----------
    mask
        Shape (z, y, x), with an empty layer on every side. Where two corners of a face touch across
        its diagonal the surface has a gap, and the volume depends on where the array begins:
        pyradiomics takes the region's bounding box, one voxel wider on each side.
    spacing_mm
        Along z, y, x.
    """
    kinds = _kinds(mask)
    cut = np.flatnonzero((kinds != 0) & (kinds != 255))
    found = kinds.ravel()[cut]
    places = np.unravel_index(cut, kinds.shape)
    place = np.stack([np.bincount(found, one, 256) for one in places], axis=1)
    return from_census(np.bincount(found, minlength=256), place, spacing_mm)


def from_census(
    count: NDArray[np.integer], place: NDArray[np.integer] | Floats, spacing_mm: tuple[float, float, float]
) -> tuple[float, float]:
    """Area and volume from how many cubes there are of each kind, and the sums of their first corners."""
    area, scalar, vector = _constants(spacing_mm)
    first = (place * np.asarray(spacing_mm) * vector).sum()
    return float(count @ area), float((count @ scalar + first) / 6)


def _kinds(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Of each cube which corners are set, a bit each."""
    z, y, x = (size - 1 for size in mask.shape)
    kinds = np.zeros((z, y, x), np.uint8)
    for bit, (k, j, i) in enumerate(_CORNERS):
        kinds |= mask[k : k + z, j : j + y, i : i + x].view(np.uint8) << np.uint8(bit)
    return kinds


@cache
def _constants(spacing_mm: tuple[float, float, float]) -> tuple[Floats, Floats, Floats]:
    """Of each of the 256 cubes: its area, and its part of six times the volume as a + b · position.

    A triangle (p + u, p + v, w + p) spans u · (v × w) + p · (u × v + v × w + w × u).
    """
    area, scalar, vector = np.zeros(256), np.zeros(256), np.zeros((256, 3))
    for kind, triangles in enumerate(_triangles()):
        u, v, w = np.moveaxis(triangles * np.asarray(spacing_mm), 1, 0)
        normals = np.cross(u, v) + np.cross(v, w) + np.cross(w, u)
        # A cube and its complement have one surface, seen from either side.
        for number, sign in ((kind, 1.0), (255 - kind, -1.0)):
            area[number] = np.linalg.norm(normals, axis=1).sum() / 2
            scalar[number] = sign * (u * np.cross(v, w)).sum()
            vector[number] = sign * normals.sum(axis=0)
    return area, scalar, vector


@cache
def _triangles() -> tuple[Floats, ...]:
    """Of each cube whose last corner is outside: its triangles, shape (n, 3, 3), normals outwards."""
    diagonals = {}
    for entry in _DIAGONALS.split():
        number, _, pairs = entry.partition(":")
        ends = [int(character, 16) for character in pairs]
        diagonals[int(number)] = list(zip(ends[::2], ends[1::2], strict=True))
    corners = np.array(_CORNERS, dtype=np.float64)
    middles = np.array([(corners[a] + corners[b]) / 2 for a, b in _EDGES])
    found = []
    for kind in range(128):
        pieces = _polygons(kind)
        for a, b in diagonals.get(kind, []):
            whole = next(piece for piece in pieces if a in piece and b in piece)
            i, j = sorted((whole.index(a), whole.index(b)))
            pieces.remove(whole)
            pieces += [whole[i : j + 1], whole[j:] + whole[: i + 1]]
        triangles = [[p[0], p[n], p[n + 1]] for p in pieces for n in range(1, len(p) - 1)]
        found.append(middles[np.array(triangles, dtype=np.intp).reshape(-1, 3)])
    return tuple(found)


def _polygons(kind: int) -> list[list[int]]:
    """The closed lines of cut edges on a cube's faces; set corners are parted on an ambiguous face."""
    inside = [bool(kind >> corner & 1) for corner in range(8)]
    joined: dict[int, list[int]] = {n: [] for n, (a, b) in enumerate(_EDGES) if inside[a] != inside[b]}
    for face in _FACES:
        cut = [n for n in joined if set(_EDGES[n]) <= set(face)]
        if len(cut) == 2:
            pairs = [(cut[0], cut[1])]
        else:
            of_corner = [[n for n in cut if corner in _EDGES[n]] for corner in face if inside[corner]]
            pairs = [(pair[0], pair[1]) for pair in of_corner if len(cut) == 4]
        for a, b in pairs:
            joined[a].append(b)
            joined[b].append(a)
    loops: list[list[int]] = []
    left = set(joined)
    while left:
        loop = [min(left)]
        while len(loop) == 1 or loop[-1] != loop[0]:
            one, other = joined[loop[-1]]
            loop.append(other if len(loop) > 1 and one == loop[-2] else one)
        left -= set(loop)
        loops.append(_outwards(loop[:-1], inside))
    return loops


def _outwards(loop: list[int], inside: list[bool]) -> list[int]:
    corners = np.array(_CORNERS, dtype=np.float64)
    points = np.array([(corners[a] + corners[b]) / 2 for a, b in (_EDGES[n] for n in loop)])
    way = sum((corners[b] - corners[a]) * (1 if inside[a] else -1) for a, b in (_EDGES[n] for n in loop))
    normal = np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0)
    return loop if normal @ way > 0 else loop[::-1]
