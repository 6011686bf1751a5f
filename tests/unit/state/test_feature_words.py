"""Each of the 851 features is explained, in a sentence that is its own."""

from __future__ import annotations

from ctprog_gui.core.radiomics.extraction import feature_names
from ctprog_gui.core.radiomics.words import FEATURES, short_name
from ctprog_gui.state import language
from ctprog_gui.state.feature_words import explained


def test_every_feature_has_words_of_its_own() -> None:
    told = {name: explained(name) for name in feature_names()}
    assert len(told) == 851
    assert None not in told.values()
    # A wavelet's sentence tells its band, so that no two names are told alike within a class.
    same = {(name.split("_")[1], words) for name, words in told.items()}
    assert len(same) == 851


def test_no_words_are_of_a_feature_that_there_is_not() -> None:
    there = {tuple(name.split("_", 2)[1:]) for name in feature_names() if name.startswith("original")}
    assert {(kind, name) for kind, names in FEATURES.items() for name in names} == there


def test_a_name_is_taken_apart() -> None:
    words = explained("wavelet-LLH_glcm_Contrast")
    assert "neighbours differ" in words
    assert "voxel to voxel along z and slowly along x and y" in words
    assert short_name("wavelet-LLH_glcm_Contrast") == "Contrast (GLCM, LLH)"
    assert short_name("original_shape_Maximum2DDiameterSlice") == "Maximum2DDiameter Slice (shape)"
    assert explained("wavelet-LLL_firstorder_Mean").endswith("Measured on a smoothed image.")
    assert explained("patch") is None
    assert short_name("patch") == "patch"


def test_another_language_puts_the_parts_together_in_its_own_order() -> None:
    told = {
        "the mean value": "均值",
        "Of the values in the region, wherever each lies.": "look",
        "{what}. {look}": "{look} {what}。",
        "Measured on what changes from voxel to voxel along {axes} "
        "and slowly along {others}.": "{others}<{axes}",
        "{list} and {last}": "{list}和{last}",
    }
    language.speak(lambda text, comment, n: told.get(text, text))
    try:
        assert explained("wavelet-HLH_firstorder_Mean") == "look 均值。 y<x和z"
    finally:
        language.speak(None)
