"""How large a network is and how much it computes for one patient."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.shared.writing import replacing
from training.configuration.experiment import SliceAttentionConfig
from training.fitting.tuning import TunedNetwork

# The paper's mean number of slices of a patient, and their pixels along a side.
SLICES, SIDE = 72, 224


@dataclass(frozen=True)
class Complexity:
    """Of one configuration: numbers of parameters, and what one patient's volume takes.

    `gflops` counts a multiplication and its addition as two operations, in convolutions, products
    of matrices and attention; many tables count them as one (`gmacs`, half of it).
    """

    name: str
    encoder: str
    aggregation: str
    fitted_part: str
    encoder_parameters: int
    aggregation_parameters: int
    risk_parameters: int
    parameters: int
    fitted_parameters: int
    slices: int
    gflops: float
    gmacs: float


def complexity(config: SliceAttentionConfig, slices: int = SLICES) -> Complexity:
    """Counted on the network itself, without computing: on PyTorch's meta device.

    At the paper's size of a slice, whatever the configuration's own: networks are compared.
    """
    part = config.network.encoder.trainable
    with torch.device("meta"):
        encoder, head = build_encoder(config.network.spec.encoder), build_head(config.network.spec)
        network = TunedNetwork(encoder, head, part).eval()
        volume = torch.empty(slices, 1, SIDE, SIDE)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            head(encoder(volume).unsqueeze(0))
    in_encoder, in_head = _count(encoder), _count(head)
    at_risk = _count(head.risk)
    operations = counter.get_total_flops()
    return Complexity(
        config.name,
        config.network.encoder.name,
        config.network.aggregation,
        part,
        in_encoder,
        in_head - at_risk,
        at_risk,
        in_encoder + in_head,
        sum(p.numel() for p in network.parameters() if p.requires_grad),
        slices,
        operations / 1e9,
        operations / 2e9,
    )


def write_complexity(path: Path, rows: Sequence[Complexity]) -> None:
    """``tables/complexity.csv``: a row a configuration."""
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Complexity)])
        writer.writerows(astuple(row) for row in rows)


def _count(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
