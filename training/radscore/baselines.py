"""What an endpoint's models are held against: the ROI's volume alone, and the collection a patient is of."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.delong import areas, compare_paired
from training.radscore.fold import MODELS
from training.radscore.predictions import EndpointPredictions
from training.radscore.table import read_radiomics

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
VOLUME = "volume"
_FEATURE = "original_shape_VoxelVolume"
_NORMAL = 1.959964


@dataclass(frozen=True)
class Area:
    """An area under the ROC curve with DeLong's 95 % interval."""

    value: float
    lower: float
    upper: float

    @property
    def text(self) -> str:
        return f"{self.value:.3f} ({self.lower:.3f} to {self.upper:.3f})"


@dataclass(frozen=True)
class Row:
    """The AUC of each marker among some pairs of patients; None where there are too few."""

    name: str
    patients: int
    positives: int
    areas: dict[str, Area | None]


@dataclass(frozen=True)
class Baselines:
    """Rows for all patients and, where the run has strata, within them.

    `above_volume` is the fused model's AUC less the volume's with DeLong's interval, over all patients.
    `of_stratum` is how well each marker tells two strata apart, and `stratum_alone` how well the
    stratum alone tells the endpoint, its direction found as the volume's is; None with other than two, or
    too few of one.
    """

    rows: tuple[Row, ...]
    above_volume: Area | None
    stratum_alone: Area | None
    of_stratum: dict[str, Area | None]


def baselines(run: Path, found: EndpointPredictions) -> Baselines:
    """The volume beside the models, over all patients and among those of one stratum.

    Nothing is fitted to the volume but its direction: whether larger tumours are positive more often is
    decided on the patients that the fold's models were fitted to. Pairs of one stratum can't be won by
    telling the strata apart.
    """
    label = found.label
    markers: dict[str, Floats] = {str(model): found.probability[model] for model in MODELS}
    volume = roi_volume(run, found)
    if volume is not None:
        markers = {VOLUME: volume} | markers
    stratum = strata_of(run, found)
    rows = [_row("all", markers, label, np.zeros(len(label), np.int64))]
    alone: Area | None = None
    of_stratum: dict[str, Area | None] = {}
    names = sorted(set(stratum.tolist()))
    if len(names) > 1:
        number = np.searchsorted(np.array(names), stratum)
        rows.append(_row("pairs of one stratum", markers, label, number))
        for at, name in enumerate(names):
            own = number == at
            if min(label[own].sum(), (~label[own]).sum()) >= 2:
                parts = {marker: values[own] for marker, values in markers.items()}
                rows.append(_row(name, parts, label[own], np.zeros(int(own.sum()), np.int64)))
    if len(names) == 2 and label.any() and not label.all():
        of_stratum = {marker: _within(values, number == 1, None) for marker, values in markers.items()}
        first = {name: float(row.get("stratum", "") == names[0]) for name, row in _patients(run).items()}
        alone = _within(_turned(run, found, first, np.mean), label, None)
    above = None
    if volume is not None and min(label.sum(), (~label).sum()) >= 2:
        compared = compare_paired(found.probability["deep_radscore"], volume, label)
        above = Area(compared.difference, compared.lower, compared.upper)
    return Baselines(tuple(rows), above, alone, of_stratum)


def write_baselines(path: Path, found: Baselines) -> None:
    """A CSV: of which patients, marker, AUC and its interval."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["patients", "n", "positives", "marker", "auc", "auc_lower", "auc_upper"])
        for row in found.rows:
            for marker, area in row.areas.items():
                own = ("", "", "") if area is None else (area.value, area.lower, area.upper)
                writer.writerow([row.name, row.patients, row.positives, marker, *own])


def baselines_told(found: Baselines, names: dict[str, str]) -> list[str]:
    """As Markdown lines; `names` are the markers' in words."""
    markers = list(found.rows[0].areas)
    lines = [
        "| AUC | patients, positive | " + " | ".join(names[one] for one in markers) + " |",
        "|---" * (2 + len(markers)) + "|",
    ]
    for row in found.rows:
        cells = " | ".join(_text(row.areas[one]) for one in markers)
        lines.append(f"| {row.name} | {row.patients}, {row.positives} | {cells} |")
    if found.of_stratum:
        cells = " | ".join(_text(found.of_stratum[one]) for one in markers)
        lines.append(f"| of the stratum itself | | {cells} |")
    if found.above_volume is not None:
        lines += ["", f"Deep-RadScore less the volume: {found.above_volume.text}."]
    if found.stratum_alone is not None:
        lines.append(f"The stratum alone tells the endpoint with an AUC of {found.stratum_alone.text}.")
    return lines


