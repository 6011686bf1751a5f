"""The language of the screen: every text that a person reads on it passes through here.

The source of a text is its English. What it is in another language is asked of a lookup that the
application sets at its start (`services/translation.py`: Qt's translation files); without one, as in the
command line and in tests of the state, a text stays English. `core` lies below this room and speaks
English: what it writes goes into files, too.

lupdate finds the literals in calls of `tr` and `marked` and writes them to ``resources/translations``.
Their first argument is therefore one literal: never an f-string, never a variable.
"""

from __future__ import annotations

from collections.abc import Callable

Lookup = Callable[[str, str, int], str]


def _english(text: str, comment: str, n: int) -> str:
    return text.replace("%n", str(n)) if n >= 0 else text


_lookup: Lookup = _english


def tr(text: str, comment: str = "", n: int = -1) -> str:
    """A text in the language of the screen.

    Parameters
    ----------
    text
        The English, a literal. Values are named places in braces, filled in afterwards:
        ``tr("{at} of {count}").format(at=1, count=3)``.
    comment
        Tells apart what is one word in English and several elsewhere.
    n
        The number that ``%n`` in the text stands for; its plural follows the language. It is the third
        argument by position, as lupdate knows it: ``tr("%n slice(s)", "", count)``.
    """
    return _lookup(text, comment, n)


def marked(text: str, comment: str = "") -> str:
    """The text itself, noted for translation: for tables that are made before the language is known.

    Where it is shown, `spoken` translates it.
    """
    return text


def spoken(text: str, comment: str = "") -> str:
    """In the language of the screen, a text that was `marked` (or declared by a command or a setting)."""
    return _lookup(text, comment, -1) if text else ""


def speak(lookup: Lookup | None) -> None:
    """Ask `lookup` (text, comment, n) from now on; None for English."""
    global _lookup
    _lookup = lookup or _english
