"""What a fit minimises, as functions of tensors."""

from training.losses.cox import cox_loss
from training.losses.deephit import deephit_loss, likelihood_loss, ranking_loss
from training.losses.ntxent import ntxent_loss

__all__ = ["cox_loss", "deephit_loss", "likelihood_loss", "ntxent_loss", "ranking_loss"]
