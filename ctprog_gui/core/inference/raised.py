"""How far an endpoint's answer lies above what is usual for it: one measure for all that pick one out."""

from __future__ import annotations

from math import log

# A prevalence of none or all has no odds; as with the classifiers, a thousandth of doubt is left.
_LEAST = 1e-3


def raised(log_odds: float, prevalence: float) -> float:
    """Log odds of an answer above those of the share of patients that had it."""
    held = min(max(prevalence, _LEAST), 1 - _LEAST)
    return log_odds - log(held / (1 - held))


# Models whose answers lie so far apart say together no more than that it may be anything.
_DISAGREE = 0.8


def folds_disagree(lower: float, upper: float) -> bool:
    """Whether the folds' probabilities span nearly everything, so that their mean is no answer."""
    return upper - lower >= _DISAGREE
