"""How the application looks."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ctprog_gui.core.shared.places import resources


def apply_theme(application: QApplication) -> None:
    """Dark theme: Fusion as the base, so that it looks alike on every platform."""
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#14171b"),
        (QPalette.ColorRole.Base, "#14171b"),
        (QPalette.ColorRole.AlternateBase, "#1b1f24"),
        (QPalette.ColorRole.Button, "#2d333b"),
        (QPalette.ColorRole.Text, "#c9d1d9"),
        (QPalette.ColorRole.WindowText, "#c9d1d9"),
        (QPalette.ColorRole.ButtonText, "#e6edf3"),
        (QPalette.ColorRole.Highlight, "#1f4b57"),
        (QPalette.ColorRole.HighlightedText, "#f0f3f6"),
        (QPalette.ColorRole.PlaceholderText, "#8b949e"),
    ):
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    application.setStyleSheet((resources() / "styles" / "dark.qss").read_text(encoding="utf-8"))
