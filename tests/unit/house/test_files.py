"""How the tree is kept: names, sizes, and what must not be written anywhere in it."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("ctprog_gui", "training", "packaging", "tests", "docs", ".ci", "resources")
LONGEST = 500

# Addresses of package registries: which one is used is the machine's own setting.
ADDRESS = re.compile(
    r"(pypi|npmjs|anaconda|pythonhosted|debian|ubuntu|download[.]pytorch)[.](org|com)\b", re.I
)
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def _files() -> list[Path]:
    """Every file of the project: what git tracks, or what lies there where git does not tell."""
    tracked = []
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
        tracked = [ROOT / name for name in listed.stdout.split("\0") if name]
    lying = [path for folder in SOURCES for path in (ROOT / folder).rglob("*")]
    found = tracked or [*lying, *ROOT.glob("*.*")]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


FILES = _files()
PYTHON = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in PYTHON if ROOT / "tests" not in path.parents]


def _top(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def _tell(paths: Iterable[Path]) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def test_there_is_something_to_look_at() -> None:
    assert ROOT / "ctprog_gui" / "__main__.py" in PRODUCT


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not _tell(path for path in PYTHON if NAMELESS & set(path.relative_to(ROOT).with_suffix("").parts))


def test_no_file_is_long() -> None:
    assert not _tell(path for path in PRODUCT if len(path.read_bytes().splitlines()) > LONGEST)


def test_tests_and_packaging_are_no_packages() -> None:
    inits = (path for path in PYTHON if path.name == "__init__.py")
    assert not _tell(path for path in inits if _top(path) in ("tests", "packaging"))


def test_every_package_has_its_init() -> None:
    """A folder without one is a namespace package: import-linter and mypy would pass it over."""
    folders = {path.parent for path in PRODUCT if _top(path) in ("ctprog_gui", "training")}
    assert not _tell(folder for folder in folders if not (folder / "__init__.py").is_file())


def test_no_address_of_a_package_registry() -> None:
    texts = (path for path in FILES if b"\0" not in path.read_bytes()[:4096])
    assert not _tell(path for path in texts if ADDRESS.search(path.read_text("utf-8", errors="replace")))


def _loads_a_pickle(tree: ast.AST) -> bool:
    """Whether the code imports pickle or its kin, or calls what unpickles behind the scenes."""
    modules = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(name.name.split(".")[0] in modules for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in modules:
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in {"torch.load", "pd.read_pickle", "pandas.read_pickle", "torch.hub.load"}:
                return True
            for keyword in node.keywords:
                constant = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if (keyword.arg, constant) in {("allow_pickle", True), ("weights_only", False)}:
                    return True
    return False


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "import torch\ntorch.load('x')",
        "np.load('x', allow_pickle=True)",
        "load('x', weights_only=False)",
    ],
)
def test_the_search_for_pickles_finds_them(code: str) -> None:
    assert _loads_a_pickle(ast.parse(code))


def test_no_pickle_is_loaded() -> None:
    assert not _tell(path for path in PRODUCT if _loads_a_pickle(ast.parse(path.read_bytes())))


def _is_runnable(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.If) and '__name__ == "__main__"' in ast.unparse(node.test).replace("'", '"')
        for node in tree.body
    )


def test_a_module_that_runs_as_a_command_defines_no_method_of_preparation() -> None:
    """Run by ``python -m`` its classes are ``__main__``'s, which no worker process can find."""
    found = []
    for path in sorted((ROOT / "training").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not _is_runnable(tree):
            continue
        for node in tree.body:
            names = {child.name for child in getattr(node, "body", []) if isinstance(child, ast.FunctionDef)}
            if isinstance(node, ast.ClassDef) and {"key", "read"} & names:
                found.append(f"{path.name}: {node.name}")
    assert not found
