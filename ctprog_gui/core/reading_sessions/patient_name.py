"""Whether a text gives a patient's name away.

A session is handed around, and folders of CTs are often called by who lies in them: ``doe-john``,
``DoeJohn``, ``doe2020``. A name is looked for as people write it into paths. Rather too much is
found than too little: another word costs a minute, a name that went out does not come back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import permutations

# Letters are split at everything else, digits and underscores included.
_LETTERS = re.compile(r"[^\W\d_]+")
# As they are written where the letters are not at hand; none of ø, ł, đ is a letter with a mark to Unicode.
_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
_SHORT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i"})
# Scripts in which one or two characters are a whole name, and no space stands between words.
_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


def holds_name(text: str, name: str) -> bool:
    """Whether a patient's name, or a part of it, stands in a text.

    Parts of three letters and more are found within words too, those of two letters as words of
    their own or next to another part; single Latin letters are initials and tell nobody. Chinese,
    Japanese and Korean parts are found at any length. Case and accents make no difference.

    Parameters
    ----------
    text
        A path, a case's name or a title.
    name
        The name as the DICOM header gives it, all of its component groups.
    """
    words = {word for spelling in _spellings(text) for word in _LETTERS.findall(spelling)}
    return any(_stands(words, _LETTERS.findall(spelling)) for spelling in _spellings(name))


def _stands(words: Iterable[str], parts: list[str]) -> bool:
    """Whether parts of a name are among the words, or joined in one of them."""
    within = {part for part in parts if len(part) > 2 or _is_written_without_spaces(part)}
    longer = [part for part in parts if len(part) > 1]
    within |= {first + second for first, second in permutations(longer, 2)}
    whole = set(longer) | ({"".join(parts)} if len(parts) > 1 else set())
    return any(word in whole or any(part in word for part in within) for word in words)


def _is_written_without_spaces(part: str) -> bool:
    return any(unicodedata.name(letter, "").startswith(_WITHOUT_SPACES) for letter in part)


def _spellings(text: str) -> set[str]:
    """A text in small letters: as it is, without marks, and with German and Nordic letters written out."""
    # Composed first: on some systems file names come with their marks apart, where a word would be split.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    apart = unicodedata.normalize("NFKD", plain.translate(_SHORT))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return {plain, unicodedata.normalize("NFC", bare), plain.translate(_LONG)}
