"""C-index against scikit-survival and lifelines, C-td against pycox.

Times come from a seeded generator: 100 000 patients followed in quarters of a month, scores of two
decimals, 60 % deaths, so that times and scores are tied; and 20 000 patients with 25 monthly bins,
once with times in whole bins and once with times between them. Ours and the peer run by turns in
one process after a warm-up (pycox compiles itself), and the ratio is of the medians; scikit-survival,
which takes half a minute, has one turn. Both must give the same figure to 1e-12. pycox is installed
with the extra ``bench``; without it its rows are left out.
Run as ``python tests/benchmarks/bench_survival.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lifelines.utils import concordance_index
from sksurv.metrics import concordance_index_censored

from ctprog_gui.core.survival.concordance import (
    adjusted_time_dependent_concordance,
    concordance,
    time_dependent_concordance,
)
from ctprog_gui.core.survival.sample import FollowUp

PATIENTS, PATIENTS_TD, BINS = 100_000, 20_000, 25
Estimate = Callable[[], float]


def paired(name: str, ours: Estimate, peer: Estimate, pairs: int, goal: float) -> dict[str, Any]:
    """Time alternating pairs; raises if the two do not agree."""
    mine, other = ours(), peer()
    if abs(mine - other) > 1e-12:
        raise AssertionError(f"{name}: {mine} is not {other}")
    times = [(_seconds(ours), _seconds(peer)) for _ in range(pairs)]
    ours_s, peer_s = (statistics.median(column) for column in zip(*times, strict=True))
    return {
        "name": name,
        "ours_s": round(ours_s, 5),
        "peer_s": round(peer_s, 5),
        "ratio": round(ours_s / peer_s, 4),
        "goal": goal,
    }


def _seconds(estimate: Estimate) -> float:
    start = time.perf_counter()
    estimate()
    return time.perf_counter() - start


def harrell_rows() -> list[dict[str, Any]]:
    rng = np.random.default_rng(1)
    months = np.ceil(4 * rng.exponential(30, PATIENTS)) / 4
    died = rng.random(PATIENTS) < 0.6
    risk = np.round(rng.normal(size=PATIENTS) - 0.02 * months, 2)

    def ours() -> float:
        return concordance(FollowUp(months, died), risk)

    what = f"C-index of {PATIENTS} patients with ties against"
    return [
        paired(f"{what} lifelines", ours, lambda: concordance_index(months, -risk, died), 9, 0.2),
        paired(
            f"{what} scikit-survival", ours, lambda: concordance_index_censored(died, months, risk)[0], 1, 0.2
        ),
    ]


def time_dependent_rows() -> list[dict[str, Any]]:
    if importlib.util.find_spec("pycox") is None:
        print("pycox is not installed (pip install 'ctprog[bench]'): no C-td against it", file=sys.stderr)
        return []
    from pycox.evaluation import EvalSurv

    rng = np.random.default_rng(2)
    between = rng.exponential(12, PATIENTS_TD)
    died = rng.random(PATIENTS_TD) < 0.6
    step = np.minimum(np.floor(between).astype(np.int64), BINS - 1)
    # Of six decimals, so that 1 − F keeps apart what F keeps apart.
    incidence = np.round(np.cumsum(rng.dirichlet(np.ones(BINS + 1), PATIENTS_TD), axis=1)[:, :BINS], 6)
    curves = pd.DataFrame(1 - incidence.T, index=np.arange(float(BINS)))
    rows = []
    for kind, months in (("whole bins", step.astype(float)), ("times between bins", between)):
        peer = EvalSurv(curves, months, died.astype(int))

        def ours(months: Any = months) -> float:
            return time_dependent_concordance(FollowUp(months, died), incidence, step, censored_ties=True)

        def ours_adjusted(months: Any = months) -> float:
            return adjusted_time_dependent_concordance(FollowUp(months, died), incidence, step)

        what = f"of {PATIENTS_TD} patients, {kind}, against pycox EvalSurv"
        for named, mine, method in (
            ("C-td (Antolini)", ours, "antolini"),
            ("C-td (Antolini, adjusted)", ours_adjusted, "adj_antolini"),
        ):
            rows.append(
                paired(
                    f"{named} {what}",
                    mine,
                    lambda peer=peer, method=method: float(peer.concordance_td(method)),
                    5,
                    0.333,
                )
            )
    return rows


if __name__ == "__main__":
    print(json.dumps(harrell_rows() + time_dependent_rows()))
