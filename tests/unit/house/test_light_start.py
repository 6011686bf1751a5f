"""The window's process starts light: what is heavy is loaded in the child process, or when it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = (
    *("torch", "openvino", "monai", "SimpleITK", "lifelines", "pandas", "scipy", "matplotlib", "highdicom"),
    "numba",
)
TOOLKITS = ("PySide6", "vtkmodules", "pyqtgraph")


def _loaded(module: str, names: tuple[str, ...]) -> set[str]:
    """Which of the `names` a fresh interpreter holds after it imported `module`."""
    code = f"import sys, {module}\nprint(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.split())


def test_the_probe_sees_what_is_loaded() -> None:
    assert _loaded("scipy", HEAVY) == {"scipy"}


@pytest.mark.parametrize("module", ["ctprog_gui.__main__", "ctprog_gui.cli"])
def test_the_command_line_loads_nothing_heavy(module: str) -> None:
    assert _loaded(module, (*HEAVY, *TOOLKITS, "numpy")) == set()


def test_the_application_loads_nothing_heavy() -> None:
    assert _loaded("ctprog_gui.app", HEAVY) == set()


@pytest.mark.parametrize("room", ["state", "commands"])
def test_state_and_commands_need_no_toolkit(room: str) -> None:
    parts = (
        path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "ctprog_gui" / room).rglob("*.py")
    )
    modules = [".".join(part).removesuffix(".__init__") for part in parts]
    assert _loaded(", ".join(modules), (*HEAVY, *TOOLKITS)) == set()
