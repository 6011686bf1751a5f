"""Beginning with what was fitted on another cohort."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from ctprog_gui.core.shared.errors import InputError
from training.configuration.experiment import SliceAttentionConfig, load_config
from training.optimisation.checkpoint import read_checkpoint

# Of a fold whose fit changed the encoder: the tensors that changed.
TUNED = "tuned.safetensors"


def require_like(config: SliceAttentionConfig) -> None:
    """See that the run to begin with is finished and has the same network.

    Raises
    ------
    InputError
        If it isn't, or hasn't.
    """
    run = config.start_from
    assert run is not None
    if not (run / "predictions.csv").is_file():
        raise InputError(f"start_from: {run} holds no finished run")
    other = load_config(run / "config.yaml")
    if not isinstance(other, SliceAttentionConfig) or other.network.spec != config.network.spec:
        raise InputError(f"start_from: the run in {run} has another network")


def started_head(config: SliceAttentionConfig, fold: int) -> dict[str, Tensor] | None:
    """The first head of the other run's fold that stands for this one; None without another run."""
    if config.start_from is None:
        return None
    return read_checkpoint(_fold_of(config.start_from, fold) / "checkpoint.safetensors")[0]


def started_encoder(config: SliceAttentionConfig, fold: int) -> dict[str, Tensor]:
    """What that fold's fit had changed in the encoder."""
    if config.start_from is None:
        return {}
    path = _fold_of(config.start_from, fold) / TUNED
    return read_checkpoint(path)[0] if path.is_file() else {}


def _fold_of(run: Path, fold: int) -> Path:
    folders = sorted((run / "folds").iterdir(), key=lambda folder: int(folder.name))
    return folders[fold % len(folders)]
