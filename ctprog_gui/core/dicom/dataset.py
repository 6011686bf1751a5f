"""Whole data sets, for the objects whose sequences matter: RTSTRUCT and enhanced multi-frame."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import TypeVar

import pydicom
from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.shared.errors import CtprogError, InputError

_Result = TypeVar("_Result")
_FILTERS = Lock()


@contextmanager
def without_warnings() -> Iterator[None]:
    """Python's warnings off. Their filters are the whole process's, so one at a time changes them."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse_dataset(
    source: Source,
    opener: Opener,
    parse: Callable[[Dataset], _Result],
    tags: Sequence[str] | None = None,
) -> _Result:
    """What `parse` makes of a DICOM file without its pixels; `tags` limits it to those keywords.

    pydicom parses sequences and values when they are first touched, and warns on the standard
    error about every value of doubtful form; so the touching is done here, with warnings off. What
    matters of them, `parse` raises.

    Raises
    ------
    InputError
        If the file is no DICOM file or can't be parsed.
    """
    data = opener.read(source)
    with without_warnings():
        try:
            dataset = pydicom.dcmread(
                BytesIO(data),
                stop_before_pixels=True,
                force=True,
                specific_tags=None if tags is None else list(tags),
            )
            return parse(dataset)
        except CtprogError:
            raise
        except Exception as error:  # pydicom lets many kinds through on damaged files
            raise InputError(f"cannot read {source}: {error}") from error
