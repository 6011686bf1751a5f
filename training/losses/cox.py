"""Cox's partial likelihood as a loss, with Efron's handling of ties.

Cox (1975); Efron (1977): of d tied deaths, the l-th (l = 0 … d − 1) sees the risk set with l/d of
the tied patients' weight taken away.
"""

from __future__ import annotations

import torch
from torch import Tensor


def cox_loss(
    log_hazard: Tensor,
    time: Tensor,
    observed: Tensor,
    *,
    weight: Tensor | None = None,
    stratum: Tensor | None = None,
) -> tuple[Tensor, int]:
    """−log partial likelihood, mean over deaths.

    The risk sets are those of the batch. Everything is computed from logarithms, so that a hazard
    may be as large or as small as floats are.

    Parameters
    ----------
    log_hazard
        (patient,): the linear predictor; a constant added to all changes nothing.
    time, observed
        (patient,): follow-up in any unit, and whether it ended in death. A patient censored at the
        time of a death is at risk there.
    weight
        (patient,), not negative: how much a patient counts. Tied deaths share the mean of their
        weights, as in R's survival and lifelines; that is not what writing a patient out twice
        gives, where the two tie. None: once each.
    stratum
        (patient,): each has risk sets and a baseline of its own.

    Returns
    -------
    loss, pairs
        The mean over deaths (by weight), and the number of comparable pairs: a death and a patient
        of the same stratum known to outlive it. With no pair nothing can be learnt: the loss is 0.

    Raises
    ------
    ValueError
        If the arguments differ in length, or a weight is negative.
    """
    n = log_hazard.shape[0]
    given = [time, observed] + [one for one in (weight, stratum) if one is not None]
    if log_hazard.dim() != 1 or any(one.shape != log_hazard.shape for one in given):
        raise ValueError(f"Cox's loss takes one value a patient: {n} hazards and {[len(x) for x in given]}")
    if weight is not None:
        if bool((weight < 0).any()):
            raise ValueError("a patient's weight is negative")
        # Who weighs nothing is in no risk set, and its logarithm would be −∞.
        kept = weight > 0
        log_hazard, time, observed, weight = log_hazard[kept], time[kept], observed[kept], weight[kept]
        stratum = None if stratum is None else stratum[kept]
    parts = [torch.arange(len(time), device=time.device)]
    if stratum is not None:
        parts = [torch.nonzero(stratum == label).squeeze(1) for label in torch.unique(stratum)]
    loss, deaths, pairs = log_hazard.sum() * 0.0, log_hazard.new_zeros(()), 0
    for part in parts:
        own = None if weight is None else weight[part]
        value, died, comparable = _stratum(log_hazard[part], time[part], observed[part], own)
        if comparable:
            loss, deaths, pairs = loss + value, deaths + died, pairs + comparable
    return (loss / deaths if pairs else loss), pairs


def _stratum(
    log_hazard: Tensor, time: Tensor, observed: Tensor, weight: Tensor | None
) -> tuple[Tensor, Tensor, int]:
    """−log partial likelihood of one stratum, its deaths by weight, its comparable pairs."""
    order = torch.argsort(time, descending=True, stable=True)
    time, observed, log_hazard = time[order], observed[order], log_hazard[order]
    weight = torch.ones_like(log_hazard) if weight is None else weight[order].to(log_hazard.dtype)
    # Patients of one time are neighbours now; `last` is where each one's neighbours end.
    _, group, size = torch.unique_consecutive(time, return_inverse=True, return_counts=True)
    last = size.cumsum(0) - 1
    dead = torch.nonzero(observed).squeeze(1)
    of = group[dead]
    tied = torch.bincount(of, minlength=len(size))
    # At risk is who is there at this time or later; comparable, of those, who doesn't die then too.
    pairs = int((last[of] + 1 - tied[of]).sum())
    if pairs == 0:
        return log_hazard.sum() * 0.0, weight.sum() * 0.0, 0
    weighed = log_hazard + weight.log()
    at_risk = weighed.logcumsumexp(dim=0)[last[of]]
    share = weighed.new_zeros(len(size)).index_add(0, of, (weighed[dead] - at_risk).exp())
    own = weight[dead]
    mean = weight.new_zeros(len(size)).index_add(0, of, own)[of] / tied[of]
    before = torch.arange(len(dead), device=of.device) - (tied.cumsum(0) - tied)[of]
    part = before.to(log_hazard.dtype) / tied[of]
    left = torch.log1p(-part * share[of])
    return (mean * (at_risk + left)).sum() - (own * log_hazard[dead]).sum(), own.sum(), pairs
