"""How a table of radiomics was made, told in a file beside it: ``features.csv``, ``features.method.json``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctprog_gui import __version__
from ctprog_gui.core.preprocessing.ring_clip import Clip
from ctprog_gui.core.radiomics.settings import DEFAULT, RadiomicsSettings
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.writing import write_json

_SCHEMA = 1


@dataclass(frozen=True)
class RadiomicsProvenance:
    """How a CT and its ROI became features; `ring_mm` is None where no ring was asked for."""

    settings: RadiomicsSettings
    ring_mm: float | None = None
    clip: Clip = "none"

    @property
    def unlike_default(self) -> dict[str, Any]:
        """The settings that are not the default, as JSON."""
        usual = DEFAULT.to_json()
        return {key: value for key, value in self.settings.to_json().items() if value != usual[key]}

    def tell_of(self, table: Path, written: Path | None = None) -> None:
        """Write it beside a table; `written` is where the table lies until it takes its name."""
        told = {
            "schema": _SCHEMA,
            "software": {"name": "ctprog", "version": __version__},
            "settings": self.settings.to_json(),
            "ring_mm": self.ring_mm,
            "clip": self.clip,
            "table_sha256": _sha256(written or table),
        }
        write_json(told_at(table), told)


def told_at(table: Path) -> Path:
    """Where it is told how a table was made."""
    return table.with_suffix(".method.json")


def read_provenance(table: Path) -> RadiomicsProvenance | None:
    """How a table was made; None where nothing lies beside it, as for tables of before or of elsewhere.

    Raises
    ------
    InputError
        If what lies there can't be read, or tells of another table.
    """
    path = told_at(table)
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != _SCHEMA or told["clip"] not in ("none", "lungs", "body"):
            raise ValueError("it is of another kind")
        ring_mm = None if told["ring_mm"] is None else float(told["ring_mm"])
        found = RadiomicsProvenance(RadiomicsSettings.from_json(told["settings"]), ring_mm, told["clip"])
        sha256 = told["table_sha256"]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} does not tell how {table.name} was made: {error}") from error
    if table.is_file() and sha256 != _sha256(table):
        raise InputError(
            f"{path} tells of another table than {table.name} is now: extract the features again, or "
            "remove it and tell radiomics.settings, ring_mm and clip in the configuration"
        )
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
