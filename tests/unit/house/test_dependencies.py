"""What the code imports is what the package asks for, and every one of those is pinned."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Installed with another that is asked for, in step with it: importing it by name is safe.
COMES_WITH = {"shiboken6": "pyside6-essentials"}


def _names(requirements: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(one.name): one for one in map(Requirement, requirements)}


REQUIRED = _names(PROJECT["dependencies"])
TESTS = _names(PROJECT["optional-dependencies"]["test"])
# Asked for when it is used, with a line that says what to install.
EXTRAS = _names(PROJECT["optional-dependencies"]["cluster"])


def _imported(folder: Path) -> set[str]:
    """Top-level names of all modules that the Python files under `folder` import, wherever in the file."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"ctprog_gui", "training"}


@pytest.mark.parametrize("package", ["ctprog_gui", "training"])
def test_what_is_imported_is_asked_for(package: str) -> None:
    """Otherwise it works only where something else happened to install it."""
    sources = packages_distributions()
    missing = {}
    for module in _imported(ROOT / package):
        names = {canonicalize_name(name) for name in sources.get(module, [])}
        names |= {COMES_WITH[name] for name in names & COMES_WITH.keys()}
        if not names & (REQUIRED.keys() | (EXTRAS.keys() if package == "training" else set())):
            missing[module] = sorted(names)
    assert not missing


def test_every_requirement_is_pinned_within_its_range() -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    pins = _names([line for line in lines if line and not line.startswith("#")])
    assert not (REQUIRED.keys() | TESTS.keys()) - pins.keys()
    for name, pin in pins.items():
        (exact,) = pin.specifier
        assert exact.operator == "==", name
        for wanted in (REQUIRED.get(name), TESTS.get(name)):
            assert wanted is None or wanted.specifier.contains(Version(exact.version)), name


def test_setup_takes_the_pinned_torch() -> None:
    """setup.sh installs it first and by itself, from an index of its own if need be."""
    pins = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    (pin,) = (line for line in pins if line.startswith("torch=="))
    assert f"torch={pin}\n" in (ROOT / "packaging" / "setup.sh").read_text("utf-8").replace(" ", "\n")
