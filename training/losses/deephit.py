"""DeepHit's loss, as functions of tensors.

Paolo et al. (2026), eq. 4 to 6; Lee et al. (2018), eq. 3 to 5. Both sum over patients and pairs;
here both terms are means, so that their balance does not shift with the size of a batch.

pycox's ``DeepHitSingleLoss`` is the same loss in another parameterisation. Its `phi` are the logits
of all bins but the last, whose logit is 0. A patient censored in its bin k is known to outlive
it: bin k + 1 here. It averages the ranking over all n² pairs, comparable or not, so that
``alpha_pycox`` is ``alpha`` = alpha_pycox and ``beta`` = (1 − alpha_pycox) · pairs / n²; `sigma` is
the same, and its 1e-7 inside the logarithms has no counterpart.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    at = bin_.unsqueeze(1)
    # What is possible after what was seen: the bin itself, or that bin and all later ones.
    impossible = torch.where(observed.unsqueeze(1), steps != at, steps < at)
    seen = log_pmf.masked_fill(impossible, float("-inf")).logsumexp(dim=1)
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

    The exponential of the difference is a product, so that the sum over pairs is one over bins:
    Σ_b (Σ of exp(−F_i(b) / σ) over i dying in b) · (Σ of exp(F_j(b) / σ) over j outliving b).
    The cost is patients × bins, not patients².

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
    groups = _Groups.of(bin_, log_pmf.shape[1], stratum)
    dies = observed
    outlives = bin_.unsqueeze(1) > torch.arange(log_pmf.shape[1], device=bin_.device)
    if weight is not None:
        dies, outlives = dies & (weight > 0), outlives & (weight > 0).unsqueeze(1)
    pairs = int((groups.of_deaths(dies.long()) * groups.of_all(outlives.long())).sum())
    if pairs == 0:
        return log_pmf.sum() * 0.0, 0
    deaths, survivors = dies.to(log_pmf.dtype), outlives.to(log_pmf.dtype)
    if weight is not None:
        deaths, survivors = deaths * weight, survivors * weight.unsqueeze(1)
    scaled = log_pmf.exp().cumsum(dim=1) / sigma
    # Both factors are measured from the survivors' highest incidence in the bin. The one is then at
    # most 1 and the other the patient's worst pair: neither leaves the range of floats unless the
    # loss itself does, however small sigma is.
    top = groups.highest(scaled.detach(), outlives)
    above = (scaled - groups.spread(top)).masked_fill(~outlives, float("-inf"))
    own = groups.at_death(top) - scaled.gather(1, bin_.unsqueeze(1)).squeeze(1)
    below = own.masked_fill(~dies, float("-inf"))
    misranked = groups.of_deaths(deaths * below.exp()) * groups.of_all(survivors * above.exp())
    counted = groups.of_deaths(deaths) * groups.of_all(survivors)
    return misranked.sum() / counted.sum(), pairs


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


@dataclass(frozen=True, eq=False)
class _Groups:
    """Sums and maxima over the patients of each stratum and bin, as (stratum, bin).

    `row` is each patient's stratum, none where there is one only; `cell` is the stratum and bin of
    the patient's own time, counted through.
    """

    row: Tensor | None
    cell: Tensor
    shape: tuple[int, int]

    @classmethod
    def of(cls, bin_: Tensor, bins: int, stratum: Tensor | None) -> _Groups:
        if stratum is None:
            return cls(None, bin_, (1, bins))
        names, row = torch.unique(stratum, return_inverse=True)
        return cls(row, row * bins + bin_, (len(names), bins))

    def of_deaths(self, value: Tensor) -> Tensor:
        """The sum of one value a patient over those whose own time falls there."""
        total = value.new_zeros(self.shape[0] * self.shape[1])
        return total.index_add(0, self.cell, value).view(self.shape)

    def of_all(self, value: Tensor) -> Tensor:
        """The sum of (patient, bin) over a stratum's patients."""
        if self.row is None:
            return value.sum(dim=0, keepdim=True)
        return value.new_zeros(self.shape).index_add(0, self.row, value)

    def highest(self, value: Tensor, among: Tensor) -> Tensor:
        """The maximum of (patient, bin) over a stratum's patients who are `among`; 0 if none is."""
        value = value.masked_fill(~among, float("-inf"))
        if self.row is None:
            top = value.amax(dim=0, keepdim=True)
        else:
            top = value.new_full(self.shape, float("-inf"))
            top = top.scatter_reduce(0, self.row.unsqueeze(1).expand_as(value), value, "amax")
        return top.masked_fill(top.isneginf(), 0.0)

    def spread(self, table: Tensor) -> Tensor:
        """(stratum, bin) as (patient, bin)."""
        return table if self.row is None else table[self.row]

    def at_death(self, table: Tensor) -> Tensor:
        """(stratum, bin) at each patient's own time."""
        return table.view(-1)[self.cell]
