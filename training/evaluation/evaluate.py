"""What a run's predictions are worth; every figure comes from the files of the run."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.resampling import resamples
from ctprog_gui.core.survival.brier import integrated_brier_score
from ctprog_gui.core.survival.concordance import concordance, time_dependent_concordance
from ctprog_gui.core.survival.kaplan_meier import kaplan_meier
from ctprog_gui.core.survival.roc_at_time import auc_at
from ctprog_gui.core.survival.sample import FollowUp
from ctprog_gui.core.survival.targets import monthly_targets
from training.configuration.experiment import load_config
from training.evaluation import attention_examples
from training.evaluation.bands import BANDS, held, read_bands
from training.evaluation.external import Pointing
from training.evaluation.figures import write_figures
from training.evaluation.measure import Estimate, Measure, measured
from training.evaluation.plain_words import ABOVE_VOLUME, OF_VOLUME, opening
from training.evaluation.run_images import read_cases
from training.evaluation.seeds import Worth, further_scores, seed_measures
from training.evaluation.strata import PairsWithin, read_strata, strata_measures
from training.evaluation.table_comparison import is_table_run, table_measures
from training.fitting.attention import SLICE_WEIGHTS, read_attention
from training.fitting.run_folder import read_predictions

Index = NDArray[np.int64]
RESAMPLES = 500
_SEED = 20260
_TRUE_MONTHS = (12, 24)
_NARROW = 0.2
# What a phantom's image shows of its tumour, and the truth's column of it.
_SEEN = {"true volume": "roi_volume_mm3", "true texture": "texture_hu"}
# Beyond the month that fewer patients reach, a figure rests on next to nobody.
_LEAST_FOLLOWED = 5


@dataclass(frozen=True)
class Evaluation:
    patients: int
    events: int
    folds: int
    resamples: int
    measures: tuple[Measure, ...]


def evaluate(run: Path, truth: Path | None = None, pointing: Pointing | None = None) -> Evaluation:
    """The measures of a finished run.

    Parameters
    ----------
    truth
        The ``truth.csv`` of a phantom cohort: then the oracle's C-index and the captured fraction
        (C − ½) / (C_oracle − ½) are given too, and how far the predicted curves lie from the true
        ones.
    pointing
        Where the saliency of another cohort pointed, to be told with the rest.

    Raises
    ------
    InputError
        If the run isn't finished, or the truth lacks a patient.
    """
    path = run / "predictions.csv"
    if not path.is_file():
        raise InputError(f"{run} holds no finished run")
    patients, fold, score, follow_up, survival = read_predictions(path)
    if is_table_run(run):
        if truth is not None:
            raise InputError(f"{run} is a run on a table of covariates: no phantom's truth is known of it")
        told = tuple(table_measures(run, RESAMPLES, _SEED))
        return Evaluation(follow_up.n, follow_up.events, len(np.unique(fold)), RESAMPLES, told)
    horizon = survival.shape[1] - 1
    samples = list(resamples(follow_up.n, RESAMPLES, _SEED))

    def ctd(index: NDArray[np.int64], censored_ties: bool) -> float:
        targets = monthly_targets(follow_up.where(index), horizon)
        return time_dependent_concordance(
            targets.follow_up, 1 - survival[index, 1:], targets.bin, censored_ties=censored_ties
        )

    measures = []
    further = further_scores(run, patients)
    worth: dict[str, Worth] = {"C-index": lambda risk, i: concordance(follow_up.where(i), risk[i])}
    volume = None
    if (run / "strata.csv").is_file():
        stratum, volume, means = read_strata(run / "strata.csv", patients)
        pairs = PairsWithin(follow_up, stratum, fold)
        measures += strata_measures(pairs, volume, means, score, survival, samples)
        worth = {
            "C-index, same source, mean over folds": lambda risk, i: pairs.over_folds(risk, i, within=True),
            "C-index, same source, all folds together": pairs.same,
        }
    if further:
        scores = {load_config(run / "config.yaml").seed: score, **further}
        measures += seed_measures(scores, worth, volume, samples)
    measures += [
        measured("C-td, eq. 7 (strict pairs)", lambda i: ctd(i, False), samples),
        measured("C-td, Antolini", lambda i: ctd(i, True), samples),
        measured("C-index (Harrell)", lambda i: concordance(follow_up.where(i), score[i]), samples),
        *_over_time(follow_up, score, survival, samples),
        *_beside_volume(run, patients, follow_up, score, samples),
    ]
    numbers = sorted(set(fold.tolist()))
    per_fold = [ctd(np.flatnonzero(fold == k), False) for k in numbers]
    if len(numbers) > 1:
        measures.append(Measure("C-td, mean over folds", float(np.mean(per_fold))))
        measures.append(Measure("C-td, SD over folds", float(np.std(per_fold, ddof=1))))
    if (run / "attention.csv").is_file():
        mass, uniform = read_attention(run / "attention.csv")
        if mass.size:
            measures.append(Measure("attention on tumour slices, mean", float(mass.mean())))
            measures.append(Measure("the same with even attention", float(uniform.mean())))
            if (narrow := uniform <= _NARROW).any():
                times = float(mass[narrow].mean() / uniform[narrow].mean())
                measures.append(
                    Measure("times even, where tumour spans at most a fifth of the slices", times)
                )
    if truth is not None:
        oracle = _column(truth, patients, "oracle_risk")
        best = measured(
            "C-index of the oracle", lambda i: concordance(follow_up.where(i), oracle[i]), samples
        )
        found = next(one for one in measures if one.name == "C-index (Harrell)")
        captured = (found.value - 0.5) / (best.value - 0.5)
        measures += [best, Measure("captured fraction of C", captured)]
        for name, column in _SEEN.items():
            value = _rank_correlation(score, _column(truth, patients, column))
            measures.append(Measure(f"rank correlation of the score with the {name}", value))
        curve = kaplan_meier(follow_up)
        for month in _TRUE_MONTHS:
            true = _column(truth, patients, f"s_{month}")
            error = np.abs(survival[:, month] - true)
            alike = np.abs(curve.at(month) - true)
            measures.append(Measure(f"mean error of S({month}) against the true curve", float(error.mean())))
            measures.append(
                Measure("the same with the cohort's own Kaplan–Meier for all", float(alike.mean()))
            )
        if (run / BANDS).is_file():
            low, high = read_bands(run / BANDS, patients)
            curves = np.stack(
                [_column(truth, patients, f"s_{month}") for month in range(1, low.shape[1] + 1)], axis=1
            )
            inside = held(low, high, curves)
            measures.append(
                measured("true S in the band, share of months", lambda i: float(inside[i].mean()), samples)
            )
            measures += [
                Measure(f"true S({month}) in the band, share of patients", float(inside[:, month - 1].mean()))
                for month in _TRUE_MONTHS
            ]
            measures.append(Measure("mean width of the band", float((high - low).mean())))
    if pointing is not None:
        measures += [
            Measure("saliency: peak on the tumour, share of patients", pointing.hits),
            Measure("the same with random weights", pointing.random_hits),
            Measure("saliency: mass on the tumour, mean", pointing.mass),
            Measure("the same with random weights", pointing.random_mass),
        ]
    return Evaluation(follow_up.n, follow_up.events, len(numbers), RESAMPLES, tuple(measures))


def _beside_volume(
    run: Path,
    patients: Sequence[str],
    follow_up: FollowUp,
    score: NDArray[np.float64],
    samples: Sequence[Index],
) -> list[Measure]:
    """The ROI's volume ranks patients too, with nothing fitted; of a run whose patients all have a ROI."""
    cases = read_cases(run)
    volumes = [cases[patient].roi_volume_mm3 if patient in cases else None for patient in patients]
    known = [volume for volume in volumes if volume is not None]
    if len(known) < len(volumes):
        return []
    volume = np.array(known)
    own, peer = (
        Estimate.of(lambda i, risk=risk: concordance(follow_up.where(i), risk[i]), samples)  # type: ignore[misc]  # mypy takes the default for an argument
        for risk in (score, volume)
    )
    return [peer.measure(OF_VOLUME), own.less(peer).measure(ABOVE_VOLUME)]


