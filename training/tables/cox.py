"""Cox's regression on the same encoded columns: what DeepHit is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.cox import CoxFit, fit_cox
from training.tables.encoding import Encoding
from training.tables.reading import PatientTable

Index = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TableCox:
    """Cox with Efron's ties, without penalty, on all encoded columns."""

    encoding: Encoding
    fit: CoxFit

    @classmethod
    def of(cls, table: PatientTable, train: Index) -> TableCox:
        """Fit to the patients `train`.

        Raises
        ------
        InputError
            If the partial likelihood has no single maximum.
        """
        encoding = Encoding.of(table, train)
        try:
            found = fit_cox(table.follow_up.where(train), encoding.matrix(table)[train])
        except ValueError as error:
            raise InputError(
                f"Cox on the table {table.path}: {error}; leave columns out (covariates)"
            ) from error
        return cls(encoding, found)

    def survival(self, table: PatientTable, index: Index, months: ArrayLike) -> Floats:
        """S at `months` of some patients, (patient, month)."""
        x = self.encoding.matrix(table)[index]
        return np.array([self.fit.survival(row, months) for row in x])
