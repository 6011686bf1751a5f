"""What is said of endpoints, in words."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.raised import folds_disagree, raised
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr

# The codes of cautions that change how an answer is shown.
UNLIKE, SYNTHETIC = "out_of_range", "synthetic_training_data"
ENDPOINTS_TITLE = marked("Endpoints, as the model sees them")
# What the contract's endpoints are called in the shipped bundles; other labels are shown as they are.
LABELS = (
    marked("Lymphovascular invasion"),
    marked("Pleural invasion"),
    marked("EGFR mutation"),
    marked("KRAS mutation"),
    marked("ALK rearrangement"),
    marked("TP53 mutation"),
    marked("PIK3CA mutation"),
    marked("ROS1 rearrangement"),
    marked("PD-L1 expression"),
)


def percent(share: float) -> str:
    """A share as a whole number of percent, never 0 or 100 where it is neither."""
    whole = round(100 * share)
    if whole in (0, 100) and share not in (0.0, 1.0):
        return "< 1 %" if whole == 0 else "> 99 %"
    return f"{whole} %"


def model_percent(share: float) -> str:
    """What a model says of one patient, in percent: a forest may be certain, a patient never is."""
    return percent(min(max(share, 1e-6), 1 - 1e-6))


def range_words(low: float, high: float) -> str:
    """A range of what models say; one figure where both ends are told alike."""
    ends = model_percent(low), model_percent(high)
    if ends[0] == ends[1]:
        return ends[0]
    return tr("{low} to {high}").format(low=ends[0], high=ends[1])


def label_words(one: Mapping[str, Any]) -> str:
    """What an endpoint is called, in the language of the screen where it is known."""
    return spoken(one["label"])


def is_chance(one: Mapping[str, Any]) -> bool:
    """Whether the models' AUC, with its interval, is not told from chance."""
    return float(one["auc"]["lower"]) <= 0.5


def disagrees(one: Mapping[str, Any]) -> bool:
    """Whether the models of the folds disagree so far that the probability is no answer."""
    return folds_disagree(float(one["lower"]), float(one["upper"]))


def is_doubtful(prediction: Prediction) -> bool:
    """Whether the case is unlike those that the models were fitted on, so that bars may be far off."""
    return any(warning.code == UNLIKE for warning in prediction.warnings)


def figure_headings() -> tuple[str, ...]:
    """What stands over the columns of `figures`."""
    return tr("Probability"), tr("Range"), tr("Usual"), tr("AUC (95 % CI)")


def figures(one: Mapping[str, Any]) -> tuple[str, ...]:
    """An endpoint in numbers: probability, range, prevalence in training, AUC with its interval."""
    auc = one["auc"]
    told = tr("{percent} of {n}").format(percent=percent(one["prevalence"]), n=one["patients"])
    return (
        model_percent(one["probability"]),
        range_words(one["lower"], one["upper"]),
        told,
        f"{auc['value']:.2f} ({auc['lower']:.2f}–{auc['upper']:.2f})",
    )


def is_foreign(prediction: Prediction, *, to_synthetic: bool) -> bool:
    """Whether an answer says nothing of the case: models of phantoms on anything but a synthetic case."""
    return not to_synthetic and any(warning.code == SYNTHETIC for warning in prediction.warnings)


