"""What a tumour's radiomics know of what lies around it, on the phantoms of a proof.

``python -m training.radscore.surroundings OUT``, OUT the folder of a finished `training.radscore.proof`:
for each of its endpoints the RadScore of the tumour is fitted and judged again from three sets of
features: all 851 as they are, those of the image itself without the wavelet bands, and all 851 with
everything outside the region painted over. A wavelet's filters reach across the region's edge, so the
first may know what the last can't. It writes ``OUT/tables/surroundings.csv`` and tells the table.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.radiomics.settings import RadiomicsSettings
from ctprog_gui.core.shared.console import OK, console_progress, run_command
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from ctprog_gui.core.statistics.delong import areas
from training.configuration.experiment import load_config
from training.configuration.radscore import RadscoreProofConfig
from training.preparation.cohort import load_cases, prepare_cases, require_all
from training.radscore.painted import PaintedRadiomics
from training.radscore.proof_data import probability, read_truth
from training.radscore.selection import SelectionOptions, fit_rad_score
from training.radscore.table import RegionFeatures, read_radiomics

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SETS = {
    "all": "851 features",
    "image": "those of the image itself",
    "painted": "851, the surroundings painted over",
}


@dataclass(frozen=True)
class Row:
    """The AUC of a RadScore for an endpoint, with DeLong's interval; ½ where nothing was selected."""

    endpoint: str
    features: str
    selected: int
    auc: float
    lower: float
    upper: float


def compare(out: Path, *, workers: int | None, progress: Progress) -> list[Row]:
    """Fit on the proof's fitted phantoms, judge on the others.

    Raises
    ------
    InputError
        If `out` holds no proof whose phantoms are drawn and measured.
    """
    config = load_config(out / "config.yaml")
    if not isinstance(config, RadscoreProofConfig):
        raise InputError(f"{out} holds no proof on phantoms")
    sets: dict[str, list[RegionFeatures]] = {name: [] for name in SETS}
    truth: list[dict[str, str]] = []
    for number, part in enumerate(("fitted", "judged")):
        folder = out / part
        cohort = read_cohort(folder / "cohort" / "cohort.csv")
        patients = tuple(row.patient_id for row in cohort.rows)
        measured = read_radiomics(folder / "radiomics.csv", patients)["tumour"]
        own = [i for i, name in enumerate(measured.names) if name.startswith("original_")]
        sets["all"].append(measured)
        sets["image"].append(RegionFeatures(tuple(measured.names[i] for i in own), measured.values[:, own]))
        method, cache = PaintedRadiomics(RadiomicsSettings()), folder / "prepared"
        step = progress.part(number * 0.45, (number + 1) * 0.45)
        found = prepare_cases(cohort.rows, method, cache, workers=workers, progress=step.part(0, 0.95))
        require_all(cohort, found.failures)
        cases = [case for _, case in load_cases(cohort, method, cache, progress=step.part(0.95, 1))]
        values = [np.where(case.arrays["defined"], case.arrays["values"], np.nan) for case in cases]
        sets["painted"].append(RegionFeatures(measured.names, np.array(values)))
        truth += read_truth(folder / "cohort", patients)
    progress.report(0.9, "Fitting RadScores")
    options = SelectionOptions(
        least_values=config.radiomics.least_values,
        correlation=config.radiomics.correlation,
        rule=config.radiomics.rule,
        inner_folds=config.radiomics.inner_folds,
    )
    rows = []
    for number, (endpoint, factors) in enumerate(config.drivers.items()):
        # As the proof deals them.
        true = probability(tuple(truth), factors, config.strength)
        label = np.random.default_rng([config.seed, number]).random(len(true)) < true
        rows += [
            _judged(endpoint, name, one, other, label, options, config.seed)
            for name, (one, other) in sets.items()
        ]
    return rows


def _judged(
    endpoint: str,
    name: str,
    fitted: RegionFeatures,
    judged: RegionFeatures,
    label: Bools,
    options: SelectionOptions,
    seed: int,
) -> Row:
    count = len(fitted.values)
    score = fit_rad_score(fitted.values, fitted.names, label[:count], options, seed=seed)
    if not score.names:
        return Row(endpoint, name, 0, 0.5, 0.5, 0.5)
    area = areas(score.score(judged.values, judged.names), label[count:])
    return Row(endpoint, name, len(score.names), float(area.auc[0]), *area.interval())


def told(rows: Sequence[Row]) -> list[str]:
    """As Markdown lines."""
    endpoints = list(dict.fromkeys(row.endpoint for row in rows))
    lines = [
        "| RadScore of the tumour from | " + " | ".join(endpoints) + " |",
        "|---" * (1 + len(endpoints)) + "|",
    ]
    for name, title in SETS.items():
        cells = [
            f"{row.auc:.3f} ({row.lower:.3f} to {row.upper:.3f})" for row in rows if row.features == name
        ]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.radscore.surroundings")
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder of a finished proof")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that measure")
    given = parser.parse_args(list(arguments))

    def run() -> int:
        with console_progress("Tumours without surroundings") as progress:
            rows = compare(given.out, workers=given.workers, progress=progress)
        path = given.out / "tables" / "surroundings.csv"
        with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["endpoint", "features", "selected", "auc", "auc_lower", "auc_upper"])
            writer.writerows(
                [row.endpoint, row.features, row.selected, row.auc, row.lower, row.upper] for row in rows
            )
        print("\n".join(told(rows)))
        return OK

    return run_command("surroundings", run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
