"""Colours of the charts; the style sheet uses the same."""

from __future__ import annotations

TEXT = "#c9d1d9"
MUTED = "#8b949e"
SURFACE = "#1b1f24"
GRID = "#30363d"
PATIENT = "#4fd1c5"
# Blue and orange are told apart with any common colour blindness.
GROUPS = {"low": "#62b0e8", "high": "#f0883e"}
ATTENTION = "#e6b455"
