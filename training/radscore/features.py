"""A cohort's radiomics, wherever they come from."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.progress import Progress
from training.configuration.radscore import RadiomicsConfig
from training.provenance import RadiomicsProvenance, read_provenance
from training.radiomics import write_radiomics
from training.radscore.table import RegionFeatures, read_radiomics


def as_told(config: RadiomicsConfig) -> RadiomicsConfig:
    """The configuration with the settings, the ring and the clip that its table tells it was made with.

    Where there is no table, or one that tells nothing, the configuration's own word is taken.

    Raises
    ------
    InputError
        If the configuration says otherwise, or what lies beside the table can't be used.
    """
    told = None if config.table is None else read_provenance(config.table)
    if told is None:
        return config
    require_alike(config, told, str(config.table))
    found: dict[str, object] = {"settings": told.unlike_default}
    if told.ring_mm is not None:
        found |= {"ring_mm": told.ring_mm, "clip": told.clip}
    return config.model_copy(update=found)


def told_by(config: RadiomicsConfig) -> str:
    """Whose word it is how the features were made, in words."""
    if config.table is None:
        return "the configuration, by which they were extracted"
    if read_provenance(config.table) is not None:
        return "the table"
    return "the configuration: the table does not tell how it was made"


def require_alike(config: RadiomicsConfig, told: RadiomicsProvenance, table: str) -> None:
    """Raise `InputError` where a configuration says otherwise than a table; what it leaves out agrees."""
    said, own = config.model_fields_set, config.method
    pairs: list[tuple[str, object, object]] = [("settings", told.unlike_default, own.unlike_default)]
    if told.ring_mm is not None:
        pairs += [("ring_mm", told.ring_mm, own.ring_mm), ("clip", told.clip, own.clip)]
    for key, there, here in pairs:
        if key in said and there != here:
            raise InputError(f"{table} was made with radiomics.{key} {there}, the configuration says {here}")


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
        write_radiomics(
            cohort_path,
            path,
            ring_mm=config.ring_mm,
            clip=config.clip,
            settings=config.method.settings,
            progress=progress,
        )
        return read_radiomics(path, patients)
