"""Whole data sets, for the objects whose sequences matter: RTSTRUCT and enhanced multi-frame."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from io import BytesIO
from threading import Lock

import pydicom
from pydicom.dataset import Dataset

from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.shared.errors import InputError

# The filters of `warnings` are the whole process's: one at a time changes them.
_FILTERS = Lock()


def read_dataset(source: Source, opener: Opener, tags: Sequence[str] | None = None) -> Dataset:
    """Parse a DICOM file without its pixels; `tags` limits it to those keywords.

    pydicom warns on the standard error about every value of doubtful form. What of that matters
    here is raised by the callers where they need the value.

    Raises
    ------
    InputError
        If the file is no DICOM file or can't be parsed.
    """
    data = opener.read(source)
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(
                BytesIO(data),
                stop_before_pixels=True,
                force=True,
                specific_tags=None if tags is None else list(tags),
            )
            # Sequences are parsed when first touched; do it while the warnings are off.
            dataset.decode()
            list(dataset.iterall())
        except Exception as error:  # pydicom lets many kinds through on damaged files
            raise InputError(f"cannot read {source}: {error}") from error
    return dataset
