"""What the models of an endpoint are worth, from the predictions of a run on disk."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.delong import areas, compare_paired
from ctprog_gui.core.statistics.proportion import Proportion, exact_proportion
from ctprog_gui.core.statistics.resampling import quantile_interval, resamples
from ctprog_gui.core.statistics.roc import auc
from training.configuration.experiment import load_config
from training.configuration.radscore import DeepRadscoreConfig
from training.radscore.baselines import VOLUME, baselines, baselines_told, write_baselines
from training.radscore.characteristics import KNOWN, characteristics, splits_of, write_table1
from training.radscore.completeness import left_out_remarks
from training.radscore.contributions import read_contributions, write_contribution_table
from training.radscore.fold import MODELS, NAMES, Model
from training.radscore.over_seeds import over_seeds, write_over_seeds
from training.radscore.predictions import EndpointPredictions, read_endpoint_predictions, too_few_to_judge

Floats = NDArray[np.float64]
RESAMPLES = 500
_SEED = 20260


@dataclass(frozen=True)
class ModelWorth:
    """One model on one endpoint: a row of the paper's table 3.

    `lower` and `upper` are DeLong's interval of the AUC, `p` DeLong's test against the fused model
    (None for that itself). Shares are at a probability of ½, with exact intervals. `over_folds` is
    the mean of the folds' own AUCs; `precision_recall` the average precision with a percentile
    bootstrap interval, which chance alone would bring to the share of positives.
    """

    model: Model
    classifiers: str
    auc: float
    lower: float
    upper: float
    over_folds: float
    p: float | None
    accuracy: Proportion
    precision: Proportion | None
    recall: Proportion
    specificity: Proportion
    f1: float
    precision_recall: tuple[float, float, float]


@dataclass(frozen=True)
class EndpointEvaluation:
    endpoint: str
    patients: int
    positives: int
    folds: int
    models: tuple[ModelWorth, ...]


def is_endpoint_run(run: Path) -> bool:
    """Whether a run folder is of Deep-RadScore."""
    try:
        return isinstance(load_config(run / "config.yaml"), DeepRadscoreConfig)
    except InputError:
        return False


def evaluate_endpoint(run: Path) -> EndpointEvaluation:
    """The worth of each model on the patients that it was not fitted on.

    Raises
    ------
    InputError
        If the run isn't finished, or there are fewer than two of a kind to judge it by.
    """
    path = run / "predictions.csv"
    if not path.is_file():
        raise InputError(f"{run} holds no finished run")
    config = load_config(run / "config.yaml")
    if not isinstance(config, DeepRadscoreConfig):
        raise InputError(f"{run} is no run of deep_radscore")
    found = read_endpoint_predictions(path)
    if fewest := too_few_to_judge(found.label):
        raise InputError(f"{run}: of the {len(found.label)} patients that were predicted {fewest}, too few")
    return _judged(found, config.endpoint, _chosen(run))


def evaluate_parts(run: Path) -> dict[str, EndpointEvaluation | str]:
    """Of a fit by the table's own split, each part that was predicted, where there are several.

    In place of an evaluation stands what there is too little of; see `too_few_to_judge`.
    """
    split = splits_of(run / KNOWN)
    config = load_config(run / "config.yaml")
    assert isinstance(config, DeepRadscoreConfig)
    found = read_endpoint_predictions(run / "predictions.csv")
    parts = np.array([split.get(patient, "") for patient in found.patients])
    names = sorted(set(parts.tolist()))
    told: dict[str, EndpointEvaluation | str] = {}
    for name in names if len(names) > 1 else ():
        own = found.of(np.flatnonzero(parts == name))
        told[name] = too_few_to_judge(own.label) or _judged(own, config.endpoint, _chosen(run))
    return told


def evaluate_elsewhere(run: Path, out: Path) -> EndpointEvaluation:
    """The same of another cohort's ``OUT/predictions.csv``, which the models of all folds made together."""
    config = load_config(run / "config.yaml")
    assert isinstance(config, DeepRadscoreConfig)
    return _judged(read_endpoint_predictions(out / "predictions.csv"), config.endpoint, _chosen(run))


def _chosen(run: Path) -> dict[Model, str]:
    """By model the classifiers that the folds chose."""
    folds = sorted((run / "folds").glob("*/fitted.json"), key=lambda path: int(path.parent.name))
    fitted = [json.loads(path.read_text(encoding="utf-8")) for path in folds]
    return {model: _counted([one["classifiers"][model]["chosen"] for one in fitted]) for model in MODELS}


