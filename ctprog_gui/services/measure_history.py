"""The steps that measures were made in, for the file that they are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.annotations import MeasureStep

# A file of so many steps is still written within a few milliseconds.
MOST_KEPT = 100


def to_json(steps: Sequence[MeasureStep], regions: Sequence[int]) -> dict[str, Any]:
    """The last steps: each measure once, and what each step had of them.

    `regions` are, for each step, the steps that regions had gone through before it.
    """
    steps, regions = steps[-MOST_KEPT:], regions[-MOST_KEPT:]
    numbers: dict[Annotation, int] = {}
    for step in steps:
        for item in (*step.before, *step.after):
            numbers.setdefault(item, len(numbers))
    return {
        "measures": [item.to_json() for item in numbers],
        "steps": [
            {
                "name": step.name,
                "before": [numbers[item] for item in step.before],
                "after": [numbers[item] for item in step.after],
                "regions": count,
            }
            for step, count in zip(steps, regions, strict=True)
        ],
    }


def from_json(told: Any, items: tuple[Annotation, ...]) -> tuple[list[MeasureStep], list[int]]:
    """The inverse of `to_json`; nothing where it does not lead to the measures that are there.

    Raises
    ------
    InputError
        If something is missing or of another kind.
    """
    if told is None:
        return [], []
    try:
        measures = [Annotation.from_json(one) for one in told["measures"]]
        # The measures that are there are the same objects, as they were before the restart.
        held = {item: item for item in items}
        measures = [held.get(one, one) for one in measures]
        steps = [
            MeasureStep(
                str(one["name"]),
                tuple(measures[number] for number in one["before"]),
                tuple(measures[number] for number in one["after"]),
            )
            for one in told["steps"]
        ]
        regions = [int(one["regions"]) for one in told["steps"]]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"the history of measures can't be read: {error}") from error
    chain = [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
    if not steps or not chain or steps[-1].after != items:
        return [], []
    return steps, regions
