"""Colours of the scenes."""

from __future__ import annotations

from ctprog_gui.core.imaging.planes import Plane

BACKGROUND = (0.0, 0.0, 0.0)
LETTERS = (0.93, 0.82, 0.45)
ANNOTATION = (0.82, 0.86, 0.90)
# One colour a plane, used for its crosshair line, its header and its slider.
PLANE_COLOURS: dict[Plane, tuple[float, float, float]] = {
    Plane.AXIAL: (0.89, 0.42, 0.39),
    Plane.CORONAL: (0.42, 0.76, 0.50),
    Plane.SAGITTAL: (0.90, 0.78, 0.36),
}
MEASURE = (0.35, 0.86, 0.95)
CHOSEN_MEASURE = (1.0, 0.86, 0.30)
