"""Errors that are told to a person in one line.

Anything that a person can cause or mend (a path that isn't there, a broken file, a ROI of another
geometry) is raised as a `CtprogError`. Its message is one sentence that names the thing and the
reason; the command line prints it and exits 1, the window shows it as a notice. Everything else is
a bug and keeps its traceback.
"""

from __future__ import annotations


class CtprogError(Exception):
    """A failure with a one-line explanation for the person at the screen."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class InputError(CtprogError):
    """A file or folder that can't be used as it is."""


class EmptyRoiError(InputError):
    """A ROI that holds no voxel."""


class GeometryError(CtprogError):
    """Two images that do not lie on the same grid, or a grid that is no grid."""


class BundleError(CtprogError):
    """A bundle that is refused: checksum, schema or version."""


class Cancelled(CtprogError):
    """The person asked the running task to stop."""
