"""The order in which a reader sees the cases: shuffled, some of them twice."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

# Draws before the plain order is taken, in which every repeat is as late as can be.
_DRAWS = 50

Order = list[tuple[str, int]]


def repeated_cases(cases: Sequence[str], fraction: float, seed: int) -> list[str]:
    """Which cases are read twice: the same for every reader, so that readers differ on the same ones.

    As many as `fraction` of the cases, rounded up.
    """
    count = min(len(cases), math.ceil(round(fraction * len(cases), 9)))
    return sorted(random.Random(f"repeats {seed}").sample(sorted(cases), count))


def reading_order(cases: Sequence[str], repeated: Sequence[str], seed: int, reader: str) -> Order:
    """Cases with the number of the reading (1, or 2 for a repeat), by seed and reader alone.

    Each case comes once, the repeated ones twice, and never at once after themselves where there
    are two cases or more. As far as it can be, half the cases lie between the two readings of one.
    """
    draw = random.Random(f"order {seed} {reader}")
    for _ in range(_DRAWS):
        order = _draw(sorted(cases), set(repeated), max(1, len(cases) // 2), draw)
        if order is not None:
            return order
    # All repeats behind all first readings, in the same order: a whole round lies between.
    firsts = sorted(repeated)
    draw.shuffle(firsts)
    rest = sorted(set(cases) - set(repeated))
    draw.shuffle(rest)
    return [(case, 1) for case in firsts + rest] + [(case, 2) for case in firsts]


def _draw(cases: list[str], repeated: set[str], gap: int, draw: random.Random) -> Order | None:
    """One reading after the other, each drawn among those that may come; None where none may."""
    order: Order = []
    left = list(cases)
    waiting: dict[str, int] = {}
    total = len(cases) + len(repeated)
    while len(order) < total:
        again = [case for case in left if case in repeated]
        ripe = [case for case, at in waiting.items() if len(order) - at > gap]
        may = [(case, 1) for case in left] + [(case, 2) for case in ripe]
        if again and total - gap - 1 - len(order) <= len(again):
            # Later than now a case that is read twice would come too late for its repeat.
            may = [(case, 1) for case in again]
        if not may:
            may = [(case, 2) for case, at in waiting.items() if len(order) - at > 1][:1]
        if not may:
            return None
        case, repeat = draw.choice(may)
        if repeat == 1:
            left.remove(case)
            if case in repeated:
                waiting[case] = len(order)
        else:
            del waiting[case]
        order.append((case, repeat))
    return order
