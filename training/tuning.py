"""Fitting the encoder's end together with attention and risk, on the slices themselves.

What the slice-attention paper calls a feature extractor trains the encoder's last layer, and its
other strategy the later half of the layers; the rest is frozen, its batch norms included.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ctprog_gui.core.inference.slice_attention import encode, survival_of
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.targets import MonthlyTargets
from training.config import FitConfig, Trainable
from training.images import PreparedImage
from training.loop import EpochReport, Fit, run_loop
from training.loop_state import Keeper
from training.losses import deephit_loss
from training.stopping import Stop

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm)
_TURN_DEGREES = 20.0
_CHANCE = 0.2


def trained_modules(encoder: SliceEncoder, trainable: Trainable) -> list[nn.Module]:
    """The modules with weights of an encoder that are fitted: of its last layer, or its later half.

    A layer is a convolution or a linear map, in the order in which the network holds them; the
    norms behind it belong to it.
    """
    leaves = [m for m in encoder.modules() if any(True for _ in m.parameters(recurse=False))]
    # What holds others as well has bare parameters (a class token, say): these stay as they are.
    leaves = [m for m in leaves if not any(True for _ in m.children())]
    layers = [i for i, m in enumerate(leaves) if not isinstance(m, _NORMS)]
    if trainable == "none":
        return []
    first = layers[-1] if trainable == "last" else layers[len(layers) // 2]
    return leaves[first:]


class TunedNetwork(nn.Module):
    """Encoder and head as one network, of which the encoder's end and the head are fitted."""

    def __init__(self, encoder: SliceEncoder, head: SliceAttentionHead, trainable: Trainable) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        encoder.requires_grad_(False)
        self._trained = trained_modules(encoder, trainable)
        for module in self._trained:
            module.requires_grad_(True)

    def train(self, mode: bool = True) -> TunedNetwork:
        """Frozen parts stay in evaluation."""
        super().train(mode)
        self.encoder.eval()
        for module in self._trained:
            module.train(mode)
        return self

    def tuned_state(self) -> dict[str, Tensor]:
        """The encoder's tensors that may differ from those it began with."""
        trained = {id(module) for module in self._trained}
        return {
            f"{name}.{key}": value
            for name, module in self.encoder.named_modules()
            if id(module) in trained
            for key, value in module.state_dict().items()
        }

    def forward(self, volumes: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Volumes as (slice, 1, row, column) each, of different lengths, to the head's answers."""
        vectors = [self.encoder(volume).float().cpu() for volume in volumes]
        longest = max(map(len, vectors))
        features = vectors[0].new_zeros(len(vectors), longest, vectors[0].shape[1])
        valid = torch.zeros(len(vectors), longest, dtype=torch.bool)
        for i, one in enumerate(vectors):
            features[i, : len(one)] = one
            valid[i, : len(one)] = True
        log_pmf, weights = self.head(features, valid)
        return log_pmf, weights


def fit_tuned(
    network: TunedNetwork,
    images: Sequence[PreparedImage],
    targets: MonthlyTargets,
    train: Index,
    validation: Index,
    config: FitConfig,
    *,
    seed: int,
    device: torch.device,
    keeper: Keeper | None = None,
    stop: Stop | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> None:
    """As `fit_head`, on slices: each volume is mirrored and turned, by up to 20°, with probability 0.2.

    One transform a volume, not one a slice as the paper has it: a chest stays a chest.
    """
    # The head stays on the CPU: see `fit_head`.
    network.encoder.to(device)
    fitted = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(fitted, lr=config.learning_rate, weight_decay=config.weight_decay)
    bins, observed = torch.from_numpy(targets.bin), torch.from_numpy(targets.observed)

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[tuple[Index, list[Tensor]]]:
        order = rng.permutation(train)
        for start in range(0, len(order), config.batch_size):
            chosen = order[start : start + config.batch_size]
            yield chosen, [turned(_slices(images[i]), rng) for i in chosen]

    def loss(net: nn.Module, batch: tuple[Index, list[Tensor]]) -> tuple[Tensor, dict[str, float]]:
        chosen, volumes = batch
        log_pmf, _ = net([volume.to(device) for volume in volumes])
        index = torch.from_numpy(chosen)
        value, pairs = deephit_loss(
            log_pmf.float(),
            bins[index],
            observed[index],
            alpha=config.alpha,
            beta=config.beta,
            sigma=config.sigma,
        )
        return value, {"comparable_pairs": pairs}

    def validate(_net: nn.Module) -> dict[str, float]:
        survival = predict_tuned(network, [images[i] for i in validation], device)[0]
        ctd = time_dependent_concordance(
            targets.follow_up.where(validation),
            1.0 - survival[:, 1:],
            targets.bin[validation],
            censored_ties=False,
        )
        return {"validation_ctd": ctd}

    run_loop(
        Fit(network, optimizer, batches, loss, validate=validate, watch="validation_ctd"),
        config.loop(config.patience),
        seed=seed,
        keeper=keeper,
        stop=stop,
        on_epoch=on_epoch,
    )


def predict_tuned(
    network: TunedNetwork, images: Sequence[PreparedImage], device: torch.device
) -> tuple[Floats, list[Floats]]:
    """Survival (patient, month) and, for each patient, the weights of their slices."""
    network.eval()
    survival, weights = [], []
    with torch.inference_mode():
        for image in images:
            features = encode(network.encoder, image.pixels.astype(np.float32), device).float().cpu()
            log_pmf, looked = network.head(features.unsqueeze(0))
            survival.append(survival_of(log_pmf)[0])
            weights.append(looked[0].double().numpy())
    return np.stack(survival), weights


def turned(volume: Tensor, rng: np.random.Generator) -> Tensor:
    """A volume (slice, 1, row, column) mirrored and turned in the plane, each with probability 0.2."""
    if rng.random() < _CHANCE:
        volume = volume.flip(3)
    if rng.random() < _CHANCE:
        angle = math.radians(rng.uniform(-_TURN_DEGREES, _TURN_DEGREES))
        ratio = volume.shape[2] / volume.shape[3]
        cos, sin = math.cos(angle), math.sin(angle)
        # The grid reaches from −1 to 1 along both sides, whatever their lengths.
        matrix = torch.tensor([[cos, -sin * ratio, 0.0], [sin / ratio, cos, 0.0]])
        grid = functional.affine_grid(
            matrix.expand(len(volume), 2, 3), list(volume.shape), align_corners=False
        )
        volume = functional.grid_sample(volume, grid, padding_mode="zeros", align_corners=False)
    return volume


def _slices(image: PreparedImage) -> Tensor:
    return torch.from_numpy(image.pixels.astype(np.float32)).unsqueeze(1)
