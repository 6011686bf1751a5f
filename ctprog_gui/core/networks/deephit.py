"""DeepHit's network: a distribution over the month of death, without assuming hazards' shape.

Lee, Zame, Yoon, van der Schaar: DeepHit (AAAI 2018), for one cause.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DeepHit(nn.Module):
    """A shared sub-network and a cause-specific one that sees the input again (residual).

    The outputs are the logs of the probabilities to die in month 1, 2, … `bins` and, last, to be
    alive beyond: without that bin a patient alive at the horizon would have the likelihood 0.
    """

    def __init__(
        self, inputs: int, *, hidden: int, shared_layers: int, cause_layers: int, dropout: float, bins: int
    ) -> None:
        super().__init__()
        self.shared = _layers(inputs, hidden, shared_layers, dropout)
        between = hidden if shared_layers else inputs
        self.cause = _layers(between + inputs, hidden, cause_layers, dropout)
        self.out = nn.Linear(hidden if cause_layers else between + inputs, bins + 1)

    def start_he(self) -> None:
        """Draw the hidden layers' weights so that the signal keeps its size (He et al. 2015, eq. 10).

        PyTorch's own draw shrinks it by about √6 a layer: behind ten layers all patients look alike.
        """
        for layer in (*self.shared, *self.cause):
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(patient, input) to (patient, bins + 1) log probabilities."""
        logits = self.out(self.cause(torch.cat([self.shared(x), x], dim=1)))
        return torch.log_softmax(logits, dim=1)


def _layers(inputs: int, hidden: int, count: int, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(count):
        layers += [nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(dropout)]
        inputs = hidden
    return nn.Sequential(*layers)
