"""Table 2: what the network's part is worth with one encoder and with others, on the same patients."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.delong import areas, compare_paired
from ctprog_gui.core.statistics.proportion import Proportion, exact_proportion
from training.configuration.experiment import load_config
from training.configuration.radscore import DeepRadscoreConfig
from training.radscore.predictions import read_endpoint_predictions

_SHARES = ("accuracy", "sensitivity", "specificity", "ppv", "npv")


@dataclass(frozen=True)
class NetworkWorth:
    """A row: Deep-CT's AUC with DeLong's interval, shares at ½ with exact ones (None where there are none).

    `p` is DeLong's against the first row's network.
    """

    encoder: str
    auc: float
    lower: float
    upper: float
    shares: dict[str, Proportion | None]
    p: float | None


def compare_networks(runs: Sequence[Path]) -> list[NetworkWorth]:
    """A row a run, the first one's first.

    Raises
    ------
    InputError
        If one is no finished run of an endpoint, or they differ in endpoint, patients, labels or folds.
    """
    found = []
    first = None
    for run in runs:
        config = load_config(run / "config.yaml")
        if not isinstance(config, DeepRadscoreConfig):
            raise InputError(f"{run} is no run of an endpoint")
        told = read_endpoint_predictions(run / "predictions.csv")
        value, label = told.probability["deep"], told.label
        first = first or (run, config.endpoint, told)
        other = first[2]
        same = first[1] == config.endpoint and other.patients == told.patients
        if not same or (other.label != label).any() or (other.fold != told.fold).any():
            raise InputError(f"{run} and {first[0]} are not of the same endpoint, patients and folds")
        area, called = areas(value, label), value > 0.5
        p = None if run == first[0] else compare_paired(other.probability["deep"], value, label).p
        parts = (
            (int((called == label).sum()), len(label)),
            (int((called & label).sum()), int(label.sum())),
            (int((~called & ~label).sum()), int((~label).sum())),
            (int((called & label).sum()), int(called.sum())),
            (int((~called & ~label).sum()), int((~called).sum())),
        )
        shares = {
            name: exact_proportion(hits, of) if of else None
            for name, (hits, of) in zip(_SHARES, parts, strict=True)
        }
        found.append(NetworkWorth(config.encoder.name, float(area.auc[0]), *area.interval(), shares, p))
    return found


def write_table2(path: Path, found: Sequence[NetworkWorth]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        ends = [f"{name}{end}" for name in _SHARES for end in ("", "_lower", "_upper")]
        writer.writerow(["encoder", "auc", "auc_lower", "auc_upper", *ends, "p_delong"])
        for one in found:
            cells: list[object] = [one.encoder, one.auc, one.lower, one.upper]
            for share in one.shares.values():
                cells += ["", "", ""] if share is None else [share.value, share.lower, share.upper]
            writer.writerow([*cells, "" if one.p is None else one.p])
