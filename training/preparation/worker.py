"""A worker process: prepares the cases that come through a socket, until it closes."""

from __future__ import annotations

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from training.preparation.case import prepare_case


def main(descriptor: int) -> None:
    """Answer each `CaseJob` with its `Outcome`. That the other end is gone is the sign to end."""
    connection = Connection(descriptor)
    with suppress(EOFError, OSError):
        while True:
            connection.send(prepare_case(connection.recv()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
