"""Early start: arguments first, everything heavy late.

Only the standard library and `cli` (which imports nothing heavy either) stand at the top, so that
wrong usage and ``--help`` answer at once, and a failure is legible before any toolkit exists. A
crash in native code (VTK, Qt, a codec) leaves its stack through the fault handler.
"""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Sequence

from ctprog_gui import cli
from ctprog_gui.core.shared.console import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``ctprog``; returns the exit status of the contract (0, 1, 2, 130)."""
    faulthandler.enable()
    args = cli.parse(sys.argv[1:] if argv is None else argv)

    def command() -> int:
        if args.command in cli.COMMANDS:
            return cli.COMMANDS[args.command](args)
        from ctprog_gui import app

        return app.demo(args.out) if args.command == "demo" else app.view(args.paths)

    return run_command("ctprog", command, debug=args.debug)


if __name__ == "__main__":
    sys.exit(main())
