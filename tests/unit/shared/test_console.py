"""How commands end, and how they tell their progress."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from ctprog_gui.core.shared import console
from ctprog_gui.core.shared.console import console_progress, run_command
from ctprog_gui.core.shared.errors import BundleError, Cancelled, InputError


def raising(error: BaseException) -> Callable[[], int]:
    def command() -> int:
        raise error

    return command


@pytest.mark.parametrize("status", [0, 1, 3])
def test_a_command_that_returns_says_nothing(capsys: pytest.CaptureFixture[str], status: int) -> None:
    assert run_command("ctprog", lambda: status) == status
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (InputError("there is no series in a.zip"), 1, "ctprog: there is no series in a.zip\n"),
        (BundleError("two\n  lines\n"), 1, "ctprog: two lines\n"),
        (Cancelled("cancelled"), 1, "ctprog: cancelled\n"),
        (FileNotFoundError(2, "No such file", "x.dcm"), 1, "ctprog: x.dcm: No such file\n"),
        (OSError("odd\nthing"), 1, "ctprog: odd thing\n"),
        (MemoryError(), 1, "ctprog: not enough memory\n"),
        (KeyboardInterrupt(), 130, "ctprog: interrupted\n"),
    ],
)
def test_a_failure_is_one_line(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, told: str
) -> None:
    assert run_command("ctprog", raising(error)) == status
    assert capsys.readouterr() == ("", told)


def test_a_bug_is_one_line_that_names_the_way_to_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("ctprog", raising(ZeroDivisionError("by\nzero"))) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "ZeroDivisionError: by zero" in told
    assert "--debug" in told


@pytest.mark.parametrize("error", [InputError("gone"), OSError("gone"), KeyError("gone")])
def test_debug_shows_where(capsys: pytest.CaptureFixture[str], error: Exception) -> None:
    assert run_command("ctprog", raising(error), debug=True) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "raise error" in told
    # The one line stands last all the same.
    assert told.splitlines()[-1].startswith("ctprog: ")


def test_a_reader_that_goes_away_makes_no_noise() -> None:
    """As in ``ctprog inspect … | head -1``."""
    code = (
        "import sys\n"
        "from ctprog_gui.core.shared.console import run_command\n"
        "def command():\n"
        "    for _ in range(100_000): print('a line')\n"
        "    return 0\n"
        "sys.exit(run_command('ctprog', command))\n"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"a line\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_no_progress_where_stdout_carries_json(capsys: pytest.CaptureFixture[str]) -> None:
    with console_progress("Scanning", enabled=False) as progress:
        progress.report(0.5, "half")
    assert capsys.readouterr().out == ""


def test_in_a_pipe_progress_is_lines_and_not_too_many(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    with console_progress("Scoring") as progress:
        for hundredth in range(0, 101, 10):
            progress.report(hundredth / 100, "Reading" if hundredth < 50 else "Predicting")
            now[0] += 0.3
    # A new text at once; the same one again when a second has gone by.
    assert capsys.readouterr().out.splitlines() == [
        "  0 % Reading",
        " 40 % Reading",
        " 50 % Predicting",
        " 90 % Predicting",
    ]


def test_a_report_without_text_has_the_title(capsys: pytest.CaptureFixture[str]) -> None:
    with console_progress("Scoring") as progress:
        progress.report(1.0)
    assert capsys.readouterr().out == "100 % Scoring\n"


def test_on_a_terminal_progress_is_a_bar() -> None:
    code = (
        "import time\n"
        "from ctprog_gui.core.shared.console import console_progress\n"
        "with console_progress('Scoring') as progress:\n"
        "    progress.report(0.5, 'Reading 67 of 134')\n"
        "    time.sleep(0.3)\n"
        "print('written')\n"
    )
    ours, theirs = os.openpty()
    terminal = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}
    command = [sys.executable, "-c", code]
    subprocess.run(command, stdout=theirs, stderr=theirs, env=terminal, check=True)
    os.close(theirs)
    told = b""
    try:
        while part := os.read(ours, 4096):
            told += part
    except OSError:
        # Linux tells the end of a terminal as an error.
        pass
    os.close(ours)
    text = told.decode()
    assert "Reading 67 of 134" in text
    assert "━" in text
    # The bar is taken away at the end; what the command prints stays.
    assert text.rstrip().endswith("written")
