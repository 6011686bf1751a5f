"""What of a patient's name a path, a case's name or a title gives away."""

from __future__ import annotations

import unicodedata

import pytest

from ctprog_gui.core.reading_sessions.patient_name import holds_name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DOE^JOHN", "../images/doe-john/ct.nii.gz"),
        ("DOE^JOHN", "DoeJohn/"),
        ("DOE^JOHN", "doe2020/"),
        ("DOE^JOHN", "Contouring of Mr Doe"),
        ("Müller^Jan", "müller-2020"),
        ("Müller^Jan", unicodedata.normalize("NFD", "müller-2020")),
        ("Müller^Jan", "MULLER"),
        ("Müller^Jan", "mueller_ct"),
        ("Mueller^Jan", "müller"),
        ("Müller^Jan", "scan_jan"),
        ("Østby^Åse", "ostby"),
        ("Łuk^Ewa", "luk7"),
        ("O'Brien^Pat", "obrien"),
        ("VON_BERG", "von_berg/"),
        ("VON_BERG", "VonBerg"),
        ("LI^WU", "li_wu/"),
        ("LI^WU", "wu-3"),
        ("LI^WU", "WuLi2"),
        ("王^芳", "王芳/"),
        ("王^芳", "病人王/ct"),
        ("Wang^Fang=王^芳", "王芳/"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "やまだ"),
        ("김^철수", unicodedata.normalize("NFD", "김철수-2020")),
        ("Иванов^И", "иванов"),
        ("J^D", "jd-2020"),
    ],
)
def test_names_are_found_as_people_write_them(name: str, text: str) -> None:
    assert holds_name(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DOE^JOHN", "../images/case-001/ct0.nii.gz"),
        ("DOE^JOHN", ""),
        ("", "images/ct"),
        ("^^", "images/ct"),
        ("4711^5", "4711"),
        # Two letters within another word, and one alone, are nobody's.
        ("LI^WU", "lung/livid/wurz"),
        ("Roe^J", "j/ct"),
        ("王^芳", "李明/"),
        # A syllable block is not the other one that begins with the same letters.
        ("가^나", "각/"),
    ],
)
def test_other_words_pass(name: str, text: str) -> None:
    assert not holds_name(text, name)
