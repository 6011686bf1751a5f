"""``ctprog-train``: arguments first, everything heavy late."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ctprog_gui.core.shared.console import run_command
from ctprog_gui.core.shared.waiting import wait_passively
from training import cli


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``ctprog-train``; returns the exit status of the contract (0, 1, 2, 130)."""
    wait_passively()
    args = cli.parse(sys.argv[1:] if argv is None else argv)
    return run_command("ctprog-train", lambda: cli.COMMANDS[args.command](args), debug=args.debug)


if __name__ == "__main__":
    sys.exit(main())
