"""Phantoms for the proof of Deep-RadScore: images, radiomics and the encoder's features, each made once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ctprog_gui.core.cohort.table import read_cohort
from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.radscore import RadscoreProofConfig
from training.fitting.weights import load_weights
from training.optimisation.checkpoint import read_checkpoint, save_checkpoint
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
    fitted = _drawn(config, out / "fitted", config.fitted, config.seed, workers, progress.part(0.0, 0.3))
    judged = _drawn(
        config, out / "judged", config.judged, config.judged_seed, workers, progress.part(0.3, 0.6)
    )
    progress.report(0.6, "Pretraining the encoder")
    encoder = _encoder(config, out / "encoder.safetensors", fitted, progress.part(0.6, 1.0))
    parts = (fitted, judged)
    features = torch.cat([_features(config, part, encoder) for part in parts])
    tables = {
        region: RegionFeatures(
            fitted.tables[region].names, np.concatenate([part.tables[region].values for part in parts])
        )
        for region in fitted.tables
    }
    count = len(fitted.truth) + len(judged.truth)
    return Phantoms(
        EndpointData(np.zeros(count, np.bool_), tables, features),
        (*fitted.truth, *judged.truth),
        np.arange(len(fitted.truth)),
        np.arange(len(fitted.truth), count),
    )


def probability(truth: tuple[dict[str, str], ...], factors: tuple[str, ...], strength: float) -> Floats:
    """Of each patient: 1 / (1 + exp(−strength · Σ score)), the scores standardised and centred."""
    z = [sum(FACTORS[name].score(float(row[_COLUMNS.get(name, name)])) for name in factors) for row in truth]
    found: Floats = 1 / (1 + np.exp(-strength * np.array(z)))
    return found


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A cohort: radiomics by region, patches (patient, row, column) in HU, and a row of truth a patient."""

    tables: dict[str, RegionFeatures]
    hu: NDArray[np.int16]
    truth: tuple[dict[str, str], ...]


def _drawn(
    config: RadscoreProofConfig, folder: Path, count: int, seed: int, workers: int | None, progress: Progress
) -> _Drawn:
    path, table, cache = folder / "cohort" / "cohort.csv", folder / "radiomics.csv", folder / "prepared"
    if not path.is_file():
        write_cohort(
            path.parent,
            count,
            seed=seed,
            options=Options(system="deep_radscore"),
            workers=workers or usable_workers(count),
            progress=progress.part(0.0, 0.5),
        )
    cohort = read_cohort(path)
    if not table.is_file():
        write_radiomics(
            path,
            table,
            ring_mm=config.radiomics.ring_mm,
            clip=config.radiomics.clip,
            settings=config.radiomics.method.settings,
            workers=workers,
            cache=cache,
            progress=progress.part(0.5, 0.9),
        )
    patients = tuple(row.patient_id for row in cohort.rows)
    patches = prepare_patches(cohort, config.recipe, cache=cache, progress=progress.part(0.9, 1.0))
    hu = stacked([patch for patch in patches if patch is not None])
    if len(patients) != count or len(hu) != count:
        raise InputError(f"{path} holds {len(hu)} patients with a ROI, not {count}")
    return _Drawn(read_radiomics(table, patients), hu, read_truth(path.parent, patients))


def read_truth(cohort: Path, patients: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """The lines of a drawn cohort's ``truth.csv``, in the order of `patients`."""
    with (cohort / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["patient_id"]: row for row in csv.DictReader(file)}
    return tuple(rows[patient] for patient in patients)


def _encoder(config: RadscoreProofConfig, kept: Path, fitted: _Drawn, progress: Progress) -> SliceEncoder:
    """Frozen; it learnt from patches and radiomics of the fitted alone, or comes from a file."""
    encoder = build_encoder(config.encoder.spec)
    if kept.is_file():
        encoder.load_state_dict(read_checkpoint(kept)[0])
    elif config.encoder.weights is not None:
        load_weights(encoder, config.encoder.weights)
    else:
        epochs = max(1, config.pretraining.epochs)

        def on_step(epoch: int, step: int, of: int, loss: float) -> None:
            text = f"Pretraining the encoder, epoch {epoch + 1} of {epochs}"
            progress.report((epoch + step / of) / epochs, text)

        encoder = pretrain_patch_encoder(
            config.encoder.spec,
            fitted.hu,
            radiomics_targets(fitted.tables, config.pretraining.components),
            config.recipe,
            config.pretraining,
            seed=config.seed,
            watch=Watch(on_step=on_step),
        )
    save_checkpoint(kept, encoder)
    return encoder.eval().requires_grad_(False)


def _features(config: RadscoreProofConfig, drawn: _Drawn, encoder: SliceEncoder) -> Tensor:
    low, high = config.recipe.hu_window
    scaled = np.clip((drawn.hu - low) / (high - low), 0, 1).astype(np.float32)
    with torch.inference_mode():
        return encode(encoder, scaled, torch.device("cpu"))
