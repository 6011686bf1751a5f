"""The wheel works by itself: away from the checkout, with its resources inside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import ctprog_gui

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.installing


def _run(*command: str | Path, cwd: Path, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in an environment that tells it nothing of the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CTPROG"))}
    if home is not None:
        kept["CTPROG_HOME"] = str(home)
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=kept, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    # No isolation: the build needs hatchling, which the test extra brings, and no network.
    built = _run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment that holds the wheel.

    The libraries that the wheel asks for (2.6 GB) are lent by the environment of the tests, through a
    path file behind the new environment's own packages; a path file in a lent folder is not read, so the
    checkout does not leak in. That the wheel asks for all that it imports is a house test.
    """
    top = tmp_path_factory.mktemp("environment")
    assert _run(sys.executable, "-m", "venv", "--without-pip", top, cwd=top).returncode == 0
    python = top / "bin" / "python"
    done = _run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=top
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = top.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = _run(
        python, "-c", "import ctprog_gui, training; print(ctprog_gui.__file__, training.__file__)", cwd=top
    )
    assert [Path(word).is_relative_to(packages) for word in where.stdout.split()] == [True, True], where
    return top / "bin"


def test_the_wheel_carries_all_that_is_no_code(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    resources = {
        f"ctprog_gui/resources/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    }
    configs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "training" / "configs").rglob("*.yaml")}
    assert resources
    assert not (resources | configs) - inside
    licenses = {Path(name).name for name in inside if ".dist-info/licenses/" in name}
    assert licenses == {"LICENSE", "NOTICE"}


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    (info,) = (top for top in tops if top.endswith(".dist-info"))
    assert tops == {"ctprog_gui", "training", info}


def test_version(installed: Path, tmp_path: Path) -> None:
    done = _run(installed / "ctprog", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"ctprog {ctprog_gui.__version__}\n"), done.stderr


def test_bundles_verify(installed: Path, tmp_path: Path) -> None:
    """The shipped bundles are found inside the wheel, each as its checksums say."""
    done = _run(installed / "ctprog", "bundles", "--verify", "--json", cwd=tmp_path, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    shipped = {path.parent.name for path in (ROOT / "resources" / "bundles").glob("*/checksums.sha256")}
    assert {row["name"] for row in rows} == shipped
    for row in rows:
        assert "error" not in row
        assert Path(row["path"]).is_relative_to(installed.parent)


def test_training_answers(installed: Path, tmp_path: Path) -> None:
    done = _run(installed / "ctprog-train", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "fit" in done.stdout
