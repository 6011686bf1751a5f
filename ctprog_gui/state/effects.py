"""The effects on a segment that a person can choose, as data for the panel and the commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.effect import Effect
from ctprog_gui.core.roi.holes import FillHoles
from ctprog_gui.core.roi.interpolation import FillBetween
from ctprog_gui.core.roi.islands import KeepLargest, RemoveSmall
from ctprog_gui.core.roi.joint_smoothing import JointSmoothing
from ctprog_gui.core.roi.logic import Combine, Operation
from ctprog_gui.core.roi.margin import Hollow, Margin
from ctprog_gui.core.roi.seeds import GrowFromSeeds
from ctprog_gui.core.roi.smoothing import Closing, Median, Opening
from ctprog_gui.state.language import marked
from ctprog_gui.state.segment import Segment
from ctprog_gui.state.session import Session

Choices = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Number:
    """A parameter in a unit, and what it may be."""

    title: str
    unit: str
    low: float
    high: float
    default: float
    step: float


@dataclass(frozen=True)
class EffectKind:
    """An effect before its parameters are known: at most one number, and one choice of several.

    `make` takes the number and the chosen value, None where there is none. `help` is one line.
    """

    id: str
    title: str
    help: str
    make: Callable[[float, Any], Effect | JointSmoothing]
    number: Number | None = None
    choice_title: str = ""
    choices: Callable[[Session], Choices] | None = None


def _mm(title: str, default: float, *, low: float = 0.5, high: float = 20.0) -> Number:
    return Number(title, " mm", low, high, default, 0.5)


def _scope(session: Session) -> Choices:
    in_space: Choices = ((marked("in 3D"), None),)
    return in_space + tuple((f"in {title.lower()} slices", axis) for title, axis in _planes(session))


def _planes(session: Session) -> Choices:
    """The planes' names and array axes, the one that was last worked in first."""
    study = session.study
    if study is None:
        return ()
    order = sorted(Plane, key=lambda plane: plane is not session.viewports.active)
    return tuple((plane.value.capitalize(), study.planes[plane].axis) for plane in order)


def _gapped_planes(session: Session) -> Choices:
    """The planes, those first across whose slices the active segment has gaps to fill."""
    active = session.roi.active
    box = session.roi.extent(active.label) if active else None
    if active is None or box is None:
        return _planes(session)
    inside = session.roi.inside(active.label, box)

    def drawn_throughout(choice: tuple[str, Any]) -> bool:
        across = 2 - choice[1]
        drawn = np.flatnonzero(inside.any(axis=tuple(a for a in range(3) if a != across)))
        return bool(drawn.size == 0 or int(drawn[-1] - drawn[0]) + 1 == drawn.size)

    return tuple(sorted(_planes(session), key=drawn_throughout))


def _others(session: Session) -> Choices:
    active = session.roi.active
    return tuple((s.name, s) for s in session.roi.segments if active is None or s.label != active.label)


def _combine(operation: Operation) -> Callable[[float, Segment], Effect]:
    return lambda mm, other: Combine(operation, other.name, mm)


EFFECTS: tuple[EffectKind, ...] = (
    EffectKind(
        "fill-between",
        marked("Fill between slices"),
        marked("Fills the empty slices between drawn ones"),
        lambda _, axis: FillBetween(axis),
        choice_title=marked("Across"),
        choices=_gapped_planes,
    ),
    EffectKind(
        "margin",
        marked("Margin"),
        marked("Grows the segment by a distance in space; a negative one shrinks it"),
        lambda mm, axis: Margin(mm, axis),
        Number(marked("By"), " mm", -30.0, 30.0, 3.0, 0.5),
        marked("Where"),
        _scope,
    ),
    EffectKind(
        "keep-largest",
        marked("Keep largest island"),
        marked("Removes all pieces but one"),
        lambda *_: KeepLargest(),
    ),
    EffectKind(
        "remove-small",
        marked("Remove small islands"),
        marked("Removes pieces under a volume"),
        lambda mm3, _: RemoveSmall(mm3),
        Number(marked("Under"), " mm³", 1.0, 100_000.0, 100.0, 50.0),
    ),
    EffectKind(
        "median",
        marked("Smooth: median"),
        marked("Each voxel becomes what most around it are"),
        lambda mm, _: Median(mm),
        _mm(marked("Radius"), 2.0, high=10.0),
    ),
    EffectKind(
        "opening",
        marked("Smooth: opening"),
        marked("Takes away spurs and bridges thinner than twice the radius"),
        lambda mm, _: Opening(mm),
        _mm(marked("Radius"), 2.0),
    ),
    EffectKind(
        "closing",
        marked("Smooth: closing"),
        marked("Fills notches and gaps narrower than twice the radius"),
        lambda mm, _: Closing(mm),
        _mm(marked("Radius"), 2.0),
    ),
    EffectKind(
        "joint",
        marked("Smooth: all visible together"),
        marked("All visible segments at once: none comes apart from its neighbour, and locked ones stay"),
        lambda mm, _: JointSmoothing(mm),
        _mm(marked("Sigma"), 2.0, high=10.0),
    ),
    EffectKind(
        "holes",
        marked("Fill holes"),
        marked("Background that is shut in becomes the segment's"),
        lambda _, axis: FillHoles(axis),
        choice_title=marked("Where"),
        choices=_scope,
    ),
    EffectKind(
        "add",
        marked("Add a segment"),
        marked("Another segment and a margin around it as well, where that is not locked"),
        _combine(Operation.ADD),
        _mm(marked("Margin"), 0.0, low=0.0),
        marked("Segment"),
        _others,
    ),
    EffectKind(
        "subtract",
        marked("Subtract a segment"),
        marked("Without what lies within a margin of another segment"),
        _combine(Operation.SUBTRACT),
        _mm(marked("Margin"), 0.0, low=0.0),
        marked("Segment"),
        _others,
    ),
    EffectKind(
        "intersect",
        marked("Intersect with a segment"),
        marked("Only what lies within a margin of another segment"),
        _combine(Operation.INTERSECT),
        _mm(marked("Margin"), 0.0, low=0.0),
        marked("Segment"),
        _others,
    ),
    EffectKind(
        "seeds",
        marked("Grow from seeds"),
        marked("This segment and another grow from what is drawn until they meet at an edge"),
        lambda mm, other: GrowFromSeeds(other.name, mm),
        _mm(marked("Within"), 10.0, low=1.0, high=60.0),
        marked("Against"),
        _others,
    ),
    EffectKind(
        "hollow",
        marked("Hollow"),
        marked("Only a shell under the surface stays"),
        lambda mm, _: Hollow(mm),
        _mm(marked("Thickness"), 2.0),
    ),
)


def effect_kind(identifier: str) -> EffectKind:
    """The effect of an id; a wrong id is a bug and raises KeyError."""
    return {kind.id: kind for kind in EFFECTS}[identifier]