def _judged(found: EndpointPredictions, endpoint: str, chosen: dict[Model, str]) -> EndpointEvaluation:
    numbers = sorted(set(found.fold.tolist()))
    models = tuple(_worth(found, model, chosen[model], numbers) for model in MODELS)
    return EndpointEvaluation(endpoint, len(found.label), int(found.label.sum()), len(numbers), models)


def write_report_elsewhere(out: Path, found: EndpointEvaluation, remarks: Sequence[str]) -> None:
    """``OUT/tables/table3.csv``, the ROC curves, and ``OUT/report.md`` with who is left out."""
    from training.radscore.figures import write_roc

    _write_table3(out / "tables" / "table3.csv", found)
    lines = [
        f"# {found.endpoint}, on patients of another cohort",
        "",
        _plainly(found),
        "",
        f"{found.patients} patients, {found.positives} positive "
        f"({100 * found.positives / found.patients:.0f} %); none of them in the fit. "
        "Probabilities are the mean of the folds' models.",
        "",
        *_table3_told(found),
        *(["", *(f"- {remark}" for remark in remarks)] if remarks else []),
        "",
        _HOW,
    ]
    text = "\n".join(lines) + "\n" + "".join(f"\n![{name}](figures/{name}.png)\n" for name in write_roc(out))
    with replacing(out / "report.md") as partial:
        partial.write_text(text, encoding="utf-8")


def write_endpoint_report(run: Path, found: EndpointEvaluation) -> None:
    """``RUN/tables/*.csv``, figures, and ``RUN/report.md``."""
    from training.radscore.figures import write_endpoint_figures

    _write_table3(run / "tables" / "table3.csv", found)
    lines = [
        f"# {found.endpoint}",
        "",
        _plainly(found),
        "",
        f"{found.patients} patients, {found.positives} positive "
        f"({100 * found.positives / found.patients:.0f} %); "
        + (f"{found.folds} folds, out-of-fold." if found.folds > 1 else "none of them in the fit."),
        "",
        *_table3_told(found),
    ]
    for part, told in evaluate_parts(run).items():
        lines += ["", f"## {part} alone", ""]
        if isinstance(told, str):
            lines += [f"Of these patients {told}, too few to judge the models by."]
        else:
            _write_table3(run / "tables" / f"table3_{part}.csv", told)
            lines += [f"{told.patients} patients, {told.positives} positive.", "", *_table3_told(told)]
    beside = baselines(run, read_endpoint_predictions(run / "predictions.csv"))
    write_baselines(run / "tables" / "baselines.csv", beside)
    lines += [
        "",
        *baselines_told(beside, {VOLUME: "the ROI's volume", **{str(m): n for m, n in NAMES.items()}}),
    ]
    if seeds := over_seeds(run, RESAMPLES):
        write_over_seeds(run / "tables" / "seeds.csv", seeds)
        lines += ["", "| AUC over pairs of one stratum | value |", "|---|---|"]
        lines += [f"| {one.name} | {one.text} |" for one in seeds]
    if (run / KNOWN).is_file():
        write_table1(run / "tables" / "table1.csv", characteristics(run / KNOWN))
    if moved := read_contributions(run):
        write_contribution_table(run / "tables" / "contributions.csv", moved)
    if remarks := _left_out(run):
        lines += ["", *(f"{remark}." for remark in remarks)]
    lines += [
        "",
        _HOW,
    ]
    text = "\n".join(lines) + "\n"
    text += "".join(f"\n![{n.replace('_', ' ')}](figures/{n}.png)\n" for n in write_endpoint_figures(run))
    with replacing(run / "report.md") as partial:
        partial.write_text(text, encoding="utf-8")


def _left_out(run: Path) -> list[str]:
    """Patients and features that the run went without, as its set-up wrote them down."""
    known = json.loads((run / "environment.json").read_text(encoding="utf-8"))
    return left_out_remarks(known.get("left_out_without_features", {}), known.get("features_left_out", {}))


_HOW = (
    "AUC: DeLong's interval and test. Shares at a probability of one half, with exact intervals "
    f"(Clopper and Pearson). PR-AUC: 95 % percentile interval over {RESAMPLES} bootstrap samples; by "
    "chance it is the share of positives."
)


