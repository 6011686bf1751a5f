"""What moved an answer can be judged: one scale, a unit, and what the figure is held against."""

from __future__ import annotations

from dataclasses import replace

import pytest
from endpoint_answer import endpoint_answer

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.radiomics.words import unit_of
from ctprog_gui.state.contribution_words import (
    MOST_BARS,
    contributions_end,
    far_words,
    feature_rows,
    rad_score_words,
)

SCORE = Prediction(
    "scored",
    "slice_attention",
    "cd" * 32,
    contributions=(
        {"feature": "wx", "value": 12.5, "source": "image"},
        {"feature": "age", "value": 0.04, "source": "clinical", "label": "Age: 60"},
    ),
)


def test_all_lists_share_one_axis_that_holds_each_of_their_bars() -> None:
    answer = endpoint_answer()
    assert contributions_end([answer]) == 10.0, "7.31 of one endpoint and 0.04 of another"
    assert contributions_end([answer, SCORE]) == 20.0
    assert contributions_end([replace(SCORE, contributions=None)]) == 1.0


def test_a_value_is_told_with_its_unit_and_the_patients_it_is_held_against() -> None:
    rows, told = feature_rows(endpoint_answer().contributions, "lvi")
    assert rows[0] == ("ring: Median (first order)", 7.31)
    assert "Here: 572 HU; fitted patients: 310 ± 20 HU (mean ± SD)." in told[0]
    assert unit_of("wavelet-LLH_firstorder_Maximum") == "HU"
    assert unit_of("original_firstorder_Variance") == "HU²"
    assert unit_of("original_shape_MeshVolume") == "mm³"
    assert unit_of("original_glcm_Contrast") == unit_of("patch") == ""


def test_the_smaller_ones_are_added_up_or_shown_each() -> None:
    contributions = endpoint_answer().contributions
    together, _ = feature_rows(contributions, "lvi")
    each, told = feature_rows(contributions, "lvi", opened=True)
    assert (len(together), len(each), len(told)) == (MOST_BARS + 1, 13, 13)
    assert sum(value for _, value in together) == pytest.approx(sum(value for _, value in each))


def test_features_far_from_the_fitted_patients_are_named() -> None:
    assert "1 of its features, most of all ring: Median (first order) (+13.1 SD)" in far_words(
        endpoint_answer().contributions, "lvi"
    )
    assert far_words([{"endpoint": "t4", "feature": "patch", "value": 1.0, "source": "patch"}], "t4") == ""


def test_a_rad_score_is_held_against_the_fitted_patients() -> None:
    told = rad_score_words(endpoint_answer().endpoints["lvi"])
    assert told == "RadScore: tumour −0.0153 (−0.2 SD from the usual)  ·  ring +5487 (+61 SD from the usual)"
