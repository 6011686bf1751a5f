"""A table of radiomics features: a row a patient, the ring's columns behind ``ring_``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import InputError
from training.radiomics import RING

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RegionFeatures:
    """Features of one region by patient: (patient, feature); NaN where there is none."""

    names: tuple[str, ...]
    values: Floats

    def of(self, chosen: NDArray[np.int64]) -> RegionFeatures:
        """Of some of the patients."""
        return RegionFeatures(self.names, self.values[chosen])


def read_radiomics(path: Path, patients: Sequence[str]) -> dict[str, RegionFeatures]:
    """Features of ``tumour``, and of ``ring`` where the file has them, in the order of `patients`.

    Columns that are not numbers (a reason why a patient has none, versions) are passed over; a blank
    cell is NaN.

    Raises
    ------
    InputError
        If the file can't be read, lacks a patient or names one twice, or holds no feature.
    """
    table = read_csv_table(path, "the table of features", ("patient_id",))
    rows: dict[str, dict[str, str]] = {}
    for line in table.lines:
        cells = table.by_name(line)
        if cells["patient_id"] in rows:
            raise InputError(f"{path}: line {line.number}: {cells['patient_id']} is there twice")
        rows[cells["patient_id"]] = cells
    lacking = [patient for patient in patients if patient not in rows]
    if lacking:
        raise InputError(f"{path} has no features of patient {lacking[0]}")
    columns = {
        name: values
        for name in table.names
        if name != "patient_id" and (values := _numbers(rows[p].get(name, "") for p in patients)) is not None
    }
    found = {}
    for region, prefix in (("tumour", ""), ("ring", RING)):
        own = [name for name in columns if name.startswith(RING) == bool(prefix)]
        if own:
            names = tuple(name.removeprefix(prefix) for name in own)
            found[region] = RegionFeatures(names, np.stack([columns[name] for name in own], axis=1))
    if "tumour" not in found:
        raise InputError(f"{path} holds no feature of a tumour")
    return found


def _numbers(cells: Iterable[str]) -> Floats | None:
    """A column, or None where a cell is neither a number nor blank, or all are blank."""
    try:
        values = np.array([float(text) if text else np.nan for text in cells])
    except ValueError:
        return None
    return values if np.isfinite(values).any() else None
