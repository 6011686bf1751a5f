"""The steps that measures were made in, for the file that they are kept in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ctprog_gui.core.annotations.annotation import Annotation
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.state.annotations import MeasureStep

# A file of so many steps is still written within a few milliseconds.
MOST_KEPT = 100


@dataclass(frozen=True)
class Kept:
    """The steps that can be undone, the oldest first, and those that can be redone, the next one first.

    `regions` and `regions_ahead` are, for each of them, the steps that regions had gone through before it.
    """

    done: Sequence[MeasureStep] = ()
    undone: Sequence[MeasureStep] = ()
    regions: Sequence[int] = ()
    regions_ahead: Sequence[int] = ()


def to_json(kept: Kept) -> dict[str, Any]:
    """The last steps, and those to be redone: each measure once, and what each step had of them."""
    numbers: dict[Annotation, int] = {}

    def rows(steps: Sequence[MeasureStep], regions: Sequence[int]) -> list[dict[str, Any]]:
        for step in steps:
            for item in (*step.before, *step.after):
                numbers.setdefault(item, len(numbers))
        return [
            {
                "name": step.name,
                "before": [numbers[item] for item in step.before],
                "after": [numbers[item] for item in step.after],
                "regions": count,
            }
            for step, count in zip(steps, regions, strict=True)
        ]

    told = {
        "steps": rows(kept.done[-MOST_KEPT:], kept.regions[-MOST_KEPT:]),
        "undone": rows(kept.undone[:MOST_KEPT], kept.regions_ahead[:MOST_KEPT]),
    }
    return {"measures": [item.to_json() for item in numbers], **told}


def from_json(told: Any, items: tuple[Annotation, ...]) -> Kept:
    """The inverse of `to_json`; nothing of what does not lead to the measures that are there, or from them.

    Raises
    ------
    InputError
        If something is missing or of another kind.
    """
    if told is None:
        return Kept()
    try:
        measures = [Annotation.from_json(one) for one in told["measures"]]
        # The measures that are there are the same objects, as they were before the restart.
        held = {item: item for item in items}
        measures = [held.get(one, one) for one in measures]
        done, regions = _steps(told["steps"], measures)
        # Files from before redo was kept have none.
        undone, ahead = _steps(told.get("undone", []), measures)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"the history of measures can't be read: {error}") from error
    if not _chained(done) or (done and done[-1].after != items):
        done, regions = [], []
    if not _chained(undone) or (undone and undone[0].before != items):
        undone, ahead = [], []
    return Kept(done, undone, regions, ahead)


def _steps(rows: Any, measures: Sequence[Annotation]) -> tuple[list[MeasureStep], list[int]]:
    steps = [
        MeasureStep(
            str(one["name"]),
            tuple(measures[number] for number in one["before"]),
            tuple(measures[number] for number in one["after"]),
        )
        for one in rows
    ]
    return steps, [int(one["regions"]) for one in rows]


def _chained(steps: Sequence[MeasureStep]) -> bool:
    """Whether each step begins where the one before it ended."""
    return [step.after for step in steps[:-1]] == [step.before for step in steps[1:]]
