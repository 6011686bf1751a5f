"""Colours of the scenes."""

from __future__ import annotations

from ctprog_gui.core.imaging.planes import Plane

BACKGROUND = (0.0, 0.0, 0.0)
LETTERS = (0.93, 0.82, 0.45)
ANNOTATION = (0.82, 0.86, 0.90)
# One colour a plane, used for its crosshair line, its header and its slider: Okabe and Ito's vermilion,
# sky blue and yellow, which are told apart with any common colour blindness.
PLANE_COLOURS: dict[Plane, tuple[float, float, float]] = {
    Plane.AXIAL: (0.94, 0.47, 0.20),
    Plane.CORONAL: (0.34, 0.71, 0.91),
    Plane.SAGITTAL: (0.94, 0.89, 0.26),
}
MEASURE = (0.35, 0.86, 0.95)
CHOSEN_MEASURE = (1.0, 0.86, 0.30)
