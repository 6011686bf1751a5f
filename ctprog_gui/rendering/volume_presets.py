"""What each preset of the volume view shows: opacity and colour by HU."""

from __future__ import annotations

from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolumeProperty

from ctprog_gui.core.imaging.reduction import level_of
from ctprog_gui.state.volume_look import PRESET_NAMES, VolumeLook

# HU, opacity per mm, colour.
_Points = tuple[tuple[float, float, tuple[float, float, float]], ...]
_BLACK = (0.0, 0.0, 0.0)

# Lung vessels and soft tissue as a veil, bone solid.
_CHEST: _Points = (
    (-1024, 0.0000, _BLACK),
    (-650, 0.0000, (0.35, 0.30, 0.30)),
    (-450, 0.0045, (0.60, 0.45, 0.42)),
    (-200, 0.0012, (0.75, 0.55, 0.48)),
    (60, 0.0012, (0.82, 0.52, 0.44)),
    (140, 0.0080, (0.90, 0.66, 0.54)),
    (260, 0.1000, (0.95, 0.89, 0.79)),
    (1200, 0.4000, (1.00, 0.98, 0.95)),
)
_BONE: _Points = (
    (-1024, 0.0, _BLACK),
    (140, 0.0, (0.60, 0.45, 0.35)),
    (240, 0.08, (0.86, 0.76, 0.62)),
    (600, 0.35, (0.97, 0.93, 0.84)),
    (1270, 0.60, (1.0, 1.0, 0.98)),
)
# The surface between air and tissue and the vessels in it; what is denser than the vessels' edges is clear.
_LUNG: _Points = (
    (-1024, 0.0, _BLACK),
    (-880, 0.0, (0.30, 0.18, 0.16)),
    (-700, 0.025, (0.62, 0.36, 0.32)),
    (-500, 0.055, (0.86, 0.60, 0.52)),
    (-300, 0.030, (0.95, 0.80, 0.72)),
    (-150, 0.0, (1.0, 0.9, 0.85)),
    (1270, 0.0, (1.0, 1.0, 1.0)),
)
_VESSELS: _Points = (
    (-1024, 0.0, _BLACK),
    (110, 0.0, (0.45, 0.05, 0.05)),
    (170, 0.05, (0.78, 0.14, 0.10)),
    (300, 0.22, (0.93, 0.42, 0.28)),
    (450, 0.30, (0.98, 0.85, 0.72)),
    (1270, 0.50, (1.0, 1.0, 0.95)),
)
_SOFT_TISSUE: _Points = (
    (-1024, 0.0, _BLACK),
    (-60, 0.0, (0.85, 0.70, 0.45)),
    (10, 0.04, (0.70, 0.32, 0.26)),
    (70, 0.16, (0.80, 0.42, 0.34)),
    (180, 0.25, (0.90, 0.70, 0.58)),
    (1270, 0.50, (1.0, 0.97, 0.92)),
)
_SKIN: _Points = (
    (-1024, 0.0, _BLACK),
    (-500, 0.0, (0.80, 0.58, 0.47)),
    (-250, 0.35, (0.87, 0.67, 0.56)),
    (100, 0.60, (0.92, 0.75, 0.66)),
    (1270, 0.80, (1.0, 0.95, 0.90)),
)
# A projection: opacity only says how grey follows HU.
_MIP: _Points = ((-900, 0.0, _BLACK), (-200, 0.1, _BLACK), (900, 1.0, (1.0, 1.0, 1.0)))

PRESETS: dict[str, _Points] = dict(
    zip(PRESET_NAMES, (_CHEST, _BONE, _LUNG, _VESSELS, _SOFT_TISSUE, _SKIN, _MIP), strict=True)
)
PROJECTED = "MIP"


def give_look(look: vtkVolumeProperty, wanted: VolumeLook) -> None:
    """Make a volume's property that of a preset, shifted."""
    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    for hu, alpha, rgb in PRESETS[wanted.preset]:
        level = float(level_of(hu + wanted.shift_hu))
        opacity.AddPoint(level, alpha)
        colour.AddRGBPoint(level, *rgb)
    look.SetScalarOpacity(opacity)
    look.SetScalarOpacityUnitDistance(1.0)
    look.SetColor(colour)
    look.SetInterpolationTypeToLinear()
    look.SetShade(wanted.preset != PROJECTED)
    look.SetAmbient(0.25)
    look.SetDiffuse(0.75)
    look.SetSpecular(0.15)
