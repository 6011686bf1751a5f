"""Covariates as numbers for a network: what is learnt for it is learnt from the training part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError
from training.tables.reading import Column, PatientTable

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
MOST_LEVELS = 20


@dataclass(frozen=True, eq=False)
class Encoding:
    """How a table's columns become numbers.

    A numeric column is centred and divided by its standard deviation; a blank takes the median, and
    a column that has blanks in the training part gets a second one that says where. A column of
    text becomes one column of 0 and 1 for each level but the first; a blank, or a level that the
    training part doesn't have, has 0 in all. What doesn't vary in the training part is left out.
    """

    columns: tuple[_Numeric | _Levels, ...]

    @classmethod
    def of(cls, table: PatientTable, train: Index) -> Encoding:
        """Learn from the patients `train` of a table.

        Raises
        ------
        InputError
            If a text has more than 20 levels, which can be no covariate, or nothing varies.
        """
        learnt = [
            _Numeric.of(one, train) if one.is_number else _Levels.of(one, train, table)
            for one in table.columns
        ]
        found = cls(tuple(one for one in learnt if one.names))
        if not found.names:
            raise InputError(f"the table {table.path}: no covariate varies among {len(train)} patients")
        return found

    @property
    def names(self) -> list[str]:
        """Of the columns of `matrix`."""
        return [name for one in self.columns for name in one.names]

    def matrix(self, table: PatientTable) -> Floats:
        """(patient, encoded column) of all patients of a table with the same columns."""
        given = {one.name: one for one in table.columns}
        return np.column_stack([one.encode(given[one.name]) for one in self.columns])


@dataclass(frozen=True)
class _Numeric:
    name: str
    median: float
    mean: float
    spread: float
    has_blanks: bool

    @classmethod
    def of(cls, column: Column, train: Index) -> _Numeric:
        values = column.values[train].astype(np.float64)
        blank = np.isnan(values)
        if blank.all():
            return cls(column.name, 0.0, 0.0, 0.0, False)
        median = float(np.nanmedian(values))
        filled = np.where(blank, median, values)
        return cls(column.name, median, float(filled.mean()), float(filled.std()), bool(blank.any()))

    @property
    def names(self) -> list[str]:
        varies = [self.name] if self.spread > 0 else []
        return [*varies, f"{self.name} blank"] if self.has_blanks else varies

    def encode(self, column: Column) -> Floats:
        values = column.values.astype(np.float64)
        blank = np.isnan(values)
        parts = []
        if self.spread > 0:
            parts.append((np.where(blank, self.median, values) - self.mean) / self.spread)
        if self.has_blanks:
            parts.append(blank.astype(np.float64))
        return np.column_stack(parts)


@dataclass(frozen=True)
class _Levels:
    name: str
    levels: tuple[str, ...]

    @classmethod
    def of(cls, column: Column, train: Index, table: PatientTable) -> _Levels:
        levels = sorted(set(column.values[train].tolist()))
        if len(levels) > MOST_LEVELS:
            raise InputError(
                f"the table {table.path}: {column.name} has {len(levels)} different texts, too many for a "
                "covariate; name the columns to use with covariates"
            )
        # The first level, or blank, is what the others are compared with.
        return cls(column.name, tuple(str(level) for level in levels[1:]))

    @property
    def names(self) -> list[str]:
        return [f"{self.name} {level}" for level in self.levels]

    def encode(self, column: Column) -> Floats:
        return np.column_stack([(column.values == level).astype(np.float64) for level in self.levels])
