"""A cohort's radiomics, wherever they come from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ctprog_gui.core.shared.progress import Progress
from training.configuration.radscore import RadiomicsConfig
from training.radiomics import write_radiomics
from training.radscore.table import RegionFeatures, read_radiomics


def radiomics_of(
    config: RadiomicsConfig, cohort_path: Path, patients: Sequence[str], progress: Progress
) -> dict[str, RegionFeatures]:
    """Features by region of the given patients, in their order.

    From the table that the configuration names, or extracted now; each case is kept in the cache.
    """
    if config.table is not None:
        return read_radiomics(config.table, patients)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "radiomics.csv"
        write_radiomics(cohort_path, path, ring_mm=config.ring_mm, progress=progress)
        return read_radiomics(path, patients)
