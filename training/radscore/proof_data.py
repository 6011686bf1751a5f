"""Phantoms for the proof of Deep-RadScore: images, radiomics and the encoder's features, each made once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.radscore import RadscoreProofConfig
from training.fitting.weights import load_weights
from training.optimisation.checkpoint import read_checkpoint, read_tensors, save_checkpoint, write_tensors
from training.phantom.cohort import usable_workers, write_cohort
from training.phantom.factors import FACTORS
from training.phantom.plan import Options
from training.pretraining.watch import Watch
from training.radiomics import write_radiomics
from training.radscore.fold import EndpointData
from training.radscore.patch_pretraining import pretrain_patch_encoder, radiomics_targets
from training.radscore.patches import prepare_patches, stacked
from training.radscore.table import RegionFeatures, read_radiomics

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Index = NDArray[np.int64]
# Factors that the truth's table has under another name.
_COLUMNS = {"volume": "roi_volume_mm3", "texture": "texture_hu", "edge": "edge_mm"}


@dataclass(frozen=True, eq=False)
class Phantoms:
    """The patients of a proof; the first ones are fitted to, the others judged by.

    `data` has no labels yet; `truth` is the table of the phantom, a row a patient.
    """

    data: EndpointData
    truth: tuple[dict[str, str], ...]
    fitted: Index
    judged: Index


def phantoms(config: RadscoreProofConfig, out: Path, *, workers: int | None, progress: Progress) -> Phantoms:
    """Draw the patients, measure them and teach the encoder on those that are fitted to.

    What lies in `out` from an earlier call is gone on with.

    Raises
    ------
    InputError
        If `out` holds something else.
    """
    count = config.fitted + config.judged
    cohort_path, table = out / "cohort" / "cohort.csv", out / "radiomics.csv"
    if not cohort_path.is_file():
        write_cohort(
            cohort_path.parent,
            count,
            seed=config.seed,
            options=Options(system="deep_radscore"),
            workers=workers or usable_workers(count),
            progress=progress.part(0.0, 0.3),
        )
    cohort = read_cohort(cohort_path)
    if len(cohort.rows) != count:
        raise InputError(f"{cohort_path} holds {len(cohort.rows)} patients, not {count}")
    if not table.is_file():
        write_radiomics(
            cohort_path,
            table,
            ring_mm=config.radiomics.ring_mm,
            workers=workers,
            cache=out / "prepared",
            progress=progress.part(0.3, 0.6),
        )
    patients = tuple(row.patient_id for row in cohort.rows)
    tables = read_radiomics(table, patients)
    fitted = np.arange(config.fitted)
    patches = prepare_patches(
        cohort, config.recipe, cache=out / "prepared", progress=progress.part(0.6, 0.65)
    )
    hu = stacked([patch for patch in patches if patch is not None])
    if len(hu) != count:
        raise InputError(f"{count - len(hu)} patients of {cohort_path} have no ROI")
    features = _features(config, out, hu, _of(tables, fitted), fitted, progress.part(0.65, 1.0))
    with (cohort_path.parent / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["patient_id"]: row for row in csv.DictReader(file)}
    return Phantoms(
        EndpointData(np.zeros(count, np.bool_), tables, features),
        tuple(rows[patient] for patient in patients),
        fitted,
        np.arange(config.fitted, count),
    )


def probability(truth: tuple[dict[str, str], ...], factors: tuple[str, ...], strength: float) -> Floats:
    """Of each patient: 1 / (1 + exp(−strength · Σ score)), the scores standardised and centred."""
    z = [sum(FACTORS[name].score(float(row[_COLUMNS.get(name, name)])) for name in factors) for row in truth]
    found: Floats = 1 / (1 + np.exp(-strength * np.array(z)))
    return found


def _features(
    config: RadscoreProofConfig,
    out: Path,
    hu: NDArray[np.int16],
    tables: dict[str, RegionFeatures],
    fitted: Index,
    progress: Progress,
) -> torch.Tensor:
    """The frozen encoder's, of all patients; it learnt from patches and radiomics of the fitted alone."""
    kept, weights = out / "features.safetensors", out / "encoder.safetensors"
    if kept.is_file():
        return read_tensors(kept)["features"]
    progress.report(0.0, "Pretraining the encoder")
    if weights.is_file():
        encoder = build_encoder(config.encoder.spec)
        encoder.load_state_dict(read_checkpoint(weights)[0])
        encoder = encoder.eval().requires_grad_(False)
    elif config.encoder.weights is not None:
        encoder = build_encoder(config.encoder.spec)
        load_weights(encoder, config.encoder.weights)
        encoder = encoder.eval().requires_grad_(False)
    else:
        epochs = max(1, config.pretraining.epochs)

        def on_step(epoch: int, step: int, of: int, loss: float) -> None:
            text = f"Pretraining the encoder, epoch {epoch + 1} of {epochs}"
            progress.report(0.9 * (epoch + step / of) / epochs, text)

        encoder = pretrain_patch_encoder(
            config.encoder.spec,
            hu[fitted],
            radiomics_targets(tables, config.pretraining.components),
            config.recipe,
            config.pretraining,
            seed=config.seed,
            watch=Watch(on_step=on_step),
        )
    save_checkpoint(weights, encoder)
    low, high = config.recipe.hu_window
    scaled = np.clip((hu - low) / (high - low), 0, 1).astype(np.float32)
    with torch.inference_mode():
        found = encode(encoder, scaled, torch.device("cpu"), progress.part(0.9, 1.0))
    write_tensors(kept, {"features": found})
    return found


def _of(tables: dict[str, RegionFeatures], chosen: Index) -> dict[str, RegionFeatures]:
    return {name: RegionFeatures(table.names, table.values[chosen]) for name, table in tables.items()}