def endpoint_words(one: Mapping[str, Any], before: float | None = None) -> str:
    """An endpoint in full, and from which probability it moved since it was asked for; rich text."""
    auc = one["auc"]
    lines = [
        f"<b>{escape(label_words(one))}: {model_percent(one['probability'])}</b>",
        tr("{range}: {kind}.").format(
            range=range_words(one["lower"], one["upper"]), kind=escape(phrase(one["interval_kind"]))
        ),
    ]
    if disagrees(one):
        lines.append(tr("The models of the folds disagree: the probability between them is no answer."))
    if before is not None and moved_points(one, before):
        told = tr("It was {percent} when it was asked for.")
        lines.append(told.format(percent=model_percent(before)))
    lines += [
        tr("{positives} of {n} patients that it was fitted on had it ({percent}).").format(
            positives=one["positives"], n=one["patients"], percent=percent(one["prevalence"])
        ),
        tr("Its probability lies above that of {percent} of them.").format(
            percent=percent(one["percentile"] / 100)
        ),
        tr("Out of fold its AUC was {value} ({low} to {high}).").format(
            value=f"{auc['value']:.2f}", low=f"{auc['lower']:.2f}", high=f"{auc['upper']:.2f}"
        ),
    ]
    if is_chance(one):
        lines.append(tr("That is not told from chance: this bar says nothing."))
    return "<br>".join(lines)


def moved_points(one: Mapping[str, Any], before: float) -> int:
    """By how many percentage points a probability moved."""
    return round(100 * (float(one["probability"]) - before))


def moved_words(one: Mapping[str, Any], before: float) -> str:
    """The same, for a narrow place; empty where it did not move by a point."""
    points = moved_points(one, before)
    return "" if points == 0 else f"{'▲' if points > 0 else '▼'}{abs(points)}"


def standing_out_words(prediction: Prediction) -> str:
    """How many endpoints there are, and the one that lies furthest above what is usual for it.

    That is the one which is looked at first, unless a person chose another.
    """
    endpoints = prediction.endpoints or {}
    told = tr("%n endpoint(s)", "", len(endpoints))
    if is_doubtful(prediction):
        return told + ", " + tr("of a case unlike those that it was fitted on")
    able = [one for one in endpoints.values() if not is_chance(one) and not disagrees(one)]
    if not able:
        if any(disagrees(one) for one in endpoints.values()):
            return told + ", " + tr("none told from chance that the folds agree on")
        return told + ", " + tr("none told from chance")
    most = max(able, key=lambda one: raised(one["log_odds"], one["prevalence"]))
    if len(endpoints) > 1 and raised(most["log_odds"], most["prevalence"]) <= 0:
        return told + ", " + tr("none above what is usual")
    stands = tr("{endpoint} {percent} (usual {usual})").format(
        endpoint=label_words(most),
        percent=model_percent(most["probability"]),
        usual=percent(most["prevalence"]),
    )
    return stands if len(endpoints) == 1 else told + ", " + tr("most above usual: {one}").format(one=stands)


OTHER_ROI = marked("Of another ROI than the one shown: predict again.")
DOUBT = marked("⚠ This case is unlike those that it was fitted on: these probabilities may be far off.")


def legend_words(
    endpoints: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, float] | None = None,
    *,
    doubtful: bool = False,
    in_numbers: bool = False,
) -> str:
    """What the parts of the bars are, and of the columns beside them where they stand `in_numbers`.

    `before` are the probabilities when they were last asked for.
    """
    kind = phrase(next(iter(endpoints.values()))["interval_kind"])
    told = tr("Bar: probability. Line: {kind}. Orange tick: how many of the fitted patients had it.")
    if in_numbers:
        told = tr(
            "Bar: probability. Line and Range: {kind}. Orange tick and Usual: how many of the fitted "
            "patients had it. AUC: how well the models told them apart out of fold; 0.5 is chance."
        )
    lines = [told.format(kind=kind)]
    if any(is_chance(one) for one in endpoints.values()):
        lines.append(tr("Grey name and bar: not told from chance."))
    if any(disagrees(one) for one in endpoints.values()):
        lines.append(
            tr("Dashed and empty: the folds disagree, and the probability between them is no answer.")
        )
    if any(name in endpoints and moved_points(endpoints[name], was) for name, was in (before or {}).items()):
        lines.append(tr("▲ ▼: percentage points up or down since it was asked for."))
    if doubtful:
        lines.append(tr("Hatched: of a case unlike those that it was fitted on."))
    return " ".join(lines)
