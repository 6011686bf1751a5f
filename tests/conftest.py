"""What every test may use."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest


def _shared_data() -> Path:
    named = os.environ.get("CTPROG_SHARED_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; without it the test is skipped.

    Where the folder is there, a missing file in it fails the test.
    """
    folder = _shared_data()
    if not folder.is_dir():
        pytest.skip("the real data (CTPROG_SHARED_DATA, or ../shared/data) are not here")
    return folder


@pytest.fixture(scope="session")
def lung1(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LUNG1-001 unpacked: its CT in ``ct``, its RTSTRUCT in ``rtstruct``."""
    folder = tmp_path_factory.mktemp("lung1")
    with zipfile.ZipFile(shared_data / "lung1_001.zip") as archive:
        archive.extractall(folder)
    return folder / "lung1_001"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"shared_data", "lung1"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("shared_data")
