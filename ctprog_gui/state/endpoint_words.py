"""What is said of endpoints, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.raised import raised
from ctprog_gui.core.radiomics.words import short_name
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.feature_words import explained
from ctprog_gui.state.language import marked, spoken, tr

ENDPOINTS_TITLE = marked("Endpoints, as the model sees them")
SOURCES = {"tumour": marked("tumour"), "ring": marked("ring"), "patch": marked("patch")}
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
# Features with bars of their own; the others stand together.
MOST_BARS = 9


def percent(share: float) -> str:
    """A share as a whole number of percent, never 0 or 100 where it is neither."""
    whole = round(100 * share)
    if whole in (0, 100) and share not in (0.0, 1.0):
        return "< 1 %" if whole == 0 else "> 99 %"
    return f"{whole} %"


def label_words(one: Mapping[str, Any]) -> str:
    """What an endpoint is called, in the language of the screen where it is known."""
    return spoken(one["label"])


def is_chance(one: Mapping[str, Any]) -> bool:
    """Whether the models' AUC, with its interval, is not told from chance."""
    return float(one["auc"]["lower"]) <= 0.5


def is_doubtful(prediction: Prediction) -> bool:
    """Whether the case is unlike those that the models were fitted on, so that bars may be far off."""
    return any(warning.code == "out_of_range" for warning in prediction.warnings)


def endpoint_words(one: Mapping[str, Any]) -> str:
    """An endpoint in full; rich text."""
    auc = one["auc"]
    lines = [
        f"<b>{escape(label_words(one))}: {percent(one['probability'])}</b>",
        tr("{low} to {high}: {kind}.").format(
            low=percent(one["lower"]), high=percent(one["upper"]), kind=escape(phrase(one["interval_kind"]))
        ),
        tr("{positives} of {n} patients that it was fitted on had it ({percent}).").format(
            positives=one["positives"], n=one["patients"], percent=percent(one["prevalence"])
        ),
        tr("Its probability lies above that of {percent} % of them.").format(
            percent=f"{one['percentile']:.0f}"
        ),
        tr("Out of fold its AUC was {value} ({low} to {high}).").format(
            value=f"{auc['value']:.2f}", low=f"{auc['lower']:.2f}", high=f"{auc['upper']:.2f}"
        ),
    ]
    if is_chance(one):
        lines.append(tr("That is not told from chance: this bar says nothing."))
    return "<br>".join(lines)


def standing_out_words(prediction: Prediction) -> str:
    """How many endpoints there are, and the one that lies furthest above what is usual for it.

    That is the one which is looked at first, unless a person chose another.
    """
    endpoints = prediction.endpoints or {}
    told = tr("%n endpoint(s)", "", len(endpoints))
    if is_doubtful(prediction):
        return told + ", " + tr("of a case unlike those that it was fitted on")
    able = [one for one in endpoints.values() if not is_chance(one)]
    if not able:
        return told + ", " + tr("none told from chance")
    most = max(able, key=lambda one: raised(one["log_odds"], one["prevalence"]))
    if len(endpoints) > 1 and raised(most["log_odds"], most["prevalence"]) <= 0:
        return told + ", " + tr("none above what is usual")
    stands = tr("{endpoint} {percent} (usual {usual})").format(
        endpoint=label_words(most), percent=percent(most["probability"]), usual=percent(most["prevalence"])
    )
    return stands if len(endpoints) == 1 else told + ", " + tr("most above usual: {one}").format(one=stands)


DOUBT = marked("⚠ This case is unlike those that it was fitted on: these probabilities may be far off.")


def legend_words(endpoints: Mapping[str, Mapping[str, Any]]) -> str:
    """What the parts of the bars are."""
    kind = phrase(next(iter(endpoints.values()))["interval_kind"])
    told = tr("Bar: probability. Line: {kind}. Orange tick: how many of the fitted patients had it.")
    told = told.format(kind=kind)
    if any(is_chance(one) for one in endpoints.values()):
        told += " " + tr("Grey: not told from chance.")
    return told


def rad_score_words(one: Mapping[str, Any]) -> str:
    """The RadScores behind an endpoint."""
    told = "  ·  ".join(
        f"{spoken(SOURCES.get(region, region))} {value:+.3f}".replace("-", "−")
        for region, value in one["rad_scores"].items()
    )
    return tr("RadScore: {scores}").format(scores=told)


def feature_rows(
    contributions: Sequence[Mapping[str, Any]], endpoint: str
) -> tuple[list[tuple[str, float]], list[str]]:
    """Names with values of what moved an endpoint's log odds, the strongest first; and each explained.

    The last row holds together all that have no bar of their own.
    """
    own = [row for row in contributions if row.get("endpoint") == endpoint]
    own.sort(key=lambda row: -abs(float(row["value"])))
    shown, rest = own[:MOST_BARS], own[MOST_BARS:]
    if len(rest) == 1:
        shown, rest = own, []
    rows = [(_name(row), float(row["value"])) for row in shown]
    told = [_explained(row) for row in shown]
    if rest:
        rows.append((tr("%n smaller ones together", "", len(rest)), sum(float(row["value"]) for row in rest)))
        told.append(tr("Features that moved the answer less, added up."))
    return rows, told


def _name(row: Mapping[str, Any]) -> str:
    source = spoken(SOURCES.get(row["source"], row["source"]))
    if row["source"] == "patch":
        return tr("What the network saw")
    return f"{source}: {short_name(row['feature'])}"


def _explained(row: Mapping[str, Any]) -> str:
    """What a feature measures, its value, and what that did."""
    if row["source"] == "patch":
        first = tr("The patch of the tumour's largest slice, as the network sees it, as a whole.")
        head = ""
    else:
        first = explained(row["feature"]) or ""
        where = tr("Of the tumour.") if row["source"] == "tumour" else tr("Of the ring around the tumour.")
        value = tr("Here: {value}.").format(value=f"{row['measured']:.4g}") if "measured" in row else ""
        first = " ".join(part for part in (first, where, value) if part)
        head = f"<b>{escape(row['feature'])}</b><br>"
    moved = f"{row['value']:+.2f}".replace("-", "−")
    last = tr("It moved the log odds by {value}.").format(value=moved)
    return f"{head}{escape(first)}<br>{last}"
