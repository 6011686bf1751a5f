"""One run held against others on the same patients and folds, as the slice-attention paper does."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.permutation import paired_permutation
from ctprog_gui.core.statistics.signed_rank import signed_rank
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.evaluation.plain_words import RESEARCH
from training.evaluation.seeds import SEEDS
from training.fitting.complexity import Complexity, complexity, write_complexity
from training.fitting.run_folder import read_predictions

Floats = NDArray[np.float64]
Index = NDArray[np.int64]
SWAPS = 5000
_SEED = 20261
_SAME = 1e-3
_CHANCE = 0.5


@dataclass(frozen=True, eq=False)
class ComparedRun:
    """A run's curves on disk; `ctd` holds eq. 7 in each fold, in the order of the folds' numbers."""

    path: Path
    name: str
    survival: Floats
    ctd: Floats
    # The widest range, over the folds, of the chance to live beyond the horizon.
    spread: float
    complexity: Complexity | None

    @property
    def mean(self) -> float:
        return float(self.ctd.mean())

    @property
    def sd(self) -> float:
        return float(self.ctd.std(ddof=1)) if self.ctd.size > 1 else float("nan")


@dataclass(frozen=True)
class Difference:
    """The first run's mean C-td over folds less another's.

    `p` is of the permutation test, the others of Wilcoxon's test over the folds.
    """

    other: str
    difference: float
    p: float
    wilcoxon_statistic: float
    wilcoxon_p: float
    effect_size: float


@dataclass(frozen=True, eq=False)
class Repeats:
    """Two runs and their runs of further seeds (``RUN/seeds/SEED``), a figure a seed, as in table 6.

    The figure is C-td of all folds' patients together; Wilcoxon's test pairs the seeds.
    """

    other: str
    seeds: tuple[int, ...]
    first_ctd: Floats
    other_ctd: Floats
    statistic: float
    p: float
    effect_size: float


@dataclass(frozen=True, eq=False)
class Comparison:
    patients: int
    events: int
    folds: tuple[int, ...]
    runs: tuple[ComparedRun, ...]
    differences: tuple[Difference, ...]
    swaps: int
    repeats: tuple[Repeats, ...] = ()


def compare_runs(run: Path, others: Sequence[Path], swaps: int | None = None) -> Comparison:
    """Hold `run` against each of the others.

    Permutation: the two runs' curves of a patient are swapped with probability ½, within folds.
    Wilcoxon: over the folds' C-td, which share training patients, so that its p is no more than a
    hint; and as the paper uses it, over the runs of further seeds that both have.

    Raises
    ------
    InputError
        If a run isn't finished, or has other patients, folds, follow-up or months than the first.
    """
    swaps = SWAPS if swaps is None else swaps
    patients, fold, _, follow_up, _ = _read(run)
    numbers = tuple(sorted(set(fold.tolist())))
    runs: list[ComparedRun] = []
    for path in (run, *others):
        found, its_fold, _, its_follow_up, survival = _read(path)
        place = {patient: i for i, patient in enumerate(found)}
        if set(place) != set(patients):
            raise InputError(f"{path} has other patients than {run}: they can't be compared")
        order = np.array([place[patient] for patient in patients])
        same = np.array_equal(its_fold[order], fold)
        if not (same and np.array_equal(its_follow_up.time[order], follow_up.time)):
            raise InputError(f"{path} has other folds or follow-up than {run}: they can't be compared")
        if runs and survival.shape != runs[0].survival.shape:
            raise InputError(f"{path} has another horizon than {run}: they can't be compared")
        survival = survival[order]
        parts = [np.flatnonzero(fold == number) for number in numbers]
        ctd = [_ctd(follow_up, survival[index], index) for index in parts]
        spread = max(float(np.ptp(survival[index, -1])) for index in parts)
        config = load_config(path / "config.yaml")
        size = complexity(config) if isinstance(config, SliceAttentionConfig) else None
        runs.append(ComparedRun(path, config.name, survival, np.array(ctd), spread, size))
    first = runs[0]
    differences = []
    for other in runs[1:]:

        def statistic(curves: Floats, index: Index) -> float:
            return _ctd(follow_up, curves, index)

        tested = paired_permutation(
            statistic, first.survival, other.survival, fold=fold, swaps=swaps, seed=_SEED
        )
        ranks = signed_rank(first.ctd, other.ctd)
        differences.append(
            Difference(other.name, tested.difference, tested.p, ranks.statistic, ranks.p, ranks.effect_size)
        )
    repeats = [repeated for other in runs[1:] if (repeated := compare_repeats(first, other)) is not None]
    return Comparison(
        follow_up.n, follow_up.events, numbers, tuple(runs), tuple(differences), swaps, tuple(repeats)
    )


def compare_repeats(first: ComparedRun, other: ComparedRun) -> Repeats | None:
    """Both runs over the seeds that both have; None where they have no further one in common.

    Raises
    ------
    InputError
        If two runs of one seed have other patients, folds or follow-up.
    """
    own, peer = (_of_seeds(run.path) for run in (first, other))
    seeds = tuple(sorted(own.keys() & peer.keys()))
    if len(seeds) < 2 or first.path.resolve() == other.path.resolve():
        return None
    values = []
    for seed in seeds:
        patients, fold, _, follow_up, survival = _read(own[seed])
        others, its_fold, _, its_follow_up, its_survival = _read(peer[seed])
        order = {patient: i for i, patient in enumerate(others)}
        if order.keys() != set(patients):
            raise InputError(f"{peer[seed]} has other patients than {own[seed]}: they can't be compared")
        index = np.array([order[patient] for patient in patients])
        same = np.array_equal(its_fold[index], fold)
        if not (same and np.array_equal(its_follow_up.time[index], follow_up.time)):
            raise InputError(f"{peer[seed]} has other folds or follow-up than {own[seed]}")
        everyone = np.arange(len(patients))
        values.append([_ctd(follow_up, survival, everyone), _ctd(follow_up, its_survival[index], everyone)])
    one, two = np.array(values).T
    ranks = signed_rank(one, two)
    return Repeats(other.name, seeds, one, two, ranks.statistic, ranks.p, ranks.effect_size)


def _of_seeds(run: Path) -> dict[int, Path]:
    """The run itself and those of further seeds, by seed."""
    config = load_config(run / "config.yaml")
    found = {int(path.name): path for path in (run / SEEDS).glob("*") if path.name.isdecimal()}
    return {config.seed: run, **found}


def write_comparison(run: Path, comparison: Comparison) -> None:
    """``tables/{comparison,comparison_folds,complexity}.csv`` and ``comparison.md`` of the first run."""
    columns = ["run", "folder", "ctd_mean", "ctd_sd", "difference", "permutation_p"]
    columns += ["wilcoxon_statistic", "wilcoxon_p", "effect_size"]
    tests: list[Difference | None] = [None, *comparison.differences]
    rows: list[list[object]] = []
    for one, test in zip(comparison.runs, tests, strict=True):
        told: list[object] = [""] * 5
        if test is not None:
            told = [test.difference, test.p, test.wilcoxon_statistic, test.wilcoxon_p, test.effect_size]
        rows.append([one.name, one.path.name, one.mean, one.sd, *told])
    _write(run / "tables" / "comparison.csv", columns, rows)
    _write(
        run / "tables" / "comparison_folds.csv",
        ["fold", *(one.path.name for one in comparison.runs)],
        [[number, *(one.ctd[i] for one in comparison.runs)] for i, number in enumerate(comparison.folds)],
    )
    if comparison.repeats:
        _write(
            run / "tables" / "comparison_seeds.csv",
            ["other", "seed", "ctd", "ctd_other"],
            [
                [one.other, seed, one.first_ctd[i], one.other_ctd[i]]
                for one in comparison.repeats
                for i, seed in enumerate(one.seeds)
            ],
        )
    write_complexity(
        run / "tables" / "complexity.csv", [one.complexity for one in comparison.runs if one.complexity]
    )
    with replacing(run / "comparison.md") as partial:
        partial.write_text(_report(comparison), encoding="utf-8")


def _report(comparison: Comparison) -> str:
    first = comparison.runs[0]
    lines = [
        "# Comparison",
        "",
        _in_plain_words(comparison),
        "",
        f"{comparison.patients} patients, {comparison.events} deaths, {len(comparison.folds)} folds, "
        f"out-of-fold. {first.name} against:",
        "",
        "| run | C-td (eq. 7), mean ± SD over folds | difference | permutation p | Wilcoxon p | r | "
        "parameters (millions) | GFLOPs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one, test in zip(comparison.runs, [None, *comparison.differences], strict=True):
        told = "| | | | "
        if test is not None:
            told = (
                f"| {test.difference:+.3f} | {test.p:.4f} | {test.wilcoxon_p:.4f} | {test.effect_size:.2f} "
            )
        size = "| | |"
        if one.complexity is not None:
            size = f"| {one.complexity.parameters / 1e6:.2f} | {one.complexity.gflops:.1f} |"
        lines.append(f"| {one.name} | {one.mean:.3f} ± {one.sd:.3f} {told}{size}")
    lines += [
        "",
        f"Permutation: a patient's curves of both runs are swapped with probability ½ within folds, "
        f"{comparison.swaps} times. Wilcoxon: signed ranks over the folds, whose fits share patients, with "
        f"r = |z| / √n; with {len(comparison.folds)} folds its p cannot be below "
        f"{2.0 ** (1 - len(comparison.folds)):.2g}. No p is corrected for the number of comparisons. "
        "Parameters and GFLOPs: for 72 slices of 224×224, whatever the runs' own, a multiplication with "
        "its addition as two.",
    ]
    if comparison.repeats:
        lines += [
            "",
            "Over repeated runs that differ in the seed, C-td of all folds' patients together:",
            "",
            f"| other run | runs | {first.name}, mean ± SD | the other, mean ± SD | Wilcoxon | p | r |",
            "|---|---|---|---|---|---|---|",
        ]
    for repeated in comparison.repeats:
        mine, theirs = (
            f"{x.mean():.3f} ± {x.std(ddof=1):.3f}" for x in (repeated.first_ctd, repeated.other_ctd)
        )
        lines.append(
            f"| {repeated.other} | {len(repeated.seeds)} | {mine} | {theirs} | {repeated.statistic:.1f} "
            f"| {repeated.p:.4f} | {repeated.effect_size:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _in_plain_words(comparison: Comparison) -> str:
    """What a reader who sees no tables needs."""
    first = comparison.runs[0]
    text = (
        f"Of two patients, one of whom died earlier, {first.name} gave the higher risk to the right one in "
        f"{100 * first.mean:.0f} of 100 pairs (by chance: 50). "
    )
    if first.mean <= _CHANCE:
        text += "That is no better than chance. "
    if first.spread < _SAME:
        text += (
            "It gave all patients the same chance to live, to a thousandth: it has learnt nothing, and equal "
            "risks count as wrong. "
        )
    apart = [test for test in comparison.differences if test.p < 0.05]
    if not apart:
        text += "None of the other models could be told apart from it with these patients. "
    else:
        better = [test.other for test in apart if test.difference > 0]
        worse = [test.other for test in apart if test.difference < 0]
        if better:
            text += f"It ranked patients better than {', '.join(better)} (p < 0.05). "
        if worse:
            text += f"It ranked patients worse than {', '.join(worse)} (p < 0.05). "
    return text + RESEARCH


def _read(run: Path) -> tuple[list[str], Index, Floats, FollowUp, Floats]:
    path = run / "predictions.csv"
    if not path.is_file():
        raise InputError(f"{run} holds no finished run")
    return read_predictions(path)


def _ctd(follow_up: FollowUp, survival: Floats, index: Index) -> float:
    """Eq. 7 of the patients of a fold, whose curves are `survival`."""
    targets = monthly_targets(follow_up.where(index), survival.shape[1] - 1)
    return time_dependent_concordance(
        targets.follow_up, 1 - survival[:, 1:], targets.bin, censored_ties=False
    )


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
