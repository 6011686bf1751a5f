"""A finished run on patients it never saw: another cohort, judged by the whole ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.cohort.table import Cohort, read_cohort
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.device import be_deterministic, choose_device
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel, months_lost, tuned_encoder
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.preprocessing.slices import NetworkSlices
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.evaluation.bands import BANDS, write_bands
from training.evaluation.run_images import CASES, write_cases
from training.fitting.attention import SLICE_WEIGHTS, write_attention, write_slice_weights
from training.fitting.run_folder import write_predictions
from training.fitting.transfer import TUNED
from training.optimisation.checkpoint import read_checkpoint
from training.preparation.images import PreparedImage, prepare_cohort

# The peak of a map may lie this far outside the ROI and still points at the tumour.
TOLERANCE_MM = 10.0


@dataclass(frozen=True)
class Pointing:
    """How saliency falls on the tumour, over the patients with a ROI.

    `hits` is the share of patients whose map has its peak within `TOLERANCE_MM` of the tumour,
    `mass` the mean share of the map inside it; `random_hits` and `random_mass` are the same with
    random weights. A map of nothing is a miss.
    """

    patients: int
    hits: float
    mass: float
    random_hits: float
    random_mass: float


def load_model(run: Path, device: torch.device) -> tuple[SliceAttentionConfig, SliceAttentionModel]:
    """The encoder and all heads of a run on the chest.

    Raises
    ------
    InputError
        If the run is of another design.
    """
    config = load_config(run / "config.yaml")
    if not isinstance(config, SliceAttentionConfig):
        raise InputError(
            f"{run} is not of slice attention on the chest: it can't be judged on another cohort yet"
        )
    spec = config.network.spec
    encoder = build_encoder(spec.encoder)
    encoder.load_state_dict(read_checkpoint(run / "encoder.safetensors")[0])
    heads, tuned = [], []
    for path in sorted(run.glob("folds/*/checkpoint.safetensors"), key=lambda p: int(p.parent.name)):
        for state in read_checkpoint(path):
            heads.append(build_head(spec))
            heads[-1].load_state_dict(state)
        if config.network.encoder.trainable != "none":
            tuned += [tuned_encoder(encoder, state) for state in read_checkpoint(path.with_name(TUNED))]
    return config, SliceAttentionModel(encoder, heads, device, tuned=tuned)


def predict_cohort(
    run: Path,
    cohort_path: Path,
    out: Path,
    *,
    device: str = "auto",
    threads: int | None = None,
    prepared: Path | None = None,
    progress: Progress | None = None,
) -> Pointing | None:
    """Write ``predictions.csv``, ``bands.csv`` and ``attention.csv`` of another cohort; fold is −1 for all.

    Returns
    -------
    Pointing or None
        Where the maps point, if the cohort has ROIs.

    Raises
    ------
    InputError
        If the cohort or an image of it can't be read.
    """
    be_deterministic(threads)
    progress = progress or Progress()
    config, model = load_model(run, choose_device(device))
    cohort = read_cohort(cohort_path)
    images = prepare_cohort(cohort, config.preprocessing.recipe, prepared, progress.part(0.0, 0.4))
    survival = np.zeros((len(images), config.network.bins + 1))
    lowest, highest = survival.copy(), survival.copy()
    attention = np.zeros((len(images), max(len(image.pixels) for image in images)))
    for number, image in enumerate(images):
        progress.report(0.4 + 0.2 * number / len(images), "Predicting")
        answer = model.answer(model.encode(image.pixels.astype(np.float32)))
        survival[number] = answer.survival.mean(axis=0)
        lowest[number], highest[number] = answer.survival.min(axis=0), answer.survival.max(axis=0)
        if not model.encoder.takes_volume:
            attention[number, : len(image.pixels)] = answer.attention.mean(axis=0)
    patients = [row.patient_id for row in cohort.rows]
    if not model.encoder.takes_volume:
        rows = [row[: len(image.pixels)] for row, image in zip(attention, images, strict=True)]
        write_attention(out / "attention.csv", patients, images, rows)
        write_slice_weights(out / SLICE_WEIGHTS, patients, rows)
    write_cases(out / CASES, patients, images)
    write_bands(out / BANDS, patients, lowest, highest)
    write_predictions(
        out / "predictions.csv",
        patients,
        [-1] * len(patients),
        months_lost(survival),
        cohort.follow_up,
        survival,
    )
    return _pointing(cohort, images, config, model, progress.part(0.6, 1.0))


def _pointing(
    cohort: Cohort,
    images: list[PreparedImage],
    config: SliceAttentionConfig,
    model: SliceAttentionModel,
    progress: Progress,
) -> Pointing | None:
    with_roi = [image for image in images if image.tumour is not None and image.tumour.max() > 0.5]
    if not with_roi:
        return None
    spec = config.network.spec
    torch.manual_seed(config.seed)
    random = SliceAttentionModel(build_encoder(spec.encoder), [build_head(spec)], model.device)
    found: dict[str, list[tuple[bool, float]]] = {"fitted": [], "random": []}
    for number, image in enumerate(with_roi):
        progress.report(number / len(with_roi), "Tracing the scores back")
        for name, one in (("fitted", model), ("random", random)):
            found[name].append(_point(one, image))
    hits, mass = (
        {name: float(np.mean([row[i] for row in rows])) for name, rows in found.items()} for i in (0, 1)
    )
    return Pointing(len(with_roi), hits["fitted"], mass["fitted"], hits["random"], mass["random"])


def _point(model: SliceAttentionModel, image: PreparedImage) -> tuple[bool, float]:
    """Whether the peak hits, and the mass inside, on the network's own slices."""
    assert image.tumour is not None
    pixels = image.pixels.astype(np.float32)
    count, rows, columns = pixels.shape
    grid = Geometry((columns, rows, count), image.spacing_mm)
    slices = NetworkSlices(pixels, grid, np.eye(count), lungs_found=True)
    saliency = saliency_of(model, slices, model.encode(pixels).clone()).on(grid).voxels
    total = float(saliency.sum(dtype=np.float64))
    if total <= 0:
        return False, 0.0
    tumour = image.tumour.astype(np.float32) >= 0.5
    peak = np.unravel_index(int(np.argmax(saliency)), saliency.shape)
    return _near(tumour, peak, image.spacing_mm), float(saliency[tumour].sum(dtype=np.float64)) / total


def _near(
    tumour: NDArray[np.bool_], place: tuple[np.intp, ...], spacing_mm: tuple[float, float, float]
) -> bool:
    steps = np.argwhere(tumour) - np.asarray(place)
    apart = np.linalg.norm(steps * np.asarray(spacing_mm)[::-1], axis=1)
    return bool(apart.min() <= TOLERANCE_MM)
