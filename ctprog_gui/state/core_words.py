"""What core says in English, for the screen in its own language: fixed words, and sentences by pattern.

Core writes into files and logs and stays English; here its texts are noted for translation, and a test
sees to it that core still says them. A sentence that is not here is shown as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ctprog_gui.state.clinical_words import label_words, labels_words
from ctprog_gui.state.core_sentences import SENTENCES
from ctprog_gui.state.language import marked, spoken, tr
from ctprog_gui.state.odd_series import ANOMALIES

WORDS = (
    marked("Axial"),
    marked("Coronal"),
    marked("Sagittal"),
    marked("axial"),
    marked("coronal"),
    marked("sagittal"),
    marked("unknown"),
    marked("high risk"),
    marked("low risk"),
    marked("high"),
    marked("low"),
    marked("in axial slices"),
    marked("in coronal slices"),
    marked("in sagittal slices"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")
# Places that hold a figure; the others hold any text.
_FIGURES = {"value", "n", "n2", "n3", "n4", "low", "high", "percent", "limit", "total", "told", "most", "all"}


def phrase(text: str) -> str:
    """A word, code or sentence of core's in the language of the screen; as it is, where it is not known."""
    text = ANOMALIES.get(text, text)
    told = spoken(text)
    if told != text or not text:
        return told
    found = _known(text)
    if found is None:
        return text
    sentence, places = found[0], dict(found[1])
    for name in {"what", "what2", "why"} & places.keys():
        places[name] = tr("; ", "in a list").join(map(phrase, places[name].split("; ")))
    if "label" in places:
        places["label"] = label_words(places["label"])
    if "labels" in places:
        places["labels"] = labels_words(places["labels"])
    return spoken(sentence).format(**places)


# Rows of a list are painted again and again.
@lru_cache(maxsize=512)
def _known(text: str) -> tuple[str, dict[str, str]] | None:
    """The sentence that a text is, and what stands in its places; None if it is none."""
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return sentence, found.groupdict()
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each sentence with places as a pattern; those with the most words of their own first."""
    placed = [sentence for sentence in SENTENCES if "{" in sentence]
    placed.sort(key=lambda sentence: len(re.sub(r"\{\w+\}", "", sentence)), reverse=True)
    return [
        (sentence, re.compile(_PLACE.sub(_holder, re.escape(sentence)), re.DOTALL)) for sentence in placed
    ]


def _holder(place: re.Match[str]) -> str:
    name = place[1]
    return rf"(?P<{name}>[-−+]?[\d.,e+-]+)" if name in _FIGURES else rf"(?P<{name}>.+?)"


def trouble(error: object) -> str:
    """An error line for the screen: in its language where core's sentence is known, else behind a lead."""
    text = str(error)
    told = phrase(text)
    return told if told != text else tr("{why}", "an error line known in English alone").format(why=text)
