from __future__ import annotations

import json
import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctprog_gui.core.cohort.clinical import ClinicalInput, Level, check, columns, encode, missing
from ctprog_gui.core.shared.errors import InputError

AGE = ClinicalInput("age", "Age", "number", "years", 18, 110, unknown=True, from_dicom="age_years")
N = ClinicalInput(
    "n_stage",
    "N stage",
    "ordered",
    levels=(Level("0", "N0"), Level("1", "N1"), Level("2", "N2", ("N2a", "N2b"))),
    unknown_codes=("x", "5"),
)
CELLS = ClinicalInput(
    "histology", "Histology", "category", levels=(Level("adeno", "Adenocarcinoma"), Level("nos", "Other"))
)
ALL = (AGE, N, CELLS)


@pytest.mark.parametrize("given_", [2, 2.0, "2", "2.0", "N2", "n2", " N2b "])
def test_a_level_goes_by_its_value_its_label_and_its_other_spellings(given_: object) -> None:
    assert N.read(given_) == "2"
    assert N.encode(N.read(given_)) == [2.0]
    assert N.told(N.read(given_)) == "N2"


@pytest.mark.parametrize("given_", [None, "", "unknown", "Unknown", float("nan"), "x", 5, "5.0"])
def test_what_is_not_known_is_said_in_several_ways(given_: object) -> None:
    assert N.read(given_) is None
    assert math.isnan(N.encode(None)[0])
    assert N.told(None) == "unknown"


@pytest.mark.parametrize(
    ("one", "value", "told"),
    [
        (N, "N7", "n_stage: 'N7' is none of N0, N1, N2"),
        (N, 3, "n_stage: 3 is none of"),
        (N, [2], r"n_stage: \[2\] is neither"),
        (AGE, True, "age: True is neither"),
        (AGE, "sixty", "age: 'sixty' is not a number"),
        (AGE, 17.9, "age: 17.9 lies outside 18 to 110 years"),
        (AGE, "1e9", "age: 1e9 lies outside"),
        (AGE, "inf", "age: 'inf' is not a number"),
        (CELLS, "adenoma", "histology: 'adenoma' is none of Adenocarcinoma, Other"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(one: ClinicalInput, value: object, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        one.read(value)
    assert "\n" not in str(caught.value)


def test_values_become_numbers_in_the_order_of_the_columns() -> None:
    assert columns(ALL) == ("age", "n_stage", "histology=adeno", "histology=nos")
    assert encode(ALL, {"n_stage": "N1", "age": "63", "histology": "Other"}) == [63.0, 1.0, 0.0, 1.0]
    unknown = encode(ALL, {})
    assert len(unknown) == 4
    assert all(math.isnan(value) for value in unknown)


def test_what_must_be_known_and_is_not() -> None:
    assert missing(ALL, {}) == [N, CELLS]
    assert missing(ALL, {"n_stage": 0, "histology": "nos"}) == []


def test_a_key_that_nobody_takes_is_refused() -> None:
    check(ALL, {"age": 70, "histology": "nos"})
    with pytest.raises(InputError, match="n_stag is no clinical value that a bundle takes: age, histology"):
        check(ALL, {"n_stag": 2})
    with pytest.raises(InputError, match="age: 200 lies outside"):
        check(ALL, {"age": 200})


def test_a_level_of_few_patients_is_rare_once_it_is_counted() -> None:
    assert not Level("1", "M1").is_rare
    assert Level("1", "M1", patients=3).is_rare
    assert not Level("1", "M1", patients=10).is_rare


@pytest.mark.parametrize("one", ALL)
def test_a_declaration_survives_json(one: ClinicalInput) -> None:
    assert ClinicalInput.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "text"}, "no known kind"),
        ({"levels": []}, "at least two levels"),
        ({"levels": [{"value": "1", "label": "a"}, {"value": "2", "label": "A"}]}, "spelt alike"),
        ({"name": "n stage"}, "can't be called"),
        ({"label": ""}, "no label"),
        ({"from_dicom": "name"}, "no known part of DICOM"),
        ({"weight": 3}, "unknown key.*weight"),
        ({"levels": [{"value": "1", "label": "a", "risk": 2}]}, "unknown key.*risk"),
        ({"kind": "number"}, "a low, a higher high"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(change: Mapping[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ClinicalInput.from_json({**N.to_json(), **change})


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text())))
def test_any_value_is_read_or_refused(value: object) -> None:
    for one in ALL:
        try:
            read = one.read(value)
        except InputError:
            continue
        assert len(one.encode(read)) == len(one.columns)
        # What was read is read the same again.
        assert one.read(read) == read
