"""How the application looks."""

from __future__ import annotations

import colorsys
import re

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ctprog_gui.core.shared.places import resources
from ctprog_gui.state.settings import Settings

DESIGNED_FONT_PX = 13
_APPLIED = "ctprogTheme"
_COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_FONT = re.compile(r"font-size: (\d+)px")
_ROLES = (
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
)


def apply_theme(application: QApplication, theme: str = "dark", font_px: int = DESIGNED_FONT_PX) -> None:
    """Fusion as the base, so that it looks alike on every platform; the style sheet is the dark one.

    The light theme is the dark one with every lightness turned round: what stood out still does.
    """
    wanted = f"{theme} {font_px}"
    # To style every widget anew takes a while; a second window wants what the first one has.
    if application.property(_APPLIED) == wanted:
        return
    application.setProperty(_APPLIED, wanted)
    application.setStyle("Fusion")
    palette = QPalette()
    for role, colour in _ROLES:
        palette.setColor(role, QColor(lightened(colour) if theme == "light" else colour))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet(theme, font_px))


def repaint(settings: Settings) -> None:
    """The running application as the settings want it."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        apply_theme(application, settings["appearance.theme"], settings["appearance.font_px"])


def style_sheet(theme: str, font_px: int) -> str:
    """The style sheet of a theme, with all its font sizes in proportion."""
    sheet = (resources() / "styles" / "dark.qss").read_text(encoding="utf-8")
    if theme == "light":
        sheet = _COLOUR.sub(lambda found: lightened(found[0]), sheet)
    scale = font_px / DESIGNED_FONT_PX
    return _FONT.sub(lambda found: f"font-size: {max(8, round(int(found[1]) * scale))}px", sheet)


def lightened(colour: str) -> str:
    """A dark theme's colour with its lightness turned round and its hue kept."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    # The dark theme has no pure black: turned round as it is, its surfaces would be grey rather than white.
    turned = min(1.0, 1.06 - lightness)
    # Text and marks in the middle would be too pale on white.
    turned = turned * 0.8 if 0.25 < turned < 0.62 else turned
    parts = colorsys.hls_to_rgb(hue, turned, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)
