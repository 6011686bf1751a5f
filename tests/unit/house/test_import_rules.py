"""The import rules hold, and each of them bites.

A rule whose module names no longer match anything passes for ever, so every contract is also shown
one import that it must catch. That is tried in a hollow copy of the tree: the real module names, with
nothing in them, and the offending import in one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("ctprog_gui", "training")
CONTRACTS = {
    "layers-app",
    "layers-core",
    "no-toolkit",
    "app-without-training",
    "training-on-core",
    "torch-in-two-rooms",
    "vtk-in-two-rooms",
    "no-whole-vtk",
    "rendering-without-qt",
    "no-circles",
}

# (file, its one import, the contracts that must break and no other)
OFFENCES = [
    ("ctprog_gui/state/offence.py", "import ctprog_gui.commands.offended", {"layers-app"}),
    ("ctprog_gui/charts/offence.py", "import ctprog_gui.services.offended", {"layers-app"}),
    ("ctprog_gui/core/offence_room/__init__.py", "", {"layers-core"}),
    ("ctprog_gui/core/imaging/offence.py", "import ctprog_gui.core.roi.offended", {"layers-core"}),
    ("ctprog_gui/core/dicom/offence.py", "import ctprog_gui.core.phantom.offended", {"layers-core"}),
    ("ctprog_gui/core/roi/offence.py", "import PySide6.QtCore", {"no-toolkit"}),
    ("ctprog_gui/state/offence.py", "import pyqtgraph", {"no-toolkit"}),
    ("ctprog_gui/commands/offence.py", "import shiboken6", {"no-toolkit"}),
    ("training/offence.py", "import PySide6", {"no-toolkit"}),
    ("ctprog_gui/state/offence.py", "import vtkmodules.vtkCommonCore", {"no-toolkit", "vtk-in-two-rooms"}),
    ("ctprog_gui/core/inference/offence.py", "import training.offended", {"app-without-training"}),
    ("training/offence.py", "import ctprog_gui.state.offended", {"training-on-core"}),
    ("training/offence.py", "from ctprog_gui import cli", {"training-on-core"}),
    ("ctprog_gui/core/survival/offence.py", "import torch.nn", {"torch-in-two-rooms"}),
    ("ctprog_gui/core/roi/offence.py", "import monai", {"torch-in-two-rooms"}),
    ("ctprog_gui/views/offence.py", "import vtkmodules.all", {"vtk-in-two-rooms"}),
    ("ctprog_gui/services/offence.py", "from vtkmodules import vtkIOImage", {"vtk-in-two-rooms"}),
    ("ctprog_gui/rendering/offence.py", "import vtk", {"no-whole-vtk"}),
    ("ctprog_gui/rendering/offence.py", "import PySide6.QtGui", {"rendering-without-qt"}),
    ("ctprog_gui/rendering/offence.py", "import pyqtgraph", {"rendering-without-qt"}),
    # `offended` is given the import back: two packages side by side that need each other.
    ("ctprog_gui/views/panels/offence.py", "import ctprog_gui.views.tools.offended", {"no-circles"}),
]

# What the rules must leave alone.
ALLOWED = [
    ("ctprog_gui/core/networks/allowed.py", "import torch, monai"),
    ("ctprog_gui/core/inference/allowed.py", "import torch"),
    ("ctprog_gui/rendering/allowed.py", "import vtkmodules.vtkRenderingCore"),
    ("ctprog_gui/views/viewer/vtk_host.py", "import vtkmodules.qt, PySide6"),
    ("training/allowed.py", "import ctprog_gui.core.imaging, torch"),
    ("training/version_allowed.py", "import ctprog_gui"),
]


def _lint(folder: Path) -> dict[str, bool]:
    """Which contract holds, as import-linter tells for the tree in `folder`."""
    # The linter looks packages up on sys.path, where the current folder must come before the
    # installed package; `-c` puts it there.
    code = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True
    )
    states = {"KEPT": True, "BROKEN": False}
    words = [line.split() for line in done.stdout.splitlines()]
    found = {row[0]: states[row[1]] for row in words if len(row) > 1 and row[1] in states}
    assert found.keys() == CONTRACTS, done.stdout + done.stderr
    assert done.returncode == (0 if all(found.values()) else 1)
    return found


@pytest.fixture(scope="module")
def hollow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with every module empty."""
    top = tmp_path_factory.mktemp("hollow")
    shutil.copy(ROOT / "pyproject.toml", top)
    for package in PACKAGES:
        for module in (ROOT / package).rglob("*.py"):
            place = top / module.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    assert all(_lint(top).values())
    return top


def _with(hollow: Path, top: Path, sources: dict[str, str]) -> Path:
    shutil.copytree(hollow, top)
    for name, source in sources.items():
        place = top / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(source + "\n")
    return top


def test_every_rule_holds() -> None:
    broken = {name for name, kept in _lint(ROOT).items() if not kept}
    assert not broken, f"run lint-imports for the chains: {broken}"


@pytest.mark.parametrize(("module", "statement", "broken"), OFFENCES)
def test_an_offence_is_caught(
    hollow: Path, tmp_path: Path, module: str, statement: str, broken: set[str]
) -> None:
    sources = {module: statement}
    if statement.endswith(".offended"):
        offended = statement.removeprefix("import ").replace(".", "/") + ".py"
        back = "import " + module.removesuffix(".py").replace("/", ".")
        sources[offended] = back if broken == {"no-circles"} else ""
    found = _lint(_with(hollow, tmp_path / "tree", sources))
    assert {name for name, kept in found.items() if not kept} == broken


def test_what_is_allowed_passes(hollow: Path, tmp_path: Path) -> None:
    found = _lint(_with(hollow, tmp_path / "tree", dict(ALLOWED)))
    assert all(found.values()), found
