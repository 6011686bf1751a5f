from __future__ import annotations

import json

import pytest

from ctprog_gui.core.preprocessing.recipe import SliceRecipe


def test_a_recipe_survives_json_and_keeps_its_hash() -> None:
    recipe = SliceRecipe(spacing_mm=(2, 2, 5), slice_size=(96, 128), fit="pad")
    again = SliceRecipe.from_json(json.loads(json.dumps(recipe.to_json())))
    assert again == recipe
    assert again.sha256 == recipe.sha256
    assert hash(again) == hash(recipe)


def test_a_changed_recipe_has_another_hash() -> None:
    assert SliceRecipe().sha256 != SliceRecipe(margin_mm=6.0).sha256


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValueError, match="sharpen"):
        SliceRecipe.from_json({**SliceRecipe().to_json(), "sharpen": True})


@pytest.mark.parametrize(
    "wrong",
    [
        {"spacing_mm": (0, 1, 1)},
        {"hu_window": (400, -1000)},
        {"crop": "heart"},
        {"fit": "squeeze"},
        {"margin_mm": -1},
        {"margin_mm": float("nan")},
        {"least_lung_share": 1.0},
        {"slice_size": (4, 224)},
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SliceRecipe(**wrong)
