"""Letters that VTK draws in the pictures: its font has no Chinese ones; a file of the machine's does."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from vtkmodules.vtkRenderingCore import vtkTextActor

_FONT_FILE = 4  # VTK_FONT_FILE of vtkTextProperty.h
# Chinese letters fill their height, and lines of them would touch.
_LINE, _CJK_LINE = 1.0, 1.35
# From here on come the scripts of East Asia.
_FIRST_CJK = 0x2E80
# Where systems keep a font with Chinese letters: Debian and Ubuntu, Fedora, macOS, Windows.
_PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)


def write(actor: vtkTextActor, text: str) -> None:
    """Give an actor its text, and the font that has the letters of it."""
    if text == actor.GetInput():
        return
    shape = actor.GetTextProperty()
    font = chinese_font() if _needs_cjk(text) else None
    if font is not None:
        shape.SetFontFile(str(font))
        shape.SetFontFamily(_FONT_FILE)
        shape.SetLineSpacing(_CJK_LINE)
    else:
        shape.SetFontFamilyToArial()
        shape.SetLineSpacing(_LINE)
    actor.SetInput(text)


def drawable(text: str, english: str) -> str:
    """The text, or the English one where this machine has no font for it."""
    return english if _needs_cjk(text) and chinese_font() is None else text


@lru_cache(maxsize=1)
def chinese_font() -> Path | None:
    """A font file with Chinese letters, None where there is none in the usual places."""
    windows = os.environ.get("WINDIR", "")
    places = [*_PLACES, *([f"{windows}/Fonts/msyh.ttc", f"{windows}/Fonts/simsun.ttc"] if windows else [])]
    return next((Path(place) for place in places if Path(place).is_file()), None)


def _needs_cjk(text: str) -> bool:
    return any(ord(letter) >= _FIRST_CJK for letter in text)
