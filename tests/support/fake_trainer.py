"""Stands for ``ctprog-train fit``: writes events and progress, and at the end a folder like a bundle.

The cohort's text says what happens: "slow" waits to be interrupted, "fail" fails, anything else is
finished at once. Gone on with, a slow one finishes.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from ctprog_gui.core.shared.run_events import append_event


def main() -> int:
    arguments = sys.argv[1:]

    def after(option: str) -> Path:
        return Path(arguments[arguments.index(option) + 1])

    run, bundle, wanted = after("--out"), after("--export"), after("--cohort").read_text().strip()
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.yaml").write_text("name: fake")
    resumed = "--resume" in arguments
    for epoch in range(3):
        metrics = {"loss": 3.0 - epoch, "validation_ctd": 0.5 + 0.05 * epoch}
        for fold in (0, 1):
            append_event(run / "events.jsonl", "fit", 1, 1, fold=fold, epoch=epoch, metrics=metrics)
    print(" 40 % Fitting fold 1", flush=True)
    if wanted == "fail":
        print("ctprog-train: patient 7: the image holds NaN", file=sys.stderr)
        return 1
    if wanted == "slow" and not resumed:
        stopped = []
        signal.signal(signal.SIGINT, lambda *_: stopped.append(1))
        print(" 50 % waiting", flush=True)
        end = time.monotonic() + 60
        while not stopped and time.monotonic() < end:
            time.sleep(0.02)
        print("ctprog-train: interrupted", file=sys.stderr)
        return 130
    bundle.mkdir(parents=True)
    (bundle / "checksums.sha256").write_text("")
    return 0


if __name__ == "__main__":
    sys.exit(main())