def _text(area: Area | None) -> str:
    return "" if area is None else area.text


def _row(name: str, markers: dict[str, Floats], label: Bools, stratum: NDArray[np.int64]) -> Row:
    found = {marker: _within(values, label, stratum) for marker, values in markers.items()}
    return Row(name, len(label), int(label.sum()), found)


def _within(value: Floats, label: Bools, stratum: NDArray[np.int64] | None) -> Area | None:
    """Over the pairs of one stratum: strata weigh as many pairs as they have, and vary apart.

    None where no stratum has two of each kind.
    """
    total, variance, pairs = 0.0, 0.0, 0.0
    parts = [np.ones(len(label), np.bool_)]
    if stratum is not None:
        parts = [stratum == one for one in np.unique(stratum)]
    for own in parts:
        positive, negative = int(label[own].sum()), int((~label[own]).sum())
        if min(positive, negative) < 2:
            continue
        area, weight = areas(value[own], label[own]), float(positive * negative)
        total += weight * float(area.auc[0])
        variance += weight**2 * float(area.covariance[0, 0])
        pairs += weight
    if not pairs:
        return None
    mean, half = total / pairs, _NORMAL * float(np.sqrt(variance)) / pairs
    return Area(mean, max(0.0, mean - half), min(1.0, mean + half))


def roi_volume(run: Path, found: EndpointPredictions) -> Floats | None:
    """The ROI's volume, turned so that more of it should mean the endpoint; None without it."""
    everyone = tuple(_patients(run))
    table = read_radiomics(run / "radiomics.csv", everyone)["tumour"]
    if _FEATURE not in table.names:
        return None
    of = dict(zip(everyone, table.values[:, table.names.index(_FEATURE)].tolist(), strict=True))
    return _turned(run, found, of, np.nanmedian)


def _turned(
    run: Path, found: EndpointPredictions, of: dict[str, float], centre: Callable[[list[float]], Any]
) -> Floats:
    """A value of each patient, or its negative in folds whose training patients say so.

    `centre` of the positive patients is held against that of the negative. Where the folds don't agree,
    values of one can't be pooled with negative values of another: each is its rank within its fold then,
    from 0 to 1, and turned about ½.
    """
    from scipy.stats import rankdata

    fitted = [row for row in _patients(run).values() if row.get("fitted", "1") == "1"]
    own_value = np.array([of[patient] for patient in found.patients])
    larger = {}
    for fold in np.unique(found.fold).tolist():
        train = [row for row in fitted if int(row["fold"]) != fold]
        positive, negative = ([of[r["patient_id"]] for r in train if r["label"] == one] for one in "10")
        larger[fold] = bool(centre(positive) >= centre(negative))
    if len(set(larger.values())) == 1:
        return own_value if all(larger.values()) else -own_value
    value = np.empty(len(own_value))
    for fold, up in larger.items():
        own = found.fold == fold
        rank = (rankdata(own_value[own]) - 0.5) / own.sum()
        value[own] = rank if up else 1 - rank
    return value


def _patients(run: Path) -> dict[str, dict[str, str]]:
    """The lines of ``RUN/patients.csv``: everybody, also who is only fitted to."""
    with (run / "patients.csv").open(encoding="utf-8", newline="") as file:
        return {row["patient_id"]: row for row in csv.DictReader(file)}


def strata_of(run: Path, found: EndpointPredictions) -> NDArray[np.str_]:
    """Each predicted patient's stratum, blank where the run names none."""
    rows = _patients(run)
    return np.array([rows[patient].get("stratum", "") for patient in found.patients])
