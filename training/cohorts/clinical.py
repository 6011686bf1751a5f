"""The clinical columns of a cohort: numbers for the heads, and what a bundle declares of them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.clinical import ClinicalInput, columns, encode
from ctprog_gui.core.cohort.table import Cohort
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import write_json

_DECLARATION = "clinical.json"


def clinical_numbers(cohort: Cohort, inputs: Sequence[ClinicalInput]) -> NDArray[np.float32]:
    """(patient, clinical number) as `ctprog_gui.core.cohort.clinical.encode` gives them.

    Raises
    ------
    InputError
        If a column is missing, or a cell is none of its input's values; the line is named.
    """
    for one in inputs:
        if one.name not in cohort.rows[0].other:
            raise InputError(f"{cohort.path} lacks the column {one.name}")
    rows = []
    for row in cohort.rows:
        try:
            rows.append(encode(inputs, row.other))
        except InputError as error:
            raise InputError(f"{cohort.path}: line {row.line}, {error}") from error
    return np.array(rows, dtype=np.float32).reshape(len(cohort.rows), len(columns(inputs)))


def counted(
    inputs: Sequence[ClinicalInput], cohort: Cohort, fitted: NDArray[np.bool_]
) -> list[ClinicalInput]:
    """The inputs as a bundle declares them: how many fitted patients had each level, what may be unknown."""
    rows = [row for row, there in zip(cohort.rows, fitted, strict=True) if there]
    found = []
    for one in inputs:
        count = Counter(one.read(row.other[one.name]) for row in rows)
        levels = tuple(replace(level, patients=count[level.value]) for level in one.levels)
        found.append(replace(one, levels=levels, unknown=count[None] > 0))
    return found


def number_ranges(
    inputs: Sequence[ClinicalInput], cohort: Cohort, fitted: NDArray[np.bool_]
) -> dict[str, dict[str, float]]:
    """Lowest and highest of each quantity over the fitted patients, outwards to whole numbers."""
    rows = [row for row, there in zip(cohort.rows, fitted, strict=True) if there]
    ranges = {}
    for one in (one for one in inputs if one.kind == "number"):
        read = [one.read(row.other[one.name]) for row in rows]
        known = [value for value in read if isinstance(value, float)]
        if known:
            ranges[one.name] = {"low": float(math.floor(min(known))), "high": float(math.ceil(max(known)))}
    return ranges


def write_declaration(run: Path, inputs: Sequence[ClinicalInput]) -> None:
    """``clinical.json``: the inputs of a run, with no patient's values."""
    write_json(run / _DECLARATION, {"inputs": [one.to_json() for one in inputs]})


def read_declaration(run: Path) -> list[ClinicalInput]:
    """The inverse of `write_declaration`.

    Raises
    ------
    InputError
        If the file isn't there or can't be read.
    """
    try:
        value = json.loads((run / _DECLARATION).read_text(encoding="utf-8"))
        return [ClinicalInput.from_json(one) for one in value["inputs"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"cannot read {run / _DECLARATION}: {error}") from error
