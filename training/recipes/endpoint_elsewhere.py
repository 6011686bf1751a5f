"""A finished run of an endpoint on patients it never saw: another cohort, judged by all folds' models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.radscore import ClassifierName
from training.optimisation.checkpoint import read_checkpoint
from training.radscore.features import radiomics_of
from training.radscore.fold import MODELS, EndpointData, Model
from training.radscore.patches import prepare_patches, stacked
from training.radscore.predictions import EndpointPredictions, too_few_to_judge, write_endpoint_predictions
from training.radscore.table import RegionFeatures
from training.recipes.deep_radscore import endpoint_labels, fold_models, read_setup


def predict_endpoint_cohort(
    run: Path,
    cohort_path: Path,
    out: Path,
    *,
    radiomics: Path | None = None,
    prepared: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Write ``OUT/predictions.csv`` of another cohort: the mean of the folds' models, fold −1 for all.

    Models of a run are not kept with their patients; they are fitted again from what the run's folder
    holds, to the same bits, with the classifiers that were chosen then.

    Parameters
    ----------
    radiomics
        The other cohort's table of features. It is needed where the run's came from a table too, which may
        have been made elsewhere; else they are extracted now.

    Returns
    -------
    tuple of str
        Who is left out, with the reason, a line each.

    Raises
    ------
    InputError
        If the run isn't finished; or the cohort can't be read, lacks the endpoint or a feature, holds a
        patient of the run, or has fewer than two patients of a kind.
    """
    progress = progress or Progress()
    be_deterministic(threads)
    ready = read_setup(run)
    ready.run.close()
    config = ready.config
    if not (run / "predictions.csv").is_file():
        raise InputError(f"{run} holds no finished run")
    if config.radiomics.table is not None and radiomics is None:
        raise InputError(
            "the run's features came from a table: give the other cohort's, made with the same settings, by "
            "--radiomics FILE.csv"
        )
    whole = read_cohort(cohort_path, outcome=False)
    if both := sorted({row.patient_id for row in whole.rows} & set(ready.patients)):
        raise InputError(f"{cohort_path}: patient {both[0]} is of the run itself")
    label = endpoint_labels(whole, config.endpoint)
    progress.report(0.0, "Cutting patches")
    patches = prepare_patches(whole, config.recipe, cache=prepared, progress=progress.part(0.0, 0.2))
    remarks = [
        f"patient {row.patient_id} is left out: "
        + ("no ROI" if patch is None else f"{config.endpoint} is blank")
        for row, patch, known in zip(whole.rows, patches, label, strict=True)
        if patch is None or known is None
    ]
    there = [i for i, patch in enumerate(patches) if patch is not None and label[i] is not None]
    asked = tuple(whole.rows[i].patient_id for i in there)
    source = config.radiomics.model_copy(update={"table": radiomics})
    found = radiomics_of(source, cohort_path, asked, progress.part(0.2, 0.5))
    numbers = sorted({fold for fold in ready.folds.tolist() if fold >= 0})
    fitted: list[dict[str, Any]] = [
        json.loads((run / "folds" / str(k) / "fitted.json").read_text(encoding="utf-8")) for k in numbers
    ]
    tables, whole_rows = _needed(found, ready.data.radiomics, fitted)
    remarks += [
        f"patient {asked[i]} is left out: a feature that a score needs is blank"
        for i in np.flatnonzero(~whole_rows).tolist()
    ]
    kept = np.flatnonzero(whole_rows)
    known = np.array([bool(label[there[i]]) for i in kept.tolist()])
    if fewest := too_few_to_judge(known):
        raise InputError(f"{cohort_path}: of {len(known)} patients that can be predicted {fewest}, too few")
    hu = stacked([patch for i in kept.tolist() if (patch := patches[there[i]]) is not None])
    encoder = build_encoder(config.encoder.spec)
    encoder.load_state_dict(read_checkpoint(run / "encoder.safetensors")[0])
    low, high = config.recipe.hu_window
    scaled = np.clip((hu - low) / (high - low), 0, 1).astype(np.float32)
    with torch.inference_mode():
        vectors = encode(
            encoder.eval().requires_grad_(False), scaled, torch.device("cpu"), progress.part(0.5, 0.6)
        )
    other = EndpointData(known, {region: table.of(kept) for region, table in tables.items()}, vectors)
    told = {model: np.zeros(len(known)) for model in MODELS}
    for number, (fold, chosen) in enumerate(zip(numbers, fitted, strict=True)):
        progress.report(0.6 + 0.4 * number / len(numbers), f"Asking the models of fold {fold}")
        names: dict[Model, ClassifierName] = {m: chosen["classifiers"][m]["chosen"] for m in MODELS}
        models = fold_models(ready, fold, names)
        for model, value in models.predict(other, np.arange(len(known))).items():
            told[model] += value / len(numbers)
    patients = tuple(asked[i] for i in kept.tolist())
    write_endpoint_predictions(
        out / "predictions.csv", EndpointPredictions(patients, np.full(len(known), -1), known, told)
    )
    return tuple(remarks)


def _needed(
    found: Mapping[str, RegionFeatures], own: Mapping[str, RegionFeatures], fitted: Sequence[dict[str, Any]]
) -> tuple[dict[str, RegionFeatures], NDArray[np.bool_]]:
    """Features that any fold's scores need, by region in the run's order, and who lacks none of them."""
    tables = {}
    for region in own:
        names = tuple(sorted({name for one in fitted for name in one["rad_scores"][region]["features"]}))
        there = found[region] if region in found else RegionFeatures((), np.zeros((0, 0)))
        if lacking := [name for name in names if name not in there.names]:
            raise InputError(f"the other cohort's table has no values of {lacking[0]} of the {region}")
        columns = [there.names.index(name) for name in names]
        count = len(next(iter(found.values())).values)
        values = there.values[:, columns] if names else np.zeros((count, 0))
        tables[region] = RegionFeatures(names, values)
    whole = np.all([np.isfinite(table.values).all(axis=1) for table in tables.values()], axis=0)
    return tables, whole
