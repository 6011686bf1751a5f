"""From the bytes of one slice to Hounsfield units.

What is not compressed goes straight from the file into the volume's own memory and is rescaled
there; everything else goes through pydicom's decoders.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder

from ctprog_gui.core.dicom import jpeg2000
from ctprog_gui.core.dicom.header import BIG_ENDIAN, DEFLATED, RLE, Header, inflate
from ctprog_gui.core.dicom.sources import Opener
from ctprog_gui.core.shared.errors import InputError

_INT16 = np.iinfo(np.int16)
# One decoder a compression. pydicom would try another where one fails, and the last in its list is
# GDCM, which ends the whole process on damaged RLE and JPEG-LS data; so it decodes JPEG alone.
_DECODERS = {
    RLE: "pylibjpeg",
    **dict.fromkeys(["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"], "pyjpegls"),
    **dict.fromkeys(
        ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"]
        + [f"1.2.840.10008.1.2.4.20{number}" for number in (1, 2, 3)],
        "pylibjpeg",
    ),
    **dict.fromkeys([f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70)], "gdcm"),
}


_JPEG_LS = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")
_END_OF_IMAGE = b"\xff\xd9"


class TooWide(Exception):
    """HU of a slice do not fit int16; the volume has to be float32."""


def fits_int16(header: Header) -> bool:
    """Whether the rescale keeps whole numbers whole (their range shows when they are read)."""
    slope, intercept = rescale(header)
    return slope.is_integer() and intercept.is_integer()


def rescale(header: Header) -> tuple[float, float]:
    """Slope and intercept (PS3.3 C.11.1.1.2); 1 and 0 where absent."""
    slope = 1.0 if header.slope is None else header.slope
    return slope, 0.0 if header.intercept is None else header.intercept


def load_slice(header: Header, opener: Opener, target: NDArray[Any]) -> bool:
    """Read one slice in HU into `target` (rows, columns), contiguous, int16 or float32.

    Answers whether bits outside BitsStored held something, which is left out.

    Pixel padding keeps its value, rescaled like any other. MONOCHROME1 is not inverted: it says
    how to show values, not what they mean.

    Raises
    ------
    InputError
        If the pixels are not there in full or can't be decoded; the message names the file.
    TooWide
        If `target` is int16 and a value does not fit.
    """
    direct = (
        not header.is_encapsulated
        and header.transfer_syntax != DEFLATED
        and header.bits_allocated == 16
        and target.dtype == np.int16
    )
    if direct:
        stored = _read_in_place(header, opener, target)
    elif header.is_encapsulated:
        stored = _decode(header, opener)
    else:
        stored = _read_native(header, opener)
    stored, low, high, cut = _significant(stored, header)
    slope, intercept = rescale(header)
    if target.dtype != np.int16:
        np.add(stored * np.float64(slope), intercept, out=target, casting="unsafe")
        return cut
    ends = (low * slope + intercept, high * slope + intercept)
    if min(ends) < _INT16.min or max(ends) > _INT16.max:
        raise TooWide
    if not np.shares_memory(stored, target):
        target[...] = stored.astype(np.int16)
    # The result fits, so arithmetic modulo 2**16 gives it, also where the stored values do not fit.
    words = target.view(np.uint16)
    if slope != 1:
        words *= np.uint16(int(slope) & 0xFFFF)
    if intercept != 0:
        words += np.uint16(int(intercept) & 0xFFFF)
    return cut


def _read_in_place(header: Header, opener: Opener, target: NDArray[Any]) -> NDArray[Any]:
    buffer = target.reshape(-1).view(np.uint8).data
    held = 0
    if header.pixel_offset is not None:
        held = opener.read_into(header.source, header.pixel_offset, buffer)
    if held < len(buffer):
        raise InputError(f"{header.source}: its pixel data are cut off ({held} of {len(buffer)} bytes)")
    if (header.transfer_syntax == BIG_ENDIAN) != (sys.byteorder == "big"):
        target.byteswap(inplace=True)
    return target if header.signed else target.view(np.uint16)


def _read_native(header: Header, opener: Opener) -> NDArray[Any]:
    data = opener.read(header.source)
    if header.transfer_syntax == DEFLATED:
        data = inflate(data, str(header.source))
    start = header.pixel_offset if header.pixel_offset is not None else len(data)
    needed = header.frame_bytes
    if len(data) - start < needed:
        held = max(len(data) - start, 0)
        raise InputError(f"{header.source}: its pixel data are cut off ({held} of {needed} bytes)")
    if header.bits_allocated not in (8, 16, 32):
        raise InputError(f"{header.source}: pixels of {header.bits_allocated} bits are not supported")
    order = ">" if header.transfer_syntax == BIG_ENDIAN else "<"
    kind = np.dtype(f"{order}{'i' if header.signed else 'u'}{header.bits_allocated // 8}")
    stored = np.frombuffer(data, kind, header.rows * header.columns, start)
    return stored.astype(kind.newbyteorder("=")).reshape(header.rows, header.columns)


def _decode(header: Header, opener: Opener) -> NDArray[Any]:
    if header.pixel_offset is None:
        raise InputError(f"{header.source} holds no pixel data")
    # The frames of one file are asked for one by one; the file is read once for all of them.
    data = opener.tail(header.source, header.pixel_offset, keep=header.frames > 1)
    if header.transfer_syntax in _JPEG_LS:
        _require_whole(header, data)
    try:
        pixels = _decode_jpeg2000(data, header)
        if pixels is None:
            decoder = get_decoder(header.transfer_syntax)
            pixels, _ = decoder.as_array(
                data,
                index=header.frame,
                raw=True,
                decoding_plugin=_DECODERS.get(header.transfer_syntax, ""),
                rows=header.rows,
                columns=header.columns,
                number_of_frames=header.frames,
                samples_per_pixel=header.samples,
                photometric_interpretation=header.photometric,
                bits_allocated=header.bits_allocated,
                bits_stored=header.bits_stored,
                pixel_representation=int(header.signed),
                pixel_keyword="PixelData",
            )
    except BaseException as error:
        # Each codec has its own exceptions; the one written in Rust (pylibjpeg-rle) panics on damaged
        # data, and a panic is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise InputError(f"cannot decode {header.source}: {_reason(error)}") from error
    if pixels.shape != (header.rows, header.columns):
        raise InputError(f"cannot decode {header.source}: its image is {pixels.shape}")
    return np.array(pixels)


def _decode_jpeg2000(data: bytes, header: Header) -> NDArray[Any] | None:
    """The values of a plain JPEG 2000 frame; None of any other, which pydicom knows how to take."""
    if header.transfer_syntax not in jpeg2000.SYNTAXES:
        return None
    frame = get_frame(data, header.frame, number_of_frames=header.frames)
    return jpeg2000.decode(frame) if jpeg2000.is_plain(frame, header) else None


def _require_whole(header: Header, data: bytes) -> None:
    """Refuse JPEG-LS that ends early: CharLS goes on for seconds a slice behind the end of its data."""
    try:
        frame = get_frame(data, header.frame, number_of_frames=header.frames)
    except Exception as error:  # fragments that make no sense raise many kinds
        raise InputError(f"cannot decode {header.source}: {_reason(error)}") from error
    # Within the data FF is never followed by D9, and behind it come a few bytes of padding at most.
    if _END_OF_IMAGE not in frame[-8:]:
        raise InputError(f"cannot decode {header.source}: its image has no end")


def _significant(stored: NDArray[Any], header: Header) -> tuple[NDArray[Any], int, int, bool]:
    """The stored values without bits that are not theirs (PS3.5 8.1.1), their range, and if any were cut.

    Old scanners keep overlays in the bits above BitsStored, or leave them zero where a negative
    value should fill them.
    """
    low, high = int(stored.min()), int(stored.max())
    bits, allocated = header.bits_stored, header.bits_allocated
    shift = header.high_bit + 1 - bits
    if not 0 < bits < allocated or shift < 0 or bits + shift > allocated:
        return stored, low, high, False
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if header.signed else (0, (1 << bits) - 1)
    if shift == 0 and least <= low and high <= most:
        return stored, low, high, False
    kind = stored.dtype.type
    stored <<= kind(allocated - bits - shift)
    stored >>= kind(allocated - bits)
    return stored, int(stored.min()), int(stored.max()), True


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
