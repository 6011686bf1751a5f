"""JPEG 2000 frames of one channel, decoded beside each other.

OpenJPEG by way of imagecodecs, which lets other threads run meanwhile; pylibjpeg's binding of the same
library does not (pylibjpeg-openjpeg, issue 110), so its slices are decoded one after another however many
threads ask.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.dicom.header import Header

SYNTAXES = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91")
# SOC, then SIZ, which is always the second marker (ISO/IEC 15444-1, A.5.1).
_START = b"\xff\x4f\xff\x51"
_COMPONENTS, _DEPTH = 40, 42


def is_plain(frame: bytes, header: Header) -> bool:
    """Whether a frame is a bare codestream that holds what the header says: else pydicom sorts it out.

    Files exist whose codestream tells another depth or sign than their header, and files with a JP2
    container round it.
    """
    if not frame.startswith(_START) or len(frame) <= _DEPTH:
        return False
    (components,) = struct.unpack_from(">H", frame, _COMPONENTS)
    depth = frame[_DEPTH]
    told = (bool(depth & 0x80), (depth & 0x7F) + 1)
    return components == 1 and told == (header.signed, header.bits_stored) and header.bits_allocated == 16


def decode(frame: bytes) -> NDArray[Any]:
    """The stored values of a plain frame, int16 or uint16 (rows, columns).

    Raises
    ------
    RuntimeError
        If the codestream can't be decoded to its end.
    """
    import imagecodecs

    found = imagecodecs.jpeg2k_decode(frame)
    return np.asarray(found)