def _over_time(
    follow_up: FollowUp, score: NDArray[np.float64], survival: NDArray[np.float64], samples: Sequence[Index]
) -> list[Measure]:
    """AUC at fixed months and the integrated Brier score, where follow-up reaches that far."""

    def area(i: Index, month: int) -> float:
        try:
            return float(auc_at(follow_up.where(i), score[i], month)[0])
        except ValueError:
            return float("nan")

    def brier(i: Index) -> float:
        try:
            return integrated_brier_score(follow_up.where(i), survival[np.ix_(i, months)], months)
        except ValueError:
            # Nobody of this sample is followed as long.
            return float("nan")

    found = []
    followed = [m for m in range(survival.shape[1]) if follow_up.at_risk(m) >= _LEAST_FOLLOWED]
    for month in _TRUE_MONTHS:
        if month in followed and (follow_up.event & (follow_up.time <= month)).any():
            found.append(measured(f"AUC at {month} months", partial(area, month=month), samples))
    months = np.array(followed[1:])
    if months.size > 1:
        found.append(measured(f"integrated Brier score to {months[-1]} months", brier, samples))
    return found


def write_report(run: Path, evaluation: Evaluation, cache: Path | None = None) -> None:
    """``RUN/tables/measures.csv``, ``RUN/figures`` and ``RUN/report.md``.

    `cache` is where prepared images are looked for: the user's own unless given.
    """
    with (
        replacing(run / "tables" / "measures.csv") as partial,
        partial.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["measure", "value", "lower", "upper"])
        for m in evaluation.measures:
            writer.writerow(
                [m.name, m.value, "" if m.lower is None else m.lower, "" if m.upper is None else m.upper]
            )
    first = opening(evaluation.patients, evaluation.events, evaluation.folds, evaluation.measures)
    rows = "\n".join(f"| {m.name} | {m.text} |" for m in evaluation.measures)
    counted = f"{evaluation.patients} patients, {evaluation.events} deaths"
    kind = f"{evaluation.folds} folds, out-of-fold" if evaluation.folds > 1 else "none of them in the fit"
    text = (
        f"# Report\n\n{first}\n\n{counted}; {kind}.\n\n| measure | value |\n|---|---|\n{rows}\n\n"
        f"In brackets: 95 % percentile interval over {evaluation.resamples} bootstrap samples of the "
        "patients, predictions held fixed.\n"
    )
    cache = cache or user_cache() / "prepared"
    names = write_figures(run, cache)
    text += "".join(f"\n![{name.replace('_', ' ')}](figures/{name}.png)\n" for name in names)
    if attention_examples.NAME not in names and (run / SLICE_WEIGHTS).is_file():
        text += f"\n{attention_examples.why_none(run, cache)}\n"
    with replacing(run / "report.md") as partial:
        partial.write_text(text, encoding="utf-8")


def _rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's."""
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic)


def _column(truth: Path, patients: list[str], name: str) -> NDArray[np.float64]:
    try:
        with truth.open(encoding="utf-8", newline="") as file:
            values = {row["patient_id"]: float(row[name]) for row in csv.DictReader(file)}
        return np.array([values[patient] for patient in patients])
    except OSError as error:
        raise InputError(f"cannot read {truth}: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise InputError(f"{truth} is no truth of this cohort: {error}") from error
