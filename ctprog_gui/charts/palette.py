"""Colours and sizes of the charts; the style sheet uses the same dark ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QGuiApplication

TEXT = "#c9d1d9"
MUTED = "#8b949e"
SURFACE = "#1b1f24"
GRID = "#30363d"
TRACK = "#30363d"
PATIENT = "#4fd1c5"
ATTENTION = "#e6b455"
# Ten folds; neighbours differ in hue and in lightness.
FOLDS = (
    "#4fd1c5", "#f0883e", "#62b0e8", "#e6b455", "#c792ea",
    "#7ee787", "#ff7b9c", "#a5b4fc", "#d2a679", "#9be9ff",
)  # fmt: skip


def _dark_groups() -> dict[str, str]:
    # Blue and orange are told apart with any common colour blindness.
    return {"low": "#62b0e8", "high": "#f0883e"}


@dataclass(frozen=True)
class ChartStyle:
    """How a chart looks; `scale` multiplies fonts and lines, for a screen across the room.

    `track` is what bars run along: fainter than any of them, a grey one too.
    """

    surface: str = SURFACE
    text: str = TEXT
    muted: str = MUTED
    grid: str = GRID
    track: str = TRACK
    patient: str = PATIENT
    groups: dict[str, str] = field(default_factory=_dark_groups)
    scale: float = 1.0


DARK = ChartStyle()
PRESENTATION = ChartStyle(surface="#14171b", text="#f0f3f6", muted="#adbac7", scale=1.6)
PAPER = ChartStyle(
    surface="#ffffff",
    text="#1b1f24",
    muted="#57606a",
    grid="#afb8c1",
    track="#e4e8ec",
    patient="#0b7a70",
    groups={"low": "#0a63ad", "high": "#c4500b"},
)
LIGHT = ChartStyle(
    surface="#f0f2f4",
    text=PAPER.text,
    muted=PAPER.muted,
    grid=PAPER.grid,
    track="#d5dbe1",
    patient=PAPER.patient,
    groups=PAPER.groups,
)


def screen_style() -> ChartStyle:
    """The style that goes with the application's theme."""
    return LIGHT if QGuiApplication.palette().window().color().lightness() > 127 else DARK
