"""What clinical values are called, in the language of the screen.

A bundle brings its own English names of what it asks for. Those of the shipped ones are noted here for
translation; what another bundle calls something is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.state.language import marked, spoken, tr

NAMES = (
    marked("Age"),
    marked("Sex"),
    marked("T stage"),
    marked("N stage"),
    marked("M stage"),
    marked("Histology"),
    # What a score has besides, where it is told what moved it.
    marked("CT and ROI"),
)
# Levels that are codes (T1, N0) are the same everywhere.
VALUES = (
    marked("unknown"),
    marked("years"),
    marked("Adenocarcinoma"),
    marked("Squamous cell carcinoma"),
    marked("Large cell carcinoma"),
    marked("Not otherwise specified"),
)
NOTES = (
    marked("Of the primary tumour, at the time of the CT. Subdivisions (T1a to T2b) are taken together."),
    marked("Of the regional lymph nodes."),
)
_FIGURE = re.compile(r"(-?[\d.e+]+) (\D+)")


def hint_words(one: ClinicalInput) -> tuple[str, str, str]:
    """An input's name, unit and note; the last two are empty where it has none."""
    return spoken(one.label), spoken(one.unit or ""), spoken(one.note or "")


def label_words(text: str) -> str:
    """A name, or a name and a level behind it ("Histology Adenocarcinoma")."""
    name = next((known for known in NAMES if text.startswith(known + " ")), None)
    return spoken(text) if name is None else f"{spoken(name)} {spoken(text[len(name) + 1 :])}"


def labels_words(text: str) -> str:
    """Names with commas between."""
    return tr(", ", "in a list").join(map(label_words, text.split(", ")))


def moved_words(rows: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """What moved a score ("Age: 61 years", or no clinical value), each with its figure."""
    return [(_with_value(label), value) for label, value in rows]


def _with_value(label: str) -> str:
    name, colon, value = label.partition(": ")
    if not colon:
        return spoken(label)
    figure = _FIGURE.fullmatch(value)
    told = spoken(value) if figure is None else f"{figure[1]} {spoken(figure[2])}"
    return tr("{name}: {value}").format(name=spoken(name), value=told)
