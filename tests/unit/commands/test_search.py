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
        ("next slice", "view.slice.next"),
        ("first slice", "view.slice.first"),
        ("scroll", "view.slice.next"),
        ("zoom", "view.zoom.in"),
        ("layout", "view.maximise.axial"),
        ("oblique", "view.planes.right"),
        ("ruler", "measure.length"),
        ("contrast", "view.window.soft-tissue"),
    ],
)
def test_the_wanted_one_comes_first(typed: str, first: str) -> None:
    assert ids(typed)[0] == first


def test_other_words_for_it_find_all_that_they_are_for() -> None:
    layouts = {"view.layout.large", "view.layout.four", "view.compare", "view.maximise.volume"}
    assert layouts <= set(ids("layout"))
    assert {"view.planes.right", "view.planes.left", "view.planes.reset"} == set(ids("oblique"))
    # One that bears the word comes before one that only goes by it.
    assert ids("zoom")[:2] == ["view.zoom.in", "view.zoom.out"]


def test_what_fits_nothing_finds_nothing() -> None:
    assert ids("qqq") == []
