"""Fitting the encoder's end together with attention and risk, on the slices themselves.

What the slice-attention paper calls a feature extractor trains the encoder's last layer, and its
other strategy the later half of the layers; the rest is frozen, and what it makes of a volume is
kept (`FrozenPart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctprog_gui.core.inference.slice_attention import CHUNK, survival_of
from ctprog_gui.core.networks.encoder import SliceEncoder, Step, follow
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.core.survival.concordance import time_dependent_concordance
from ctprog_gui.core.survival.targets import MonthlyTargets
from training.configuration.experiment import SliceFitConfig
from training.configuration.parts import Trainable
from training.fitting.features import encoder_sha256
from training.fitting.frozen_part import FrozenPart
from training.fitting.turns import STRAIGHT, Turn, draw_turn, turned
from training.losses import deephit_loss
from training.optimisation.loop import EpochReport, Fit, run_loop
from training.optimisation.state import Keeper
from training.optimisation.stopping import Stop
from training.preparation.images import PreparedImage

Index = NDArray[np.int64]
Floats = NDArray[np.float64]
_LAYERS = (nn.modules.conv._ConvNd, nn.Linear)


def trained_modules(encoder: SliceEncoder, trainable: Trainable) -> list[nn.Module]:
    """The modules with weights of an encoder that are fitted: of its last layer, or its later half.

    A layer is a convolution or a linear map, in the order in which the network holds them; the
    norms and factors behind it belong to it.
    """
    leaves = [m for m in encoder.modules() if any(True for _ in m.parameters(recurse=False))]
    # What holds others as well has bare parameters (a class token, say): these stay as they are.
    leaves = [m for m in leaves if not any(True for _ in m.children())]
    layers = [i for i, m in enumerate(leaves) if isinstance(m, _LAYERS)]
    if trainable == "none":
        return []
    first = layers[-1] if trainable == "last" else layers[len(layers) // 2]
    return leaves[first:]


class TunedNetwork(nn.Module):
    """Encoder and head as one network, of which the encoder's end and the head are fitted.

    Batch norms keep the statistics that they came with, also those whose factors are fitted: a
    batch is a few volumes whose slices are alike, and statistics of so little would take away what
    tells one patient from another.
    """

    def __init__(self, encoder: SliceEncoder, head: SliceAttentionHead, trainable: Trainable) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        encoder.requires_grad_(False)
        self._trained = trained_modules(encoder, trainable)
        for module in self._trained:
            module.requires_grad_(True)
        self._count = _frozen_steps(encoder, self._trained)

    def train(self, mode: bool = True) -> TunedNetwork:
        """The encoder stays in evaluation."""
        super().train(mode)
        self.encoder.eval()
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

    def round_to_half(self) -> None:
        """Round what was fitted of the encoder to half precision."""
        with torch.no_grad():
            for module in self._trained:
                for parameter in module.parameters():
                    parameter.copy_(parameter.half().float())

    @property
    def frozen_steps(self) -> list[Step]:
        """The encoder's steps before the first that is fitted; the network takes what they give."""
        return self.encoder.steps()[: self._count]

    def forward(self, begun: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Volumes of different lengths, as `frozen_steps` left each, to the head's answers."""
        steps = self.encoder.steps()[self._count :]
        if self.encoder.takes_volume:
            vectors = [follow(steps, volume) for volume in begun]
        else:
            vectors = [*torch.split(follow(steps, torch.cat(list(begun))), [len(volume) for volume in begun])]
        # The head stays on the CPU: see `fit_head`.
        vectors = [one.float().cpu() for one in vectors]
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
    config: SliceFitConfig,
    *,
    seed: int,
    device: torch.device,
    frozen: FrozenPart | None = None,
    keeper: Keeper | None = None,
    stop: Stop | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> None:
    """As `fit_head`, on slices: each volume is mirrored and turned (`draw_turn`).

    One transform a volume, not one a slice as the paper has it: a chest stays a chest. With
    ``config.turns`` each volume has so many transforms, drawn once, of which an epoch takes one.
    """
    frozen = FrozenPart() if frozen is None else frozen
    network.encoder.to(device)
    fitted = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(fitted, lr=config.learning_rate, weight_decay=config.weight_decay)
    bins, observed = torch.from_numpy(targets.bin), torch.from_numpy(targets.observed)

    def begun(i: int, turn: Turn) -> Tensor:
        return begin_volume(network.encoder, network.frozen_steps, images[i], device, frozen, turn)

    def turn_of(i: int, rng: np.random.Generator) -> Turn:
        if config.turns == 0:
            return draw_turn(rng)
        return draw_turn(np.random.default_rng([i, int(rng.integers(config.turns))]))

    def batches(epoch: int, rng: np.random.Generator) -> Iterator[tuple[Index, list[Tensor]]]:
        order = rng.permutation(train)
        for start in range(0, len(order), config.batch_size):
            chosen = order[start : start + config.batch_size]
            yield chosen, [begun(i, turn_of(i, rng)) for i in chosen.tolist()]

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
        survival = predict_tuned(network, [images[i] for i in validation], device, frozen)[0]
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


def _frozen_steps(encoder: SliceEncoder, trained: Sequence[nn.Module]) -> int:
    """How many of an encoder's steps come before the first that holds a fitted module."""
    fitted = {id(module) for module in trained}
    for number, step in enumerate(encoder.steps()):
        if isinstance(step, nn.Module) and any(id(module) in fitted for module in step.modules()):
            return number
    return len(encoder.steps())


def _in_chunks(encoder: SliceEncoder, steps: Sequence[Step], slices: Tensor) -> Tensor:
    if encoder.takes_volume:
        return follow(steps, slices)
    return torch.cat([follow(steps, slices[at : at + CHUNK]) for at in range(0, len(slices), CHUNK)])


def begin_volume(
    encoder: SliceEncoder,
    steps: Sequence[Step],
    image: PreparedImage,
    device: torch.device,
    frozen: FrozenPart,
    turn: Turn = STRAIGHT,
) -> Tensor:
    """What an encoder's frozen steps make of a patient's slices, mirrored and turned."""

    def compute() -> Tensor:
        volume = torch.from_numpy(image.pixels.astype(np.float32)).unsqueeze(1)
        return _in_chunks(encoder, steps, turned(volume, turn).to(device))

    return frozen.get((image.key, turn), compute)


def predict_tuned(
    network: TunedNetwork,
    images: Sequence[PreparedImage],
    device: torch.device,
    frozen: FrozenPart | None = None,
) -> tuple[Floats, list[Floats]]:
    """Survival (patient, month) and, for each patient, the weights of their slices."""
    network.eval()
    # Without one that outlives the call, nothing would be asked for again.
    frozen = FrozenPart(0) if frozen is None else frozen
    survival, weights = [], []
    with torch.no_grad():
        for image in images:
            begun = begin_volume(network.encoder, network.frozen_steps, image, device, frozen)
            log_pmf, looked = network([begun.to(device)])
            survival.append(survival_of(log_pmf)[0])
            weights.append(looked[0].double().numpy())
    return np.stack(survival), weights


def begun_vectors(
    encoder: SliceEncoder,
    images: Sequence[PreparedImage],
    trainable: Trainable,
    device: torch.device,
    frozen: FrozenPart,
    progress: Progress,
) -> list[Tensor]:
    """Vectors (slice, feature) of each patient's slices, as the encoder gives them before its fit.

    What its frozen part made of them stays in `frozen`.
    """
    frozen.of_network(encoder_sha256(encoder, device))
    count = _frozen_steps(encoder, trained_modules(encoder, trainable))
    steps = encoder.steps()
    vectors = []
    with torch.no_grad():
        for number, image in enumerate(images):
            progress.report(number / len(images), "Computing features")
            begun = begin_volume(encoder, steps[:count], image, device, frozen)
            vectors.append(_in_chunks(encoder, steps[count:], begun.to(device)).float().cpu())
    return vectors
