"""DeepHit's loss, as functions of tensors.

Paolo et al. (2026), eq. 4 to 6; Lee et al. (2018), eq. 3 to 5. Both sum over patients and pairs;
here both terms are means, so that their balance does not shift with the size of a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor


def likelihood_loss(log_pmf: Tensor, bin_: Tensor, observed: Tensor, weight: Tensor | None = None) -> Tensor:
    """L1: −log of the probability of what was seen, mean over patients (eq. 4).

    Parameters
    ----------
    log_pmf
        (patient, bins + 1): log probability of death in each month, and of being alive beyond.
    bin_, observed
        (patient,) as `MonthlyTargets`: death seen in that bin, or known only to fall in it or
        later, whose probability is the sum from that bin on.
    weight
        (patient,): how often each counts, as in a bootstrap sample; none: once each.
    """
    steps = torch.arange(log_pmf.shape[1], device=log_pmf.device)
    died = log_pmf.gather(1, bin_.unsqueeze(1)).squeeze(1)
    alive = log_pmf.masked_fill(steps < bin_.unsqueeze(1), float("-inf")).logsumexp(dim=1)
    seen = torch.where(observed, died, alive)
    return -seen.mean() if weight is None else -(weight * seen).sum() / weight.sum()


def ranking_loss(
    log_pmf: Tensor,
    bin_: Tensor,
    observed: Tensor,
    sigma: float = 0.1,
    *,
    weight: Tensor | None = None,
    stratum: Tensor | None = None,
) -> tuple[Tensor, int]:
    """L2: who dies first should have the higher incidence at that time (eq. 5 and 6).

    For each pair where i is seen to die and j is known to outlive that month,
    exp(−(F_i(s_i) − F_j(s_i)) / σ). Both incidences are taken at i's time, as Lee et al. do and as
    eq. 7 of the paper evaluates; eq. 5 prints F_j(s_j).

    Parameters
    ----------
    weight
        (patient,): a pair counts as often as the product of its patients' weights.
    stratum
        (patient,): only pairs within a stratum are compared.

    Returns
    -------
    loss, pairs
        Mean over the comparable pairs, and their number; with no pair the loss is 0.
    """
    incidence = log_pmf.exp().cumsum(dim=1)
    # at[i, j] = F_j(s_i)
    at = incidence[:, bin_].T
    own = torch.diagonal(at).unsqueeze(1)
    comparable = observed.unsqueeze(1) & (bin_.unsqueeze(1) < bin_.unsqueeze(0))
    if stratum is not None:
        comparable &= stratum.unsqueeze(1) == stratum.unsqueeze(0)
    count = torch.ones_like(at) if weight is None else weight.unsqueeze(1) * weight.unsqueeze(0)
    comparable &= count > 0
    pairs = int(comparable.sum())
    if pairs == 0:
        return log_pmf.sum() * 0.0, 0
    misranked = torch.exp(-(own - at)[comparable] / sigma)
    counted = count[comparable]
    return (counted * misranked).sum() / counted.sum(), pairs


def deephit_loss(
    log_pmf: Tensor,
    bin_: Tensor,
    observed: Tensor,
    *,
    alpha: float = 0.5,
    beta: float = 0.5,
    sigma: float = 0.1,
) -> tuple[Tensor, int]:
    """α L1 + β L2, and the number of comparable pairs behind L2."""
    ranking, pairs = ranking_loss(log_pmf, bin_, observed, sigma)
    return alpha * likelihood_loss(log_pmf, bin_, observed) + beta * ranking, pairs
