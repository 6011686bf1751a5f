"""What a prediction says, in words, and where its numbers come from."""

from __future__ import annotations

from datetime import date
from html import escape

from ctprog_gui import __version__
from ctprog_gui.core.inference.prediction import Prediction, SurvivalCurve
from ctprog_gui.core.inference.sanity import Sanity

SPOKEN_MONTHS = (6, 12, 24)
CURVE_TITLE = "Survival of this patient, as the model sees it"
PLACEMENT_TITLE = "Among the reference cohort"


def curve_words(curve: SurvivalCurve) -> str:
    """Survival at the spoken months, what the band is, and whose level it has; rich text."""
    spoken = [m for m in SPOKEN_MONTHS if m <= curve.months[-1]]
    told = ", ".join(f"{m} months: <b>{100 * curve.at(m):.0f}&nbsp;%</b>" for m in spoken)
    band = f"<br>Band: {curve.interval_kind}." if curve.interval_kind else ""
    level = f"<br>How high it lies was fitted to patients of {escape(curve.level)}." if curve.level else ""
    return f"Alive at {told}.{band}{level}"


def interval_words(prediction: Prediction) -> str:
    """The interval of the score and what it is."""
    interval = prediction.risk_interval
    assert interval is not None
    return f"{interval.lower:.3f} to {interval.upper:.3f}: {interval.interval_kind}"


def likeness_words(prediction: Prediction) -> str:
    """By how many checks the case is like the cohort, and what could not be compared."""
    likeness = prediction.likeness
    assert likeness is not None
    checks = likeness["checks"]
    inside = [check["what"] for check in checks if not check["out"]]
    told = f"Like the cohort's cases in {len(inside)} of {len(checks)} checks"
    if inside:
        told += f": {', '.join(inside)}"
    if likeness["not_known"]:
        told += f". Not known of the cohort: {', '.join(likeness['not_known'])}"
    return f"{told}."


def placement_words(prediction: Prediction) -> str:
    """The reference cohort's figures, with what makes them optimistic."""
    placement = prediction.placement
    assert placement is not None
    ratio = placement.hazard_ratio
    p = "< 0.001" if placement.logrank_p < 0.001 else f"= {placement.logrank_p:.3f}"
    groups = "; ".join(f"{name}: n = {c.n}, {c.events} deaths" for name, c in placement.group_curve.items())
    told = (
        f"{placement.n} cases, {placement.events} deaths ({groups}). Hazard ratio high to low "
        f"{ratio.value:.2f} (95 % CI {ratio.lower:.2f} to {ratio.upper:.2f}), log-rank p {p}."
    )
    if placement.cutoff_in_sample:
        told += " The cut-off was chosen on these same cases: p and hazard ratio are optimistic."
    return told


def stamp(prediction: Prediction | None, today: date) -> str:
    """What traces every number on a page: bundle, cohort, ROI, software, day; never a patient's name.

    The ROI is the one that was scored, whatever is on the screen by now.
    """
    facts = [f"CTProg {__version__}", today.isoformat()]
    if prediction is not None:
        facts.append(f"bundle {prediction.bundle} {prediction.bundle_sha256[:12]}")
        if prediction.placement is not None:
            facts.append(f"cohort of {prediction.placement.n}, {prediction.placement.events} deaths")
        scored = prediction.roi_sha256
        facts.append(f"ROI {prediction.roi_name} {scored[:12]}" if scored else "scored without a ROI")
    return "  ·  ".join([*facts, "RESEARCH USE ONLY"])


def map_words(sanity: Sanity) -> str:
    """How much the map differs from that of a network that learnt nothing."""
    found = sanity.map_correlation
    told = "" if found is None else f"Rank correlation of the two maps: <b>{found:.2f}</b>. "
    if found is None:
        return "One of the maps is empty, so the two can't be compared."
    if found >= 0.7:
        told += (
            "They are much alike: the map shows the image and where the network may look, not what it learnt."
        )
    elif found >= 0.3:
        told += "They are partly alike: a part of the map shows the image, not what the network learnt."
    else:
        told += "They differ: the map hangs on what the network learnt. That does not make it right."
    return told


def repeat_words(sanity: Sanity) -> str:
    """How well the score repeats, in the cohort's own measure."""
    return (
        f"SD <b>{sanity.repeat_sd:.3f}</b>, largest change <b>{sanity.repeat_max:.3f}</b>, in standard "
        f"deviations of the reference cohort's scores ({sanity.cohort_sd:.3f})."
    )
