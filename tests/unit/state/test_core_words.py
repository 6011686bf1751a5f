"""What core says, in the language of the screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctprog_gui.state import language
from ctprog_gui.state.core_sentences import SENTENCES
from ctprog_gui.state.core_words import phrase, trouble
from ctprog_gui.state.odd_series import ANOMALIES

ROOT = Path(__file__).resolve().parents[3]
_PLACE = re.compile(r"\{\w+\}")


@pytest.fixture
def reversed_words() -> Iterator[None]:
    """A language in which the last of two places comes first, and every text stands in brackets."""

    def lookup(text: str, comment: str, n: int) -> str:
        return f"[{text}]" if text in SENTENCES or text == "axial" else text

    language.speak(lookup)
    yield
    language.speak(None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Reading slices", "[Reading slices]"),
        ("Grow 3 mm", "[Grow 3 mm]"),
        ("Add Tumour: left, upper", "[Add Tumour: left, upper]"),
        (
            "the series is axial; axial slices are needed",
            "[the series is [axial]; axial slices are needed]",
        ),
        (
            "unlike the cases it was fitted on, so its score may mislead: HU histogram 93 HU from its "
            "nearest cases (limit 80 HU); volume of the ROI 0.2 mL (fitted on 1.1 to 300 mL)",
            "[unlike the cases it was fitted on, so its score may mislead: [HU histogram 93 HU from its "
            "nearest cases (limit 80 HU)]; [[volume of the ROI] 0.2 mL (fitted on 1.1 to 300 mL)]]",
        ),
        ("Grow many mm", "Grow many mm"),
        ("", ""),
    ],
)
def test_a_sentence_is_known_by_its_words_whatever_its_figures(
    reversed_words: None, text: str, told: str
) -> None:
    assert phrase(text) == told


def test_in_english_every_sentence_stays_as_it_is() -> None:
    for sentence in SENTENCES:
        said = _PLACE.sub("12", sentence)
        assert phrase(said) == said
        assert trouble(said) == said


def _said() -> str:
    """All texts in core, of those who write bundles and of who names steps, what is filled in taken out."""
    found = []
    rooms = [ROOT / "ctprog_gui" / "core", ROOT / "training"]
    steps = ROOT / "ctprog_gui" / "state" / "roi.py"
    for path in [steps, *(path for room in rooms for path in room.rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found += [part.value for part in node.values if isinstance(part, ast.Constant)]
    return "\n".join(found)


def test_core_still_says_its_sentences() -> None:
    """In pieces, as sentences are put together there."""
    said = _said()
    gone = []
    for sentence in (*SENTENCES, *ANOMALIES):
        for piece in re.split(r"\{\w+\}|; |, | \(|its score|what it says| images?$|frames in", sentence):
            words = piece.strip(" ()°").removeprefix("slices ").removeprefix("slice ")
            if len(words) > 4 and words not in said:
                gone.append(f"{words!r} of {sentence!r}")
    assert not gone
