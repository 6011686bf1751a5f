"""Whether Deep-RadScore finds what drives an endpoint, on phantoms where that is known.

``python -m training.radscore.proof CONFIG.yaml OUT [--workers N]`` draws phantoms, deals each an endpoint
for every driver of the configuration, fits the three models to the first patients and judges them, the
RadScore of each region by itself and the fused model's contributions by the others. It writes
``OUT/report.md`` and ``OUT/tables/*.csv``; called again, it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.shared.console import OK, console_progress, run_command
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.shared.writing import replacing
from training.configuration.experiment import load_config
from training.configuration.radscore import RadscoreProofConfig
from training.phantom.factors import FACTORS
from training.radscore.fold import FoldModels, fit_fold, input_names
from training.radscore.proof_data import Phantoms, phantoms, probability
from training.radscore.proof_found import KINDS, ORACLE, Found, read_found, write_found
from training.radscore.proof_report import write_report
from training.radscore.shapley import shapley_values

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def prove(config: RadscoreProofConfig, out: Path, *, workers: int | None, progress: Progress) -> None:
    """Draw, fit, judge and report.

    Raises
    ------
    InputError
        If `out` holds a proof of another configuration.
    """
    be_deterministic(1)
    _begin(config, out)
    ready = phantoms(config, out, workers=workers, progress=progress.part(0.0, 0.4))
    asked = _asked(config, ready)
    found: dict[str, Found] = {}
    for number, (name, (label, true)) in enumerate(asked.items()):
        part = progress.part(0.4 + 0.6 * number / len(asked), 0.4 + 0.6 * (number + 1) / len(asked))
        part.report(0.0, f"Fitting to {name}")
        folder = out / "endpoints" / name
        if not (folder / "scores.csv").is_file():
            patients = [ready.truth[i]["patient_id"] for i in ready.judged]
            write_found(folder, patients, judge(ready, label, true, config))
        found[name] = read_found(folder)
    write_report(config, found, out)
    progress.report(1.0, f"The report is {out / 'report.md'}")


def judge(ready: Phantoms, label: Bools, true: Floats, config: RadscoreProofConfig) -> Found:
    """Fit to the patients that are for it, and see what each part tells of the others."""
    data = replace(ready.data, label=label)
    models = fit_fold(data, ready.fitted, config, seed=config.seed)
    inputs = models.inputs(data, ready.judged)
    regions = tuple(data.radiomics)
    scores: dict[str, Floats] = {region: inputs["radiomics"][:, i].copy() for i, region in enumerate(regions)}
    scores |= {str(model): told for model, told in models.predict(data, ready.judged).items()}
    kinds, wavelets = {}, {}
    for region, table in data.radiomics.items():
        score = models.rad_scores[region]
        sizes = np.abs(score.contributions(table.values[ready.judged], table.names)).mean(axis=0)
        kinds[region] = {
            kind: float(
                sum(size for size, name in zip(sizes, score.names, strict=True) if kind == _kind(name))
            )
            for kind in KINDS
        }
        total = float(sizes.sum())
        own = sum(size for size, name in zip(sizes, score.names, strict=True) if name.startswith("wavelet"))
        wavelets[region] = float(own) / total if total else 0.0
    moved = _moved(models, inputs["deep_radscore"], regions, config.head.deep)
    return Found(label[ready.judged], scores | {ORACLE: true[ready.judged]}, moved, kinds, wavelets)


def _moved(models: FoldModels, inputs: Floats, regions: tuple[str, ...], deep: int) -> dict[str, float]:
    """Mean absolute Shapley value of each source in the fused model."""
    names = input_names(regions, deep)["deep_radscore"]
    groups = {"deep": [i for i in range(deep)]} | {
        region: [names.index(f"RadScore, {region}")] for region in regions
    }
    classifier = models.classifiers["deep_radscore"]
    values = shapley_values(
        lambda rows: classifier.predict_proba(rows)[:, 1],
        inputs,
        # The z-score before each classifier has the mean of those that were fitted to.
        classifier[0].mean_,
        list(groups.values()),
    )
    return dict(zip(groups, np.abs(values).mean(axis=0).tolist(), strict=True))


def _kind(name: str) -> str:
    kind = name.split("_")[1]
    return kind if kind in KINDS else "texture"


def _asked(config: RadscoreProofConfig, ready: Phantoms) -> dict[str, tuple[Bools, Floats]]:
    """Label and true probability of each endpoint; then those dealt out anew, of which nothing is true."""
    found: dict[str, tuple[Bools, Floats]] = {}
    for number, (name, factors) in enumerate(config.drivers.items()):
        true = probability(ready.truth, factors, config.strength)
        label = np.random.default_rng([config.seed, number]).random(len(true)) < true
        found[name] = label, true
    labels = [label for label, _ in found.values()]
    for number in range(config.shuffles):
        label = labels[number % len(labels)]
        dealt = np.random.default_rng([config.seed, 1000 + number]).permutation(label)
        found[f"shuffled-{number + 1}"] = dealt, np.full(len(dealt), 0.5)
    return found


def _begin(config: RadscoreProofConfig, out: Path) -> None:
    for name, factors in config.drivers.items():
        if not factors or not set(factors) <= set(FACTORS):
            raise InputError(f"drivers: {name} must name one or more of {', '.join(FACTORS)}")
    path = out / "config.yaml"
    asked = config.model_dump(mode="json")
    if path.is_file():
        if yaml.safe_load(path.read_text(encoding="utf-8")) != asked:
            raise InputError(f"{out} holds a proof of another configuration")
        return
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not an empty folder")
    with replacing(path) as partial:
        partial.write_text(yaml.safe_dump(asked, sort_keys=False), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.radscore.proof")
    parser.add_argument("config", type=Path, metavar="CONFIG.yaml")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that draw and measure")
    parser.add_argument("--set", action="append", default=[], metavar="key=value", dest="settings")
    given = parser.parse_args(list(arguments))

    def run() -> int:
        config = load_config(given.config, given.settings)
        if not isinstance(config, RadscoreProofConfig):
            raise InputError(f"{given.config} is no proof on phantoms")
        with console_progress("Proof on phantoms") as progress:
            prove(config, given.out, workers=given.workers, progress=progress)
        return OK

    return run_command("proof", run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
