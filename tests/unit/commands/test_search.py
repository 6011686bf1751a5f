"""Finding commands by what is typed."""

from __future__ import annotations

import pytest

from ctprog_gui.commands.catalogue import COMMANDS
from ctprog_gui.commands.search import matching


def ids(typed: str) -> list[str]:
    return [c.id for c in matching(typed, COMMANDS)]


def test_nothing_typed_finds_everything() -> None:
    assert ids("") == [c.id for c in COMMANDS]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lung", "view.window.lung"),
        ("WINDOW bone", "view.window.bone"),
        ("roi load", "roi.load"),
        ("predict", "prognosis.predict"),
        ("exprt", "file.export"),
    ],
)
def test_the_wanted_one_comes_first(typed: str, first: str) -> None:
    assert ids(typed)[0] == first


def test_what_fits_nothing_finds_nothing() -> None:
    assert ids("qqq") == []
