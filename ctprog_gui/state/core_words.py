"""What core says in English, for the screen in its own language: fixed words, and sentences by pattern.

Core writes into files and logs and stays English; here its texts are noted for translation, and a test
sees to it that core still says them. A sentence that is not here is shown as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ctprog_gui.state.language import marked, spoken, tr

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
SENTENCES: tuple[str, ...] = ()
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def phrase(text: str) -> str:
    """A word or sentence of core's in the language of the screen; as it is, where it is not known."""
    told = spoken(text)
    if told != text or not text:
        return told
    for sentence, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return spoken(sentence).format(**found.groupdict())
    return text


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each sentence with places as a pattern; those with the most words of their own first."""
    placed = [sentence for sentence in SENTENCES if "{" in sentence]
    placed.sort(key=lambda sentence: len(re.sub(r"\{\w+\}", "", sentence)), reverse=True)
    return [(one, re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(one)), re.DOTALL)) for one in placed]


def trouble(error: object) -> str:
    """An error line for the screen: in its language where core's sentence is known, else behind a lead."""
    text = str(error)
    told = phrase(text)
    return told if told != text else tr("{why}", "an error line known in English alone").format(why=text)
