"""What the set-up scripts decide, with stand-ins for apt, dpkg, sudo and pip on the path."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.installing,
    pytest.mark.skipif(shutil.which("bash") is None, reason="the set-up scripts are bash"),
]


class Machine:
    """A checkout in a folder of its own, and commands that note how they were called."""

    def __init__(self, top: Path) -> None:
        self.checkout = top / "checkout"
        self.commands = top / "commands"
        self.calls = top / "calls"
        (self.checkout / ".venv" / "bin").mkdir(parents=True)
        self.commands.mkdir()
        self.calls.touch()
        shutil.copytree(ROOT / "packaging", self.checkout / "packaging")
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", "exit 1")
        self.stand_in("apt-get", "exit 0")
        self.stand_in("nvidia-smi", "exit 9")
        self.python("exit 0")

    def stand_in(self, name: str, script: str, *, note: bool = True) -> None:
        self._write(self.commands / name, name, script, note=note)

    def python(self, script: str) -> None:
        """The environment's Python: `-m pip …` does as the script says."""
        path = self.checkout / ".venv" / "bin" / "python"
        self._write(path, "pip", f'[ "$1" = -m ] || {{ echo Python 3.11; exit 0; }}\n{script}', note=True)

    def _write(self, path: Path, name: str, script: str, *, note: bool) -> None:
        noting = f'[ "$1" = -VV ] || [ "$1" = -c ] || echo "{name} $*" >>"{self.calls}"\n' if note else ""
        path.write_text(f"#!/bin/bash\n{noting}{script}\n")
        path.chmod(0o755)

    def run(self, function: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Call one function of setup.sh; `calls` starts anew."""
        self.calls.write_text("")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CTPROG")}
        kept |= {"PATH": f"{self.commands}:{os.environ['PATH']}", **environment}
        script = f"set -euo pipefail; source {self.checkout}/packaging/setup.sh; {function}"
        return subprocess.run(["bash", "-c", script], env=kept, capture_output=True, text=True, timeout=30)

    def called(self, name: str) -> list[str]:
        lines = self.calls.read_text().splitlines()
        return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def _installed(*packages: str) -> str:
    return "\n".join(f"echo 'ii |{name}'" for name in packages) + "\nexit 1  # some are unknown"


def test_without_root_the_one_line_to_run_is_told(machine: Machine) -> None:
    # libglib2.0-0t64 is what Debian 13 and Ubuntu 24.04 call libglib2.0-0.
    machine.stand_in("dpkg-query", _installed("libgl1", "libglib2.0-0t64"))
    done = machine.run("need_packages libgl1 libegl1 libglib2.0-0 xauth")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("sudo apt-get install -y --no-install-recommends libegl1 xauth")
    assert not machine.called("apt-get")


@pytest.mark.parametrize("root", [True, False])
def test_only_what_is_missing_is_installed(machine: Machine, root: bool) -> None:
    machine.stand_in("dpkg-query", _installed("libgl1"))
    if root:
        machine.stand_in("id", "echo 0")
    else:
        machine.stand_in("sudo", 'shift; exec "$@"')  # sudo that does not ask
    assert machine.run("need_packages libgl1 libegl1").returncode == 0
    update, install = machine.called("apt-get")
    assert update.endswith(" update")
    assert install.endswith(" libegl1")
    assert "libgl1" not in install.split()


def test_a_name_is_no_pattern(machine: Machine) -> None:
    machine.stand_in("dpkg-query", _installed("libglib2x0-0", "libegl1-dev"))
    assert machine.run("missing_packages libglib2.0-0 libegl1").stdout.split() == ["libglib2.0-0", "libegl1"]


def test_apt_is_left_alone_when_nothing_is_missing(machine: Machine) -> None:
    machine.stand_in("dpkg-query", _installed("libgl1"))
    assert machine.run("need_packages libgl1").returncode == 0
    assert not machine.called("apt-get")


def test_an_apt_that_fails_is_told_in_one_line(machine: Machine) -> None:
    machine.stand_in("id", "echo 0")
    machine.stand_in("dpkg-query", "exit 1")
    machine.stand_in("apt-get", "echo 'E: Unable to locate package libgl1'; exit 100")
    done = machine.run("need_packages libgl1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Unable to locate package libgl1" in line


def test_an_old_python_is_refused(machine: Machine) -> None:
    shutil.rmtree(machine.checkout / ".venv")
    machine.stand_in("oldpython", "exit 1", note=False)
    done = machine.run("need_venv", CTPROG_PYTHON="oldpython")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "Python 3.11 or newer" in line


def test_torch_comes_first_and_a_second_run_installs_nothing(machine: Machine) -> None:
    assert machine.run("need_project").returncode == 0
    torch, project = machine.called("pip")
    assert torch.split()[-1].startswith("torch==")
    assert project.split()[-1] == str(machine.checkout)
    machine.run("need_project")
    assert not machine.called("pip")


def test_the_test_extra_stays(machine: Machine) -> None:
    machine.run("need_project")
    machine.run("need_project test")
    assert machine.called("pip")[-1].endswith("[test]")
    machine.run("need_project")
    assert not machine.called("pip"), "what has the extra has what start.sh needs"
    (machine.checkout / "packaging" / "constraints.txt").write_text("torch==2.13.0\n")
    machine.run("need_project")
    assert machine.called("pip")[-1].endswith("[test]")


def test_a_failed_install_is_tried_again(machine: Machine) -> None:
    machine.python("echo 'ERROR: No matching distribution found for vtk' >&2; exit 1")
    done = machine.run("need_project")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "pip failed: No matching distribution found for vtk" in line
    machine.python("exit 0")
    assert machine.run("need_project").returncode == 0
    assert len(machine.called("pip")) == 2


def test_no_network_is_called_so(machine: Machine) -> None:
    machine.python("echo 'WARNING: Retrying after connection broken by ...'; echo 'ERROR: conflict'; exit 1")
    (line,) = machine.run("need_project").stderr.splitlines()
    assert "the package index cannot be reached" in line


def _torch(machine: Machine, cuda: str) -> None:
    folder = machine.checkout / ".venv" / "lib" / "python3.11" / "site-packages" / "torch"
    folder.mkdir(parents=True)
    (folder / "version.py").write_text(f"__version__ = '2.13.0'\ncuda: Optional[str] = {cuda}\n")


@pytest.mark.parametrize(("cuda", "build"), [("None", "cpu"), ("'13.0'", "gpu")])
def test_the_installed_torch_build_is_recognised(machine: Machine, cuda: str, build: str) -> None:
    assert machine.run("installed_torch").stdout == ""
    _torch(machine, cuda)
    assert machine.run("installed_torch").stdout.strip() == build


@pytest.mark.parametrize(
    ("driver", "asked", "build"),
    [
        ("exit 9", "auto", "cpu"),
        ("echo 'GPU 0: some card'", "auto", "gpu"),
        ("echo 'GPU 0: some card'", "cpu", "cpu"),
        ("exit 9", "gpu", "gpu"),
    ],
)
def test_which_torch_build_is_wanted(machine: Machine, driver: str, asked: str, build: str) -> None:
    machine.stand_in("nvidia-smi", driver)
    assert machine.run(f"TORCH_BUILD={asked}; wanted_torch").stdout.strip() == build


def test_a_gpu_build_that_was_asked_for_and_did_not_come_is_a_failure(machine: Machine) -> None:
    _torch(machine, "None")
    done = machine.run("TORCH_BUILD=gpu; need_project")
    assert done.returncode == 1
    assert "CTPROG_TORCH_INDEX" in done.stderr
    assert machine.run("need_project").returncode == 0


def test_an_index_for_torch_is_for_torch_alone(machine: Machine) -> None:
    machine.run("need_project", CTPROG_TORCH_INDEX="file:///mirror")
    torch, project = machine.called("pip")
    assert "--index-url file:///mirror" in torch
    assert "--index-url" not in project
    assert "mirror" not in (machine.checkout / ".venv" / "ctprog-setup").read_text()


def test_a_wish_once_settled_holds(machine: Machine) -> None:
    machine.run("TORCH_BUILD=cpu; need_project", CTPROG_TORCH_INDEX="file:///mirror")
    machine.stand_in("nvidia-smi", "echo 'GPU 0: some card'")
    machine.run("need_project")
    assert not machine.called("pip")


@pytest.mark.parametrize("script", ["packaging/start.sh", "packaging/test.sh", ".ci/run"])
def test_scripts_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["bash", "-n", ROOT / script]).returncode == 0


def test_help_sets_nothing_up(machine: Machine) -> None:
    start = machine.checkout / "packaging" / "start.sh"
    done = subprocess.run(["bash", start, "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0
    assert "--cpu | --gpu" in done.stdout
    assert not machine.called("pip")
