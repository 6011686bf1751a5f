"""A cohort without images: follow-up and covariates, from CSV or from HDF5 in DeepSurv's layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import ENDPOINTS, SPLITS
from ctprog_gui.core.shared.csv_table import read_csv_table
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.survival.sample import FollowUp

HDF5 = (".h5", ".hdf5")
# Months in one unit of time.
UNITS = {"months": 1.0, "days": 1 / 30.4375, "years": 12.0}
_REQUIRED = ("patient_id", "time_months", "event")
_NO_COVARIATE = (*_REQUIRED, "image", "roi", "split", "fold")
_MOST_TOLD = 20


@dataclass(frozen=True, eq=False)
class Column:
    """One covariate: numbers with NaN where a cell is blank, or text with "" there."""

    name: str
    values: NDArray[np.float64] | NDArray[np.str_]

    @property
    def is_number(self) -> bool:
        return self.values.dtype.kind == "f"

    @property
    def blank(self) -> NDArray[np.bool_]:
        missing: NDArray[np.bool_] = np.isnan(self.values) if self.is_number else self.values == ""
        return missing


@dataclass(frozen=True, eq=False)
class PatientTable:
    """A checked table: one patient a row, follow-up in months; `fold` and `split` where it gives them."""

    path: Path
    patient_id: tuple[str, ...]
    follow_up: FollowUp
    columns: tuple[Column, ...]
    split: tuple[str, ...] | None = None
    fold: NDArray[np.int64] | None = None

    @property
    def n(self) -> int:
        return len(self.patient_id)


def read_table(
    path: Path, covariates: Sequence[str] | None = None, *, time_unit: str = "months"
) -> PatientTable:
    """Read and check a table.

    CSV holds `patient_id`, `time_months`, `event`, may hold `split` (train, internal, external) and
    `fold`, and covariates: a column is numeric where every filled cell is a finite number, and text
    otherwise. HDF5 holds the groups `train` and `test` with `x` (patient, covariate), `t` and `e`,
    as DeepSurv's published tables; covariates are named x0, x1, … there, and `test` becomes the
    split internal.

    Parameters
    ----------
    covariates
        Which columns, in this order. None: all but identifiers, paths, splits and endpoints.
    time_unit
        Of the times in HDF5: months, days or years.

    Raises
    ------
    InputError
        If the file can't be read or lacks a column; and, naming line and column of each bad cell at
        once, if a cell is not what its column holds. Nothing is dropped.
    """
    if path.suffix.lower() in HDF5:
        return _read_hdf5(path, covariates, UNITS[time_unit])
    return _read_csv(path, covariates)


def _read_hdf5(path: Path, covariates: Sequence[str] | None, months: float) -> PatientTable:
    import h5py

    parts: dict[str, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = {}
    try:
        with h5py.File(path) as file:
            for name in ("train", "test"):
                x, t, e = (np.asarray(file[name][key], np.float64) for key in "xte")
                parts[name] = x, t, e
    except OSError as error:
        # h5py puts what it knows of its file on several lines.
        reason = "no such file" if not path.exists() else "not HDF5, or cut short"
        raise InputError(f"cannot read the table {path}: {reason}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the table {path} lacks train and test, each with x, t and e") from error
    wrong: list[str] = []
    for name, (x, t, e) in parts.items():
        if x.ndim != 2 or t.shape != x.shape[:1] or e.shape != x.shape[:1]:
            raise InputError(f"the table {path}, {name}: x {x.shape}, t {t.shape} and e {e.shape} don't fit")
        for key, bad, what in (
            ("x", ~np.isfinite(x).all(axis=1), "not a number"),
            ("t", ~(np.isfinite(t) & (t >= 0)), "not a time"),
            ("e", (e != 0) & (e != 1), "neither 0 nor 1"),
        ):
            wrong += [f"{name} row {row}, {key}: {what}" for row in np.flatnonzero(bad).tolist()]
    _refuse(path, wrong)
    if parts["train"][0].shape[1] != parts["test"][0].shape[1]:
        raise InputError(f"the table {path}: train and test don't have the same covariates")
    x, t, e = (np.concatenate([parts["train"][i], parts["test"][i]]) for i in range(3))
    sizes = {name: len(part[1]) for name, part in parts.items()}
    columns = {f"x{i}": Column(f"x{i}", x[:, i]) for i in range(x.shape[1])}
    return PatientTable(
        path,
        tuple(f"{name}-{row:05d}" for name, size in sizes.items() for row in range(size)),
        FollowUp(t * months, e == 1),
        tuple(_chosen(path, columns, covariates)),
        split=("train",) * sizes["train"] + ("internal",) * sizes["test"],
    )


def _read_csv(path: Path, covariates: Sequence[str] | None) -> PatientTable:
    table = read_csv_table(path, "the table", _REQUIRED)
    wrong = [
        f"line {line.number}: {len(line.cells)} cells, not {len(table.names)}"
        for line in table.lines
        if not table.fits(line)
    ]
    _refuse(path, wrong)
    numbers = [line.number for line in table.lines]
    cells = {name: [line.cells[i] for line in table.lines] for i, name in enumerate(table.names)}
    columns = {
        name: Column(name, _values(cells[name]))
        for name in table.names
        if name not in _NO_COVARIATE and not name.startswith(("image_", "roi_"))
        if name not in ENDPOINTS or name in (covariates or ())
    }
    chosen = _chosen(path, columns, covariates)
    time = _checked(cells, numbers, "time_months", wrong, lambda v: v > 0, "not a positive number")
    event = _checked(cells, numbers, "event", wrong, lambda v: v in (0, 1), "neither 0 nor 1")
    seen: dict[str, int] = {}
    for number, patient in zip(numbers, cells["patient_id"], strict=True):
        if not patient:
            wrong.append(f"line {number}, patient_id: empty")
        elif patient in seen:
            wrong.append(f"line {number}, patient_id: the same as in line {seen[patient]}")
        seen.setdefault(patient, number)
    split = cells.get("split")
    if split is not None and any(split):
        wrong += [
            f"line {number}, split: {value!r} is none of {', '.join(SPLITS)}"
            for number, value in zip(numbers, split, strict=True)
            if value not in SPLITS
        ]
    fold = None
    if any(cells.get("fold", [])):
        given = _checked(cells, numbers, "fold", wrong, lambda v: v >= 0 and v % 1 == 0, "not a whole number")
        fold = np.nan_to_num(given).astype(np.int64)
    _refuse(path, wrong)
    return PatientTable(
        path,
        tuple(cells["patient_id"]),
        FollowUp(time, event == 1),
        tuple(chosen),
        split=tuple(split) if split is not None and any(split) else None,
        fold=fold,
    )


def _values(cells: list[str]) -> NDArray[np.float64] | NDArray[np.str_]:
    try:
        numbers = np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(cells, dtype=np.str_)
    filled = np.array([bool(cell) for cell in cells])
    # "nan" and "inf" are read as floats; as cells of a table they are words.
    return numbers if np.isfinite(numbers[filled]).all() else np.array(cells, dtype=np.str_)


def _checked(
    cells: dict[str, list[str]],
    numbers: list[int],
    name: str,
    wrong: list[str],
    holds: Any,
    otherwise: str,
) -> NDArray[np.float64]:
    """A numeric column; every cell for which `holds` is not true is told in `wrong`."""
    found = np.full(len(numbers), np.nan)
    for i, (number, cell) in enumerate(zip(numbers, cells[name], strict=True)):
        try:
            value = float(cell)
        except ValueError:
            value = float("nan")
        if np.isfinite(value) and holds(value):
            found[i] = value
        else:
            wrong.append(f"line {number}, {name}: {cell!r} is {otherwise}")
    return found


def _chosen(path: Path, columns: dict[str, Column], covariates: Sequence[str] | None) -> list[Column]:
    names = list(columns) if covariates is None else list(covariates)
    lacking = [name for name in names if name not in columns]
    if lacking:
        raise InputError(f"the table {path} has no covariate {', '.join(lacking)}")
    if not names:
        raise InputError(f"the table {path} has no covariates")
    return [columns[name] for name in names]


def _refuse(path: Path, wrong: list[str]) -> None:
    if wrong:
        more = f"; and {len(wrong) - _MOST_TOLD} more" if len(wrong) > _MOST_TOLD else ""
        raise InputError(f"the table {path}: {'; '.join(wrong[:_MOST_TOLD])}{more}")
