"""What moved an answer, in words: names, figures, what to hold them against, one scale for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ctprog_gui.core.inference.clinical_part import moved_by
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.radiomics.words import short_name
from ctprog_gui.state.feature_words import explained, what_it_is
from ctprog_gui.state.language import marked, spoken, tr

SOURCES = {"tumour": marked("tumour"), "ring": marked("ring"), "patch": marked("patch")}
# Features with bars of their own; the others stand together until they are opened.
MOST_BARS = 9
# A feature so many standard deviations from the training patients' mean is told as far from them.
FAR_SD = 5.0
_ENDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def contributions_end(predictions: Iterable[Prediction]) -> float:
    """Where the axis of all lists of contributions ends: bars of two lists have one length a value.

    It moves in steps (1, 2, 5, 10, ...), so that it stays while a ROI is corrected a little.
    """
    values = [1e-9]
    for prediction in predictions:
        rows = prediction.contributions or ()
        values += [abs(value) for _, value in moved_by(rows)]
        for endpoint in prediction.endpoints or ():
            values += [abs(value) for _, value in feature_rows(rows, endpoint)[0]]
    return next((end for end in _ENDS if end >= max(values)), _ENDS[-1])


def rad_score_words(one: Mapping[str, Any]) -> str:
    """The RadScores behind an endpoint, held against the training patients' where that is known."""
    sds = one.get("rad_score_sds", {})
    told = []
    for region, value in one["rad_scores"].items():
        words = f"{spoken(SOURCES.get(region, region))} {_signed(value)}"
        if region in sds:
            words += " " + tr("({sd} SD from the usual)").format(sd=_signed(sds[region]))
        told.append(words)
    return tr("RadScore: {scores}").format(scores="  ·  ".join(told))


def feature_rows(
    contributions: Sequence[Mapping[str, Any]], endpoint: str, *, opened: bool = False
) -> tuple[list[tuple[str, float]], list[str]]:
    """Names with values of what moved an endpoint's log odds, the strongest first; and each explained.

    Unless they are `opened`, the last row holds together all that have no bar of their own.
    """
    own = strongest(contributions, endpoint)
    shown, rest = own[:MOST_BARS], own[MOST_BARS:]
    if len(rest) == 1 or opened:
        shown, rest = own, []
    rows = [(contribution_name(row), float(row["value"])) for row in shown]
    told = [_explained(row) for row in shown]
    if rest:
        rows.append((tr("%n smaller ones together", "", len(rest)), sum(float(row["value"]) for row in rest)))
        told.append(tr("Features that moved the answer less, added up. A click shows each."))
    return rows, told


def strongest(contributions: Sequence[Mapping[str, Any]], endpoint: str) -> list[Mapping[str, Any]]:
    """An endpoint's contributions, the strongest first."""
    own = [row for row in contributions if row.get("endpoint") == endpoint]
    return sorted(own, key=lambda row: -abs(float(row["value"])))


def far_words(contributions: Sequence[Mapping[str, Any]], endpoint: str) -> str:
    """Of an endpoint's features, those that lie far from the training patients'; empty where none does."""
    rows = [row for row in strongest(contributions, endpoint) if abs(_sds(row) or 0.0) > FAR_SD]
    rows.sort(key=lambda row: -abs(_sds(row) or 0.0))
    if not rows:
        return ""
    first = rows[0]
    told = tr("⚠ Over 5 SD from the fitted patients' mean: {n} of its features").format(n=len(rows))
    example = tr("{feature} ({sd} SD)").format(
        feature=contribution_name(first), sd=_signed(_sds(first) or 0.0)
    )
    return tr("{told}, most of all {example}.").format(told=told, example=example)


def contribution_name(row: Mapping[str, Any]) -> str:
    """What a row is called: of which region, and the feature."""
    if row["source"] == "patch":
        return tr("What the network saw")
    return f"{spoken(SOURCES.get(row['source'], row['source']))}: {short_name(row['feature'])}"


def measured_words(row: Mapping[str, Any]) -> str:
    """A feature's value with its unit, and the training patients'; empty where nothing was measured."""
    if "measured" not in row:
        return ""
    unit = row.get("unit", "")
    told = tr("Here: {value}").format(value=f"{_number(row['measured'])} {unit}".strip())
    if "mean" in row:
        usual = tr("fitted patients: {mean} ± {sd} (mean ± SD)")
        mean, sd = _number(row["mean"]), f"{_number(row['sd'])} {unit}".strip()
        told += "; " + usual.format(mean=mean, sd=sd)
    return told + "."


def reason_words(row: Mapping[str, Any]) -> str:
    """A contribution on one line of a page: by how much, what, and its figures; rich text."""
    told = f"<b>{signed(float(row['value']))}</b> {escape(contribution_name(row))}"
    what = "" if row["source"] == "patch" else what_it_is(row["feature"])
    return "  ·  ".join(part for part in (told, escape(what), escape(measured_words(row))) if part)


def brief_reasons(contributions: Sequence[Mapping[str, Any]], endpoint: str, count: int) -> str:
    """The strongest contributions by name and value alone."""
    rows = strongest(contributions, endpoint)[:count]
    return tr("; ", "in a list").join(f"{signed(float(r['value']))} {contribution_name(r)}" for r in rows)


def signed(value: float) -> str:
    """A contribution with its sign; what rounds to nothing has none."""
    return f"{value:+.2f}".replace("-", "−") if abs(value) >= 0.005 else "0"


def _signed(value: float) -> str:
    """Three digits that count, and the sign."""
    return ("+" if value > 0 else "") + _number(value)


def _number(value: float) -> str:
    told = f"{value:.3g}" if abs(value) < 1000 else f"{value:.4g}"
    if "e" in told and abs(value) < 1e6 and abs(value) >= 1:
        told = f"{value:.0f}"
    return told.replace("-", "−")


def _sds(row: Mapping[str, Any]) -> float | None:
    if "measured" not in row or not row.get("sd"):
        return None
    return (float(row["measured"]) - float(row["mean"])) / float(row["sd"])


def _explained(row: Mapping[str, Any]) -> str:
    """What a feature measures, its value, and what that did."""
    if row["source"] == "patch":
        first = tr("The patch of the tumour's largest slice, as the network sees it, as a whole.")
        head = ""
    else:
        where = tr("Of the tumour.") if row["source"] == "tumour" else tr("Of the ring around the tumour.")
        parts = (explained(row["feature"]) or "", where, measured_words(row))
        first = " ".join(part for part in parts if part)
        head = f"<b>{escape(row['feature'])}</b><br>"
    last = tr("It moved the log odds by {value}.").format(value=signed(float(row["value"])))
    return f"{head}{escape(first)}<br>{last}"
