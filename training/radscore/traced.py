"""What the network's answer was traced to on patches of a run's own patients, by folds that never saw one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ctprog_gui.core.inference.attribution import cam_of, reached
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.radscore_head import RadscoreHead
from ctprog_gui.core.networks.registry import build_encoder
from ctprog_gui.core.shared.errors import InputError
from training.configuration.experiment import load_config
from training.configuration.radscore import DeepRadscoreConfig
from training.optimisation.checkpoint import read_checkpoint, read_tensors, write_tensors
from training.radscore.predictions import EndpointPredictions, read_endpoint_predictions

Floats = NDArray[np.float32]
_PATCHES = "patches.safetensors"


@dataclass(frozen=True, eq=False)
class Traced:
    """A patient's patch and what spoke for the endpoint on it.

    `hu` is (row, column); `map` (row, column) of coarser cells of `cell` pixels from the first row and
    column on, as far as the network's pooling goes.
    """

    label: bool
    probability: float
    hu: NDArray[np.int16]
    map: Floats
    cell: tuple[float, float]


def keep_patches(run: Path, patients: tuple[str, ...], hu: NDArray[np.int16]) -> None:
    """Keep the patches (patient, row, column) in a run's folder; they never leave it for a bundle."""
    names = torch.tensor(list("\n".join(patients).encode()), dtype=torch.uint8)
    write_tensors(run / _PATCHES, {"hu": torch.from_numpy(np.ascontiguousarray(hu)), "patients": names})


def trace_examples(run: Path, each: int = 4) -> list[list[Traced]]:
    """Patients with the endpoint, and those without, from Deep-CT's highest probability to its lowest.

    They stand at equal distances in the order of the probability, so the worst is shown with the best.
    The map is LayerCAM of the saliency layer (DenseNet's last dense block) by the log odds of the network
    alone, of the fold that left the patient out. Empty where the run keeps no patches or the encoder no maps.

    Raises
    ------
    InputError
        If it is no run of an endpoint.
    """
    config = load_config(run / "config.yaml")
    if not isinstance(config, DeepRadscoreConfig):
        raise InputError(f"{run} is no run of deep_radscore")
    if not (run / _PATCHES).is_file() or not (run / "encoder.safetensors").is_file():
        return []
    kept = read_tensors(run / _PATCHES)
    patients = bytes(kept["patients"].tolist()).decode().split("\n")
    encoder = build_encoder(config.encoder.spec)
    encoder.load_state_dict(read_checkpoint(run / "encoder.safetensors")[0])
    encoder.eval().requires_grad_(False)
    told = read_endpoint_predictions(run / "predictions.csv")
    found = []
    for kind in (True, False):
        own = _spread(told, kind, each)
        traced = [
            _traced(run, config, encoder, kept["hu"][patients.index(told.patients[i])], told, i) for i in own
        ]
        found.append([one for one in traced if one is not None])
    return found if any(found) else []


def _spread(told: EndpointPredictions, kind: bool, each: int) -> list[int]:
    """Patients of one kind at equal distances in the falling order of Deep-CT's probability."""
    own = np.flatnonzero(told.label == kind)
    own = own[np.argsort(-told.probability["deep"][own], kind="stable")]
    places = np.unique(np.linspace(0, len(own) - 1, min(each, len(own))).round().astype(int))
    return [int(i) for i in own[places]]


def _traced(
    run: Path,
    config: DeepRadscoreConfig,
    encoder: SliceEncoder,
    hu: torch.Tensor,
    told: EndpointPredictions,
    patient: int,
) -> Traced | None:
    weights = read_checkpoint(run / "folds" / str(int(told.fold[patient])) / "checkpoint.safetensors")[0]
    low, high = config.recipe.hu_window
    with torch.no_grad():
        _, maps = encoder.with_maps(((hu.float() - low) / (high - low)).clamp(0, 1)[None, None])
    if maps is None:
        return None
    with torch.enable_grad():
        maps = maps.clone().requires_grad_(True)
        features = encoder.after_maps(maps)
        head = RadscoreHead(features.shape[1], config.head.deep)
        head.load_state_dict(weights)
        head.eval()
        logits = head(features, features.new_zeros((1, 0)))
        (gradient,) = torch.autograd.grad(logits[0, 1] - logits[0, 0], maps)
    cam = cam_of(maps.detach(), gradient)[0]
    rows, columns = reached(encoder, maps.detach())
    return Traced(
        bool(told.label[patient]),
        float(told.probability["deep"][patient]),
        hu.numpy(),
        cam[:rows, :columns],
        (hu.shape[0] / cam.shape[0], hu.shape[1] / cam.shape[1]),
    )
