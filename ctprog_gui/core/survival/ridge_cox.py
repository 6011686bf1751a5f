"""Cox's regression held back by a ridge, for more covariates than patients, within strata if need be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.survival.partial_likelihood import (
    PartialLikelihood,
    RiskSets,
    partial_likelihood,
    risk_sets,
)
from ctprog_gui.core.survival.sample import Floats, FollowUp


class RidgeCox:
    """Coefficients for any penalty on the same patients.

    Estimand: β that maximises ℓ(β)/n − (λ/2)·Σ wⱼ βⱼ², ℓ the log partial likelihood with Efron's ties,
    summed over strata that have a baseline hazard each.

    Parameters
    ----------
    covariates
        (patient, covariate), on one scale: a ridge asks how large a unit is. They are centred here.
    weight
        wⱼ, the share of the penalty that each covariate bears; all alike if not told.
    stratum
        A label a patient; patients of different strata are never compared.

    Raises
    ------
    ValueError
        If there is no death, a value is not a number, or a weight is not positive.

    Source: Verweij and van Houwelingen, Stat Med 1994. Where there are more covariates than patients the
    fit runs in the space that the patients span, which holds the same maximum.
    """

    def __init__(
        self,
        follow_up: FollowUp,
        covariates: ArrayLike,
        *,
        weight: ArrayLike | None = None,
        stratum: Sequence[str] | NDArray[np.str_] | None = None,
    ) -> None:
        x = np.asarray(covariates, dtype=np.float64)
        if x.ndim != 2 or len(x) != follow_up.n:
            raise ValueError(f"covariates of the shape {x.shape} for {follow_up.n} patients")
        if not np.isfinite(x).all():
            raise ValueError("a covariate is not a number")
        if follow_up.events == 0:
            raise ValueError("nobody died")
        root = np.ones(x.shape[1]) if weight is None else np.sqrt(np.asarray(weight, dtype=np.float64))
        if root.shape != (x.shape[1],) or not (root > 0).all():
            raise ValueError("the penalty's weights must be positive, one a covariate")
        self._n = follow_up.n
        left, size, right = np.linalg.svd((x - x.mean(axis=0)) / root, full_matrices=False)
        kept = size > 1e-10 * max(float(size[0]), 1e-300) if size.size else np.zeros(0, np.bool_)
        # β = turn · γ, and the penalty of β is λ/2 · γ·γ.
        self._turn: Floats = right[kept].T / root[:, None]
        span = left[:, kept] * size[kept]
        labels = np.zeros(self._n, np.int64)
        if stratum is not None:
            labels = np.unique(np.asarray(stratum), return_inverse=True)[1]
        self._sets: list[RiskSets] = []
        for label in np.unique(labels):
            inside = labels == label
            if follow_up.event[inside].any():
                self._sets.append(risk_sets(follow_up.where(inside), span[inside]))

    def coefficient(self, penalty: float, *, iterations: int = 100) -> Floats:
        """β for a penalty λ > 0: (covariate,).

        Raises
        ------
        ValueError
            If the penalty is not positive, or the fit does not settle.
        """
        if not penalty > 0:
            raise ValueError(f"the penalty must be positive, not {penalty}")
        gamma = np.zeros(self._turn.shape[1])
        held = penalty * self._n
        now, value = self._at(gamma, held)
        for _ in range(iterations):
            gradient = sum((one.gradient for one in now), np.zeros(gamma.size)) - held * gamma
            information = sum((one.information() for one in now), held * np.eye(gamma.size))
            step = np.linalg.solve(information, gradient)
            for _ in range(40):
                found, there = self._at(gamma + step, held)
                if there >= value - 1e-12 * (abs(value) + 1):
                    break
                step = step / 2
            gain = float(gradient @ step)
            gamma, now, value = gamma + step, found, there
            if gain <= 1e-10 * (abs(value) + 1e-3):
                return self._turn @ gamma
        raise ValueError("the fit did not settle")

    def _at(self, gamma: Floats, held: float) -> tuple[list[PartialLikelihood], float]:
        found = [partial_likelihood(sets, gamma) for sets in self._sets]
        return found, sum(one.value for one in found) - held / 2 * float(gamma @ gamma)
