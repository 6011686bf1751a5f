"""What is said of endpoints: certainty that no model has, folds that disagree, moves and their amount."""

from __future__ import annotations

import pytest
from endpoint_answer import SYNTHETIC, endpoint_answer

from ctprog_gui.state.endpoint_words import (
    disagrees,
    endpoint_words,
    figures,
    is_foreign,
    legend_words,
    model_percent,
    moved_words,
    range_words,
    standing_out_words,
)


@pytest.mark.parametrize(
    ("share", "told"), [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.5, "50 %"), (1.0, "> 99 %")]
)
def test_no_model_is_certain_of_a_patient(share: float, told: str) -> None:
    assert model_percent(share) == told
    assert range_words(share, share) == told


def test_folds_that_span_nearly_everything_are_said_to_disagree() -> None:
    answer = endpoint_answer()
    assert [name for name, one in answer.endpoints.items() if disagrees(one)] == ["kras"]
    assert "The models of the folds disagree" in endpoint_words(answer.endpoints["kras"])
    assert "disagree" not in endpoint_words(answer.endpoints["t4"])
    assert "Dashed and empty: the folds disagree" in legend_words(answer.endpoints)
    agreed = {name: one for name, one in answer.endpoints.items() if name != "kras"}
    assert "disagree" not in legend_words(agreed)


def test_an_endpoint_on_which_the_folds_disagree_never_stands_out() -> None:
    answer = endpoint_answer()
    answer.endpoints["kras"]["log_odds"] = 6.0
    assert "KRAS" not in standing_out_words(answer)


def test_a_place_among_the_fitted_patients_is_not_rounded_up_to_all() -> None:
    assert "above that of > 99 % of them" in endpoint_words(endpoint_answer().endpoints["lvi"])


def test_a_move_is_told_with_its_amount_and_explained() -> None:
    endpoints = endpoint_answer().endpoints
    assert moved_words(endpoints["lvi"], 0.80) == "▲18"
    assert moved_words(endpoints["t4"], 0.50) == "▼42"
    assert moved_words(endpoints["t4"], 0.0801) == ""
    assert "It was 80 % when it was asked for." in endpoint_words(endpoints["lvi"], 0.80)
    assert "▲ ▼: percentage points" in legend_words(endpoints, {"lvi": 0.80})
    assert "▲" not in legend_words(endpoints, {"lvi": 0.98})


def test_figures_are_those_of_the_endpoint() -> None:
    assert figures(endpoint_answer().endpoints["t4"]) == (
        "8 %",
        "< 1 % to 21 %",
        "13 % of 500",
        "0.77 (0.71–0.83)",
    )


def test_models_of_phantoms_are_foreign_to_all_but_a_synthetic_case() -> None:
    assert is_foreign(endpoint_answer(SYNTHETIC), to_synthetic=False)
    assert not is_foreign(endpoint_answer(SYNTHETIC), to_synthetic=True)
    assert not is_foreign(endpoint_answer(), to_synthetic=False)
