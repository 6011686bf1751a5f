"""What a prediction says, in words, and where its numbers come from."""

from __future__ import annotations

from datetime import date
from html import escape

from ctprog_gui import __version__
from ctprog_gui.core.inference.prediction import Prediction, SurvivalCurve
from ctprog_gui.core.inference.sanity import Sanity
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import marked, spoken, tr

SPOKEN_MONTHS = (6, 12, 24)
CURVE_TITLE = marked("Survival of this patient, as the model sees it")
PLACEMENT_TITLE = marked("Among the reference cohort")


def curve_words(curve: SurvivalCurve) -> str:
    """Survival at the spoken months, what the band is, and whose level it has; rich text."""
    at_months = tr("{months} months: <b>{survival}&nbsp;%</b>")
    told = tr(", ", "in a list").join(
        at_months.format(months=m, survival=f"{100 * curve.at(m):.0f}")
        for m in SPOKEN_MONTHS
        if m <= curve.months[-1]
    )
    lines = [tr("Alive at {told}.").format(told=told)]
    if curve.interval_kind:
        lines.append(tr("Band: {kind}.").format(kind=phrase(curve.interval_kind)))
    if curve.level:
        lines.append(
            tr("How high it lies was fitted to patients of {cohort}.").format(cohort=escape(curve.level))
        )
    return "<br>".join(lines)


def interval_words(prediction: Prediction) -> str:
    """The interval of the score and what it is."""
    interval = prediction.risk_interval
    assert interval is not None
    span = tr("{low} to {high}").format(low=f"{interval.lower:.3f}", high=f"{interval.upper:.3f}")
    return f"{span}: {phrase(interval.interval_kind)}"


def likeness_words(prediction: Prediction) -> str:
    """By how many checks the case is like the cohort, and what could not be compared."""
    likeness = prediction.likeness
    assert likeness is not None
    checks = likeness["checks"]
    inside = [phrase(check["what"]) for check in checks if not check["out"]]
    told = tr("Like the cohort's cases in {n} of {all} checks").format(n=len(inside), all=len(checks))
    if inside:
        told += tr(": ", "before a list") + tr(", ", "in a list").join(inside)
    if likeness["not_known"]:
        unknown = tr("Not known of the cohort: {what}")
        told += ". " + unknown.format(what=tr(", ", "in a list").join(map(phrase, likeness["not_known"])))
    return f"{told}."


def placement_words(prediction: Prediction) -> str:
    """The reference cohort's figures, with what makes them optimistic."""
    placement = prediction.placement
    assert placement is not None
    ratio = placement.hazard_ratio
    p = "< 0.001" if placement.logrank_p < 0.001 else f"= {placement.logrank_p:.3f}"
    group = tr("{group}: n = {n}, {events} deaths")
    told = tr(
        "{n} cases, {events} deaths ({groups}). Hazard ratio high to low {ratio} (95 % CI {low} to {high}), "
        "log-rank p {p}."
    ).format(
        n=placement.n,
        events=placement.events,
        groups=tr("; ", "in a list").join(
            group.format(group=spoken(name), n=c.n, events=c.events)
            for name, c in placement.group_curve.items()
        ),
        ratio=f"{ratio.value:.2f}",
        low=f"{ratio.lower:.2f}",
        high=f"{ratio.upper:.2f}",
        p=p,
    )
    if placement.cutoff_in_sample:
        told += " " + tr("The cut-off was chosen on these same cases: p and hazard ratio are optimistic.")
    return told


def stamp(prediction: Prediction | None, today: date) -> str:
    """What traces every number on a page: bundle, cohort, ROI, software, day; never a patient's name.

    The ROI is the one that was scored, whatever is on the screen by now.
    """
    facts = [f"CTProg {__version__}", today.isoformat()]
    if prediction is not None:
        facts.append(tr("bundle {hash}").format(hash=f"{prediction.bundle} {prediction.bundle_sha256[:12]}"))
        if prediction.placement is not None:
            of = tr("cohort of {n}, {events} deaths")
            facts.append(of.format(n=prediction.placement.n, events=prediction.placement.events))
        scored = prediction.roi_sha256
        facts.append(f"ROI {prediction.roi_name} {scored[:12]}" if scored else tr("scored without a ROI"))
    return "  ·  ".join([*facts, tr("RESEARCH USE ONLY")])


def map_words(sanity: Sanity) -> str:
    """How much the map differs from that of a network that learnt nothing."""
    found = sanity.map_correlation
    if found is None:
        return tr("One of the maps is empty, so the two can't be compared.")
    told = tr("Rank correlation of the two maps: <b>{rho}</b>.").format(rho=f"{found:.2f}")
    if found >= 0.7:
        means = tr(
            "They are much alike: the map shows the image and where the network may look, not what it learnt."
        )
    elif found >= 0.3:
        means = tr("They are partly alike: a part of the map shows the image, not what the network learnt.")
    else:
        means = tr("They differ: the map hangs on what the network learnt. That does not make it right.")
    return f"{told} {means}"


def repeat_words(sanity: Sanity) -> str:
    """How well the score repeats, in the cohort's own measure."""
    return tr(
        "SD <b>{sd}</b>, largest change <b>{most}</b>, in standard deviations of the reference cohort's "
        "scores ({cohort})."
    ).format(sd=f"{sanity.repeat_sd:.3f}", most=f"{sanity.repeat_max:.3f}", cohort=f"{sanity.cohort_sd:.3f}")
