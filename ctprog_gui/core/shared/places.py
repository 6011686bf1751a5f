"""Where things lie: resources that ship with the application, and the person's own folders."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_PACKAGE = Path(__file__).resolve().parents[2]


def resources() -> Path:
    """The folder of icons, styles and bundles: inside a wheel, else at the top of the checkout."""
    inside = _PACKAGE / "resources"
    return inside if inside.is_dir() else _PACKAGE.parent / "resources"


def user_data() -> Path:
    """Where the application keeps what must survive (``CTPROG_HOME`` overrides the platform's place)."""
    home = os.environ.get("CTPROG_HOME")
    return Path(home) / "data" if home else user_data_path("ctprog", appauthor=False)


def user_cache() -> Path:
    """Where the application keeps what it can make again."""
    home = os.environ.get("CTPROG_HOME")
    return Path(home) / "cache" if home else user_cache_path("ctprog", appauthor=False)


def bundle_folders() -> list[Path]:
    """Folders searched for bundles, the shipped ones first."""
    return [resources() / "bundles", user_data() / "bundles"]
