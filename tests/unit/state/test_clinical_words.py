"""Clinical values in the language of the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.core.inference.clinical_part import contribution_rows, lacking, moved_by, rare_levels
from ctprog_gui.state import language
from ctprog_gui.state.clinical_words import NAMES, NOTES, VALUES, moved_words
from ctprog_gui.state.core_words import phrase

ROOT = Path(__file__).resolve().parents[3]
KNOWN = {*NAMES, *VALUES, *NOTES}


def asked_for() -> list[dict[str, Any]]:
    """What the shipped bundles and configurations ask for."""
    files = sorted((ROOT / "resources" / "bundles").glob("*/ctprog/spec.json"))
    found = [one for file in files for one in json.loads(file.read_text()).get("clinical", [])]
    for file in sorted((ROOT / "training" / "configs").rglob("*.yaml")):
        found += yaml.safe_load(file.read_text()).get("clinical") or []
    return [one for one in found if isinstance(one, dict)]


@pytest.fixture
def bracketed() -> Iterator[None]:
    language.speak(lambda text, comment, n: f"[{text}]" if text in KNOWN else text)
    yield
    language.speak(None)


def test_what_is_shipped_has_names_in_the_catalogue() -> None:
    inputs = asked_for()
    assert {one["name"] for one in inputs} >= {"age", "t_stage", "histology"}
    assert {one["label"] for one in inputs} <= set(NAMES)
    assert {one["note"] for one in inputs if one.get("note")} <= set(NOTES)
    assert {one["unit"] for one in inputs if one.get("unit")} <= set(VALUES)
    levels = {level["label"] for one in inputs for level in one.get("levels", [])}
    # Codes as T1 are the same in all languages.
    assert {level for level in levels if len(level) > 2} <= set(VALUES)


@pytest.fixture
def inputs() -> list[ClinicalInput]:
    bundle = ROOT / "resources" / "bundles" / "nsclc-slice-attention-clinical"
    spec = json.loads((bundle / "ctprog" / "spec.json").read_text())
    return [ClinicalInput.from_json(one) for one in spec["clinical"]]


def test_what_moved_a_score_is_told_in_the_language_of_the_screen(
    bracketed: None, inputs: list[ClinicalInput]
) -> None:
    added = [("f", 0.5), *((name, 0.1) for one in inputs for name in one.columns)]
    values = {"age": 61, "t_stage": "T2", "n_stage": "N0", "histology": "large cell"}
    told = [name for name, _ in moved_words(moved_by(contribution_rows(added, inputs, values)))]
    assert told == [
        "[CT and ROI]",
        "[Age]: 61 [years]",
        "[T stage]: T2",
        "[N stage]: N0",
        "[M stage]: [unknown]",
        "[Histology]: [Large cell carcinoma]",
    ]
    assert moved_words([("Smoking: pack years 4", 0.1)]) == [("Smoking: pack years 4", 0.1)]


def test_cautions_name_clinical_values_in_the_language_of_the_screen(
    bracketed: None, inputs: list[ClinicalInput]
) -> None:
    caution = lacking(inputs, {})
    assert caution is not None
    assert phrase(caution.detail) == "needs to know: [N stage]"
    (rare,) = rare_levels(inputs, {"m_stage": "M1", "n_stage": "N0"})
    assert phrase(rare.detail).startswith("[M stage] M1: 3 of the fitted patients had it")


def test_lines_beside_a_measure_are_sentences() -> None:
    language.speak(lambda text, comment, n: f"[{text}]")
    try:
        assert phrase("-123 to 442 HU") == f"[{-123} to {442} HU]"
        assert phrase("no voxel inside") == "[no voxel inside]"
    finally:
        language.speak(None)
