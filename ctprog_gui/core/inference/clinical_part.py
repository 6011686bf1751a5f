"""The clinical part of a question: what is missing, what is rare, and what each value did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctprog_gui.core.cohort.clinical import LEAST_PATIENTS, ClinicalInput, missing
from ctprog_gui.core.inference.prediction import Caution
from ctprog_gui.core.shared.errors import InputError

Inputs = Sequence[ClinicalInput]
Values = Mapping[str, object]
# Where a contribution comes from.
IMAGE, CLINICAL = "image", "clinical"


def lacking(inputs: Inputs, values: Values) -> Caution | None:
    """Why a case can't be scored: a value that must be known is missing, or has no meaning."""
    try:
        needed = missing(inputs, values)
    except InputError as error:
        return Caution("needs_clinical", str(error))
    if not needed:
        return None
    return Caution("needs_clinical", f"needs to know: {', '.join(one.label for one in needed)}")


def rare_levels(inputs: Inputs, values: Values) -> list[Caution]:
    """A caution for each value that too few of the fitted patients had."""
    found = []
    for one in inputs:
        value = one.read(values.get(one.name))
        if not isinstance(value, str) or not one.level(value).is_rare:
            continue
        level = one.level(value)
        detail = (
            f"{one.label} {level.label}: {level.patients} of the fitted patients had it, fewer than "
            f"{LEAST_PATIENTS}, so the score does not reflect it"
        )
        found.append(Caution("rare_clinical_value", detail))
    return found


def numbers(inputs: Inputs, values: Values) -> dict[str, float]:
    """The known quantities by name, to be held against the training ranges."""
    found = {one.name: one.read(values.get(one.name)) for one in inputs if one.kind == "number"}
    return {name: value for name, value in found.items() if isinstance(value, float)}


def contribution_rows(
    added: Sequence[tuple[str, float]], inputs: Inputs, values: Values
) -> tuple[dict[str, Any], ...]:
    """The ``contributions`` of a prediction: image measures first, the strongest before the others.

    Parameters
    ----------
    added
        Name and value of each measure of the image, then the values of the clinical numbers in
        the order of `ctprog_gui.core.cohort.clinical.columns`.
    """
    count = sum(len(one.columns) for one in inputs)
    seen, besides = added[: len(added) - count], [value for _, value in added[len(added) - count :]]
    seen = sorted(seen, key=lambda pair: -abs(pair[1]))
    rows: list[dict[str, Any]] = [{"feature": name, "value": value, "source": IMAGE} for name, value in seen]
    at = 0
    for one in inputs:
        own = besides[at : at + len(one.columns)]
        at += len(one.columns)
        told = one.told(one.read(values.get(one.name)))
        rows.append(
            {"feature": one.name, "value": sum(own), "source": CLINICAL, "label": f"{one.label}: {told}"}
        )
    return tuple(rows)


def moved_by(contributions: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    """The contributions of a score with a clinical part, for a person: the image as one, then each value.

    Empty where there is no clinical part: the measures of an image say much the same as each other,
    and single weights among them mean little.
    """
    clinical = [(row["label"], float(row["value"])) for row in contributions if row.get("source") == CLINICAL]
    if not clinical:
        return []
    seen = sum(float(row["value"]) for row in contributions if row.get("source") == IMAGE)
    return [("CT and ROI", seen), *clinical]
