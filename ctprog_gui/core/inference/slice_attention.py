"""The slice-attention system: encoder, attention and DeepHit heads of one bundle."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctprog_gui.core.inference.bundle import Bundle
from ctprog_gui.core.inference.compiled import CompiledEncoder, compile_encoder
from ctprog_gui.core.networks.encoder import SliceEncoder, follow
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.randomised import randomised
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.slice_attention import SliceAttentionHead
from ctprog_gui.core.networks.spec import SliceAttentionSpec
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.progress import Progress

Net = TypeVar("Net", bound=nn.Module)

# Slices a step: small enough to stay in cache and to be cancelled soon.
CHUNK = 8


@dataclass(frozen=True, eq=False)
class HeadsAnswer:
    """What each head of the ensemble says: survival (head, month 0…horizon) and attention (head, slice)."""

    survival: NDArray[np.float64]
    attention: NDArray[np.float64]

    @property
    def risk_score(self) -> float:
        return float(months_lost(self.survival).mean())


def months_lost(survival: NDArray[np.float64]) -> NDArray[np.float64]:
    """The risk score: expected months of life lost within the horizon.

    The area above the survival curve, ∑ (1 − S(m)) over the months m = 1 … horizon; higher is
    worse, 0 to horizon. `survival` is (…, month 0…horizon). It is linear in S, so the mean curve
    of an ensemble has the mean of its heads' scores.
    """
    lost: NDArray[np.float64] = (1.0 - survival[..., 1:]).sum(axis=-1)
    return lost


class SliceAttentionModel:
    """An encoder and the heads of an ensemble, ready to answer: in evaluation, without gradients.

    `compiled` stands in for the encoder where slices are looked at. Where each head was fitted
    together with the encoder's end, `tuned` holds an encoder for each (`tuned_encoder`); what these
    share is computed once.
    """

    def __init__(
        self,
        encoder: SliceEncoder,
        heads: Sequence[SliceAttentionHead],
        device: torch.device,
        compiled: CompiledEncoder | None = None,
        tuned: Sequence[SliceEncoder] = (),
    ) -> None:
        if tuned and len(tuned) != len(heads):
            raise ValueError(f"{len(tuned)} tuned encoders for {len(heads)} heads")
        self.device = device
        self.compiled = compiled
        self.encoder = encoder.to(device).eval().requires_grad_(False)
        self.tuned = [one.to(device).eval().requires_grad_(False) for one in tuned]
        self.heads = [head.to(device).eval().requires_grad_(False) for head in heads]

    @classmethod
    def of_bundle(
        cls, bundle: Bundle, device: torch.device, slice_size: Sequence[int] | None = None
    ) -> SliceAttentionModel:
        """The networks of a bundle; with the size of its slices, a large encoder is compiled for the CPU.

        Tuned encoders stay with PyTorch.

        Raises
        ------
        BundleError
            If the weights do not fit the network that the bundle describes.
        """
        spec, models = bundle.survival.spec.network_spec, bundle.survival.spec.models
        assert isinstance(spec, SliceAttentionSpec)
        encoder = load_network(bundle, models.encoder, build_encoder(spec.encoder))
        heads = load_heads(bundle, models.heads, lambda: build_head(spec))
        if models.tuned is not None:
            return cls(encoder, heads, device, tuned=_tuned_of(bundle, encoder, len(heads)))
        compiled = None
        if device.type == "cpu" and slice_size is not None:
            compiled = compile_encoder(encoder.eval(), slice_size, f"{bundle.sha256}/encoder")
        return cls(encoder, heads, device, compiled)

    @torch.inference_mode()
    def encode(self, pixels: NDArray[np.float32], progress: Progress | None = None) -> Tensor:
        """Vectors (slice, feature) of a volume's slices.

        With tuned encoders (slice, 1 + head, feature): first the vectors from before the fit.
        """
        return self.look(pixels, progress)[0]

    def features_of(self, features: Tensor, number: int) -> Tensor:
        """What `encode` gave, as the head of that number sees it: (slice, feature)."""
        return features[:, 1 + number] if self.tuned else features

    def features_before(self, features: Tensor) -> Tensor:
        """What `encode` gave, as it was before any fit: (slice, feature), to hold against the cohort's."""
        return features[:, 0] if self.tuned else features

    @torch.inference_mode()
    def look(
        self, pixels: NDArray[np.float32], progress: Progress | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Vectors of a volume's slices, and the maps that saliency is traced to where there are any."""
        if self.tuned:
            return encode(_Several([self.encoder, *self.tuned]), pixels, self.device, progress), None
        if self.encoder.takes_volume:
            return encode(self.encoder, pixels, self.device, progress), None
        progress = progress or Progress()
        features, maps = [], []
        for start in range(0, len(pixels), CHUNK):
            progress.report(start / len(pixels), "Looking at the slices")
            chunk = pixels[start : start + CHUNK]
            if self.compiled is not None:
                seen, there = self.compiled(chunk)
            else:
                seen, there = self.encoder.with_maps(torch.from_numpy(chunk).unsqueeze(1).to(self.device))
            features.append(seen)
            if there is not None:
                maps.append(there)
        return torch.cat(features), torch.cat(maps) if maps else None

    @torch.inference_mode()
    def answer(self, features: Tensor) -> HeadsAnswer:
        """Each head's survival curve and attention."""
        survival, attention = [], []
        for number, head in enumerate(self.heads):
            log_pmf, weights = head(self.features_of(features, number).unsqueeze(0))
            survival.append(survival_of(log_pmf)[0])
            attention.append(weights[0].double().cpu().numpy())
        return HeadsAnswer(np.stack(survival), np.stack(attention))

    def randomised(self, pixels: NDArray[np.float32], seed: int) -> SliceAttentionModel:
        """One that learnt nothing, with the statistics of these slices; PyTorch runs it."""
        encoder = randomised(self.encoder, seed)
        settle_norms(encoder, torch.from_numpy(pixels).unsqueeze(1).to(self.device))
        other = SliceAttentionModel(encoder, [randomised(head, seed) for head in self.heads], self.device)
        features = other.encode(pixels)
        for head in other.heads:
            head.feature_mean.copy_(features.mean(dim=0))
            # A network of volumes gives one vector, which has no spread.
            spread = features.std(dim=0) if len(features) > 1 else torch.ones_like(features[0])
            head.feature_sd.copy_(spread.clamp(min=1e-6))
        return other

    def distance(self, features: Tensor) -> float:
        """How unlike the training images the volume's mean vector is: see `feature_distance`."""
        return feature_distance(self.heads[0], self.features_before(features))


def tuned_encoder(encoder: SliceEncoder, state: Mapping[str, Tensor]) -> SliceEncoder:
    """The encoder with some of its tensors replaced; the others are the same, not copies.

    Raises
    ------
    ValueError
        If the encoder has no tensor of such a name.
    RuntimeError
        If one has another shape.
    """
    unknown = set(state) - set(encoder.state_dict())
    if unknown:
        raise ValueError(f"the encoder has no {min(unknown)}")
    kept = {
        id(tensor): tensor
        for name, tensor in (*encoder.named_parameters(), *encoder.named_buffers())
        if name not in state
    }
    other = copy.deepcopy(encoder, kept)
    other.load_state_dict(dict(state), strict=False)
    return other


class _Several:
    """Encoders that begin alike, as one: (slice, encoder, feature)."""

    def __init__(self, encoders: Sequence[SliceEncoder]) -> None:
        self.takes_volume = encoders[0].takes_volume
        self._encoders = encoders
        first = [_tensors(step) for step in encoders[0].steps()]
        others = [[_tensors(step) for step in one.steps()] for one in encoders[1:]]
        alike = [all(steps[k] == own for steps in others) for k, own in enumerate(first)]
        self._shared = alike.index(False) if False in alike else len(alike)

    def __call__(self, slices: Tensor) -> Tensor:
        begun = follow(self._encoders[0].steps()[: self._shared], slices)
        return torch.stack([follow(one.steps()[self._shared :], begun) for one in self._encoders], dim=1)


def _tensors(step: object) -> list[int]:
    """What a step of a network computes with, by identity."""
    if not isinstance(step, nn.Module):
        return []
    return [id(tensor) for tensor in (*step.parameters(), *step.buffers())]


def encode(
    encoder: Callable[[Tensor], Tensor],
    pixels: NDArray[np.float32],
    device: torch.device,
    progress: Progress | None = None,
) -> Tensor:
    """Vectors (slice, feature) of slices (slice, row, column), in chunks of equal work.

    A network of whole volumes gives one vector, (1, feature).
    """
    progress = progress or Progress()
    if getattr(encoder, "takes_volume", False):
        progress.report(0.0, "Looking at the volume")
        whole: Tensor = encoder(torch.from_numpy(pixels).unsqueeze(1).to(device))
        return whole
    parts = []
    for start in range(0, len(pixels), CHUNK):
        progress.report(start / len(pixels), "Looking at the slices")
        chunk = torch.from_numpy(pixels[start : start + CHUNK]).unsqueeze(1).to(device)
        parts.append(encoder(chunk))
    return torch.cat(parts)


def survival_of(log_pmf: Tensor) -> NDArray[np.float64]:
    """S at months 0 … horizon, (patient, horizon + 1), from log probabilities of month and beyond."""
    pmf = log_pmf.detach().double().exp().cpu().numpy()
    # Summed from the far end, S(horizon) is the last bin itself and no rounding makes it negative.
    survival: NDArray[np.float64] = np.cumsum(pmf[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(survival / survival[:, :1], 1.0)


def feature_distance(head: SliceAttentionHead, features: Tensor) -> float:
    """Root mean square of a volume's mean vector in the training set's standard deviations."""
    with torch.inference_mode():
        standard = (features.mean(dim=0) - head.feature_mean) / head.feature_sd
        return float(standard.double().square().mean().sqrt())


def load_network(bundle: Bundle, name: str, network: Net) -> Net:
    """Fill a network with one file of a bundle's weights.

    Raises
    ------
    BundleError
        If the weights do not fit the network that the bundle describes.
    """
    return _filled(network, _weights(bundle, name), bundle, name)


def load_heads(bundle: Bundle, names: Sequence[str], build: Callable[[], Net]) -> list[Net]:
    """The heads of an ensemble, in their order; `build` makes one with any weights.

    Each of the files `names` holds one head, or several whose keys begin with their numbers (``0.``,
    ``1.``, …).

    Raises
    ------
    BundleError
        If the weights do not fit the network that the bundle describes.
    """
    heads = []
    for name in names:
        numbered = _numbered(bundle, name)
        if not numbered:
            heads.append(_filled(build(), _weights(bundle, name), bundle, name))
        elif sorted(numbered) != [*range(len(numbered))]:
            raise BundleError(f"bundle {bundle.name}: {name} does not number its heads from 0 on")
        else:
            heads += [_filled(build(), numbered[n], bundle, name) for n in range(len(numbered))]
    return heads


def _tuned_of(bundle: Bundle, encoder: SliceEncoder, heads: int) -> list[SliceEncoder]:
    name = bundle.survival.spec.models.tuned
    assert name is not None
    states = _numbered(bundle, name)
    if sorted(states) != [*range(heads)]:
        raise BundleError(f"bundle {bundle.name}: {name} does not hold an encoder's end for each head")
    try:
        return [tuned_encoder(encoder, states[number]) for number in range(heads)]
    except (RuntimeError, ValueError) as error:
        raise _unfit(bundle, name, error) from error


def _numbered(bundle: Bundle, name: str) -> dict[int, dict[str, Tensor]]:
    """One file's tensors by the numbers that all of their keys begin with; empty where none does.

    Raises
    ------
    BundleError
        If only some do.
    """
    weights = _weights(bundle, name)
    numbered: dict[int, dict[str, Tensor]] = {}
    for key, value in weights.items():
        number, _, rest = key.partition(".")
        if number.isdecimal():
            numbered.setdefault(int(number), {})[rest] = value
    if numbered and sum(map(len, numbered.values())) < len(weights):
        raise BundleError(f"bundle {bundle.name}: {name} does not number its heads from 0 on")
    return numbered


def _weights(bundle: Bundle, name: str) -> dict[str, Tensor]:
    """One file's tensors, in single precision."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        found = load(bundle.read(name))
    except SafetensorError as error:
        raise _unfit(bundle, name, error) from error
    return {key: value.float() if value.is_floating_point() else value for key, value in found.items()}


def _filled(network: Net, weights: dict[str, Tensor], bundle: Bundle, name: str) -> Net:
    try:
        network.load_state_dict(weights, strict=True)
    except (RuntimeError, ValueError, KeyError) as error:
        raise _unfit(bundle, name, error) from error
    for parameter in network.parameters():
        if not torch.isfinite(parameter).all():
            raise BundleError(f"bundle {bundle.name}: {name} holds a weight that is not finite")
    return network


def _unfit(bundle: Bundle, name: str, error: Exception) -> BundleError:
    return BundleError(f"bundle {bundle.name}: {name} does not fit its network: {str(error).splitlines()[0]}")
