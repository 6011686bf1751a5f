"""How every command ends, and how it tells its progress."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ctprog_gui.core.shared.errors import CtprogError
from ctprog_gui.core.shared.progress import Progress

OK, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130


def run_command(name: str, command: Callable[[], int], *, debug: bool = False) -> int:
    """Run `command` and turn how it ended into an exit status and at most one line on stderr.

    0 or the command's own status on success, 1 on a failure, 130 on Ctrl-C. With `debug` the
    traceback is shown too.
    """
    try:
        status = command()
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        _say(name, "interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (``| head``): not our failure; silence the flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except CtprogError as error:
        if debug:
            traceback.print_exc()
        _say(name, str(error))
        return FAILURE
    except MemoryError:
        _say(name, "not enough memory")
        return FAILURE
    except OSError as error:
        if debug:
            traceback.print_exc()
        where = f"{error.filename}: " if error.filename else ""
        _say(name, f"{where}{error.strerror or error}")
        return FAILURE
    except Exception as error:
        if debug:
            traceback.print_exc()
        _say(name, f"internal error ({type(error).__name__}: {error}); run with --debug for the traceback")
        return FAILURE


def _say(name: str, text: str) -> None:
    print(f"{name}: {' '.join(text.split())}", file=sys.stderr)


@contextmanager
def console_progress(title: str, *, enabled: bool = True) -> Iterator[Progress]:
    """A `Progress` drawn as a bar on a terminal, told as lines (at most one a second) in a pipe.

    Switched off (`enabled=False`) where stdout carries JSON.
    """
    if not enabled:
        yield Progress()
    elif sys.stdout.isatty():
        import rich.progress as bars

        columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.TimeRemainingColumn())
        with bars.Progress(*columns, transient=True) as bar:
            task = bar.add_task(title, total=1.0)
            yield Progress(lambda done, text: bar.update(task, completed=done, description=text or title))
    else:
        last_s, last_text = 0.0, ""

        def as_lines(done: float, text: str) -> None:
            nonlocal last_s, last_text
            now = time.monotonic()
            if text != last_text or now - last_s >= 1.0:
                last_s, last_text = now, text
                print(f"{100 * done:3.0f} % {text or title}", flush=True)

        yield Progress(as_lines)
