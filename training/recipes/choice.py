"""Which recipe fits a configuration, and what each can't be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.experiment import AnyConfig, RoiAttentionConfig, SliceAttentionConfig, TableConfig
from training.configuration.radscore import DeepRadscoreConfig, RadiomicsSurvivalConfig, RadscoreProofConfig
from training.fitting.cross_validation import Engine
from training.optimisation.stopping import Stop
from training.recipes import deep_radscore, deephit_table, radiomics_survival, roi_attention, slice_attention


@dataclass(frozen=True)
class FitRequest:
    """What was asked for besides the configuration; see ``ctprog-train fit --help``."""

    cohort: Path
    out: Path
    device: Literal["cpu", "cuda", "auto"] = "auto"
    engine: Engine = "local"
    threads: int | None = None
    prepared: Path | None = None
    resume: bool = False


def fit(config: AnyConfig, asked: FitRequest, stop: Stop, progress: Progress) -> None:
    """Fit a configuration by its recipe.

    Raises
    ------
    InputError
        If the recipe has no use for something that was asked for, or the run fails for a reason a
        person can mend.
    """
    cohort, out, threads, resume = asked.cohort, asked.out, asked.threads, asked.resume
    if asked.device == "cuda" and not _on_gpu(config):
        raise InputError("this design fits on the CPU only")
    if isinstance(config, RadscoreProofConfig):
        raise InputError("this design draws its own patients: python -m training.radscore.proof CONFIG OUT")
    if isinstance(config, TableConfig):
        if asked.prepared is not None:
            raise InputError("DeepHit on a table has no images to prepare: leave --prepared out")
        deephit_table.main(
            config,
            cohort,
            out,
            threads=threads,
            resume=resume,
            engine=asked.engine,
            stop=stop,
            progress=progress,
        )
    elif isinstance(config, DeepRadscoreConfig):
        deep_radscore.main(
            config,
            cohort,
            out,
            threads=threads,
            prepared=asked.prepared,
            resume=resume,
            engine=asked.engine,
            stop=stop,
            progress=progress,
        )
    elif isinstance(config, RadiomicsSurvivalConfig):
        if asked.engine != "local" or asked.prepared is not None:
            raise InputError("this design fits in a minute from a table: it takes no --engine or --prepared")
        radiomics_survival.main(config, cohort, out, resume=resume, stop=stop, progress=progress)
    elif isinstance(config, RoiAttentionConfig):
        if asked.engine != "local":
            raise InputError("the folds of this design take seconds: it takes no --engine")
        roi_attention.main(
            config,
            cohort,
            out,
            threads=threads,
            prepared=asked.prepared,
            resume=resume,
            stop=stop,
            progress=progress,
        )
    else:
        slice_attention.main(
            config,
            cohort,
            out,
            device=asked.device,
            threads=threads,
            resume=resume,
            engine=asked.engine,
            stop=stop,
            prepared=asked.prepared,
            progress=progress,
        )


def _on_gpu(config: AnyConfig) -> bool:
    return isinstance(config, SliceAttentionConfig)