def _write_table3(path: Path, found: EndpointEvaluation) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows(_cells(one) for one in found.models)


def _table3_told(found: EndpointEvaluation) -> list[str]:
    """Table 3 in Markdown."""
    lines = [
        "| model | classifier (folds) | AUC | mean over folds | accuracy | precision | recall | specificity |"
        " F1 | PR-AUC | p against Deep-RadScore |",
        "|---" * 11 + "|",
    ]
    for one in found.models:
        curve = one.precision_recall
        cells = [
            NAMES[one.model],
            one.classifiers,
            f"{one.auc:.3f} ({one.lower:.3f} to {one.upper:.3f})",
            f"{one.over_folds:.3f}",
            *(_share(part) for part in (one.accuracy, one.precision, one.recall, one.specificity)),
            f"{one.f1:.2f}",
            f"{curve[0]:.3f} ({curve[1]:.3f} to {curve[2]:.3f})",
            "" if one.p is None else f"{one.p:.3f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


_HEADER = [
    *("model", "classifiers", "auc", "auc_lower", "auc_upper", "auc_over_folds", "p_delong"),
    *("accuracy", "precision", "recall", "specificity", "f1", "pr_auc", "pr_auc_lower", "pr_auc_upper"),
]


def _cells(one: ModelWorth) -> list[object]:
    return [
        one.model,
        one.classifiers,
        *(one.auc, one.lower, one.upper, one.over_folds),
        "" if one.p is None else one.p,
        one.accuracy.value,
        "" if one.precision is None else one.precision.value,
        one.recall.value,
        one.specificity.value,
        one.f1,
        *one.precision_recall,
    ]


def _worth(found: EndpointPredictions, model: Model, classifiers: str, numbers: list[int]) -> ModelWorth:
    value, label = found.probability[model], found.label
    area = areas(value, label)
    lower, upper = area.interval()
    per_fold = [auc(value[found.fold == k], label[found.fold == k]) for k in numbers]
    called = value > 0.5
    hits, false = int((called & label).sum()), int((called & ~label).sum())
    missed, rightly = int((~called & label).sum()), int((~called & ~label).sum())
    fused = found.probability["deep_radscore"]
    return ModelWorth(
        model,
        classifiers,
        float(area.auc[0]),
        lower,
        upper,
        float(np.nanmean(per_fold)),
        None if model == "deep_radscore" else compare_paired(fused, value, label).p,
        exact_proportion(hits + rightly, len(label)),
        exact_proportion(hits, hits + false) if hits + false else None,
        exact_proportion(hits, hits + missed),
        exact_proportion(rightly, rightly + false),
        2 * hits / (2 * hits + false + missed) if hits + false + missed else 0.0,
        _average_precision(value, label),
    )


def _average_precision(value: Floats, label: NDArray[np.bool_]) -> tuple[float, float, float]:
    from sklearn.metrics import average_precision_score

    draws = [
        average_precision_score(label[i], value[i])
        for i in resamples(len(label), RESAMPLES, _SEED)
        if label[i].any()
    ]
    low, high = quantile_interval(np.array(draws))
    return float(average_precision_score(label, value)), low, high


def _counted(names: list[str]) -> str:
    """As "lr 3, nb 2"."""
    return ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names), key=names.index))


def _share(part: Proportion | None) -> str:
    return (
        "none called positive" if part is None else f"{part.value:.2f} ({part.lower:.2f} to {part.upper:.2f})"
    )


def _plainly(found: EndpointEvaluation) -> str:
    """One paragraph that needs no statistics."""
    fused = next(one for one in found.models if one.model == "deep_radscore")
    others = [one for one in found.models if one.model != "deep_radscore"]
    best = max(others, key=lambda one: one.auc)
    pairs = round(100 * fused.auc)
    told = (
        f"Of two patients, one with and one without {found.endpoint}, the combined model gives the higher "
        f"probability to the right one in {pairs} of 100 pairs (50 would be a coin's toss)"
    )
    told += "." if fused.lower > 0.5 else ", and that is within what chance alone gives."
    if best.p is not None and best.p < 0.05:
        better = "better" if fused.auc > best.auc else "worse"
        told += f" It is {better} than {NAMES[best.model]} alone ({best.auc:.3f}, p = {best.p:.3f})."
    else:
        told += f" It is not told apart from {NAMES[best.model]} alone ({best.auc:.3f})."
    return told + " Research use only."
