"""Chinese letters in the pictures, where the machine has a font for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from vtkmodules.vtkRenderingCore import vtkTextActor

from ctprog_gui.rendering import lettering

_FONT_FILE, _ARIAL = 4, 0


@pytest.fixture
def some_font(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A machine that has a font in one of the usual places."""
    font = tmp_path / "cjk.ttc"
    font.write_bytes(b"letters")
    monkeypatch.setattr(lettering, "_PLACES", (str(tmp_path / "none.ttc"), str(font)))
    lettering.chinese_font.cache_clear()
    yield font
    lettering.chinese_font.cache_clear()


@pytest.fixture
def no_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(lettering, "_PLACES", ())
    monkeypatch.delenv("WINDIR", raising=False)
    lettering.chinese_font.cache_clear()
    yield
    lettering.chinese_font.cache_clear()


def test_chinese_takes_the_file_and_latin_goes_back(some_font: Path) -> None:
    actor = vtkTextActor()
    lettering.write(actor, "合成病例  W 400")
    assert actor.GetInput() == "合成病例  W 400"
    assert actor.GetTextProperty().GetFontFamily() == _FONT_FILE
    assert actor.GetTextProperty().GetFontFile() == str(some_font)
    # Lines of them would touch at the distance of Latin ones.
    apart = actor.GetTextProperty().GetLineSpacing()
    lettering.write(actor, "12 / 134   S 45.0 mm … ±×")
    assert actor.GetTextProperty().GetFontFamily() == _ARIAL
    assert (
        apart > actor.GetTextProperty().GetLineSpacing() == vtkTextActor().GetTextProperty().GetLineSpacing()
    )


def test_without_a_font_the_english_is_drawn(no_font: None) -> None:
    assert lettering.drawable("合成病例", "Synthetic case") == "Synthetic case"
    assert lettering.drawable("Synthetic case", "Synthetic case") == "Synthetic case"


def test_with_one_the_chinese_is(some_font: Path) -> None:
    assert lettering.drawable("合成病例", "Synthetic case") == "合成病例"
