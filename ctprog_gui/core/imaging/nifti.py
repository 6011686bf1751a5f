"""NIfTI files: the header checked, the voxels read.

ITK's reader, which tells where the grid lies, is not given the voxels, because it passes over their
faults (seen with SimpleITK 2.5.7): what is cut off or damaged is filled with zeros, what is no
number becomes 0, a voxel size of 0 becomes 1, a file without an affine gets one, and asked for
``a.nii.gz`` it takes the voxels from ``a.nii`` if that is there too.

The format: https://nifti.nimh.nih.gov (nifti1.h).
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.shared.errors import InputError

_TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}


@dataclass(frozen=True)
class NiftiHeader:
    """What the header says of the voxels: sizes x, y, z, …; type; first byte; slope and intercept."""

    size: tuple[int, ...]
    kind: np.dtype[Any]
    start: int
    slope: float
    intercept: float

    @property
    def bytes(self) -> int:
        return int(np.prod(self.size, dtype=object)) * self.kind.itemsize


def read_nifti_header(path: Path) -> NiftiHeader:
    """Read and check a header.

    Raises
    ------
    InputError
        If the file is no NIfTI image, does not say where it lies in the patient, or is cut off.
    """
    header = _parse(path, beginning(path))
    if not _is_packed(path):
        held = path.stat().st_size - header.start
        if held < header.bytes:
            raise InputError(f"cannot read {path}: it is cut off ({held} of {header.bytes} bytes of voxels)")
    return header


def read_nifti_voxels(path: Path) -> NDArray[Any]:
    """Read the voxels, (…, z, y, x), with slope and intercept applied where there are any.

    Raises
    ------
    InputError
        As `read_nifti_header` does, and if the compressed data are damaged or cut off.
    """
    header = read_nifti_header(path)
    held = 0
    try:
        data = bytearray(header.bytes)
        with _open(path) as file:
            file.seek(header.start)
            view = memoryview(data)
            while held < len(data) and (count := file.readinto(view[held : held + (1 << 24)])):
                held += count
            if _is_packed(path):
                # The check sum comes at the end of the stream.
                while file.read(1 << 20):
                    pass
    except EOFError as error:
        raise InputError(f"cannot read {path}: it is cut off (its compressed data end early)") from error
    except (OSError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if held < len(data):
        raise InputError(f"cannot read {path}: it is cut off ({held} of {len(data)} bytes of voxels)")
    voxels = np.frombuffer(data, header.kind).reshape(header.size[::-1])
    if not header.kind.isnative:
        voxels = voxels.astype(header.kind.newbyteorder("="))
    if header.slope not in (0.0, 1.0) or (header.slope == 1.0 and header.intercept != 0.0):
        voxels = voxels * header.slope + header.intercept
    return voxels


def as_first_edition(path: Path) -> bytes | None:
    """The header of a NIfTI-2 file as NIfTI-1 would have it, for readers that know no other; else None.

    Raises
    ------
    InputError
        If a size does not fit NIfTI-1, or the header is cut off.
    """
    raw = beginning(path)
    order = _second_edition(raw)
    return None if order is None else _converted(path, raw, order)


def _second_edition(raw: bytes) -> str | None:
    """The byte order of a NIfTI-2 header; None if it is none."""
    found = edition(raw)
    return found[1] if found is not None and found[0] == 540 else None


def _converted(path: Path, raw: bytes, order: str) -> bytes:
    """The fields that tell size, type, scaling and place, moved to where NIfTI-1 has them (nifti2.h)."""
    if len(raw) < 540 or raw[4:8] != b"n+2\0":
        raise InputError(f"cannot read {path}: it is no single-file NIfTI-2 image")
    dim = struct.unpack_from(order + "8q", raw, 16)
    start = struct.unpack_from(order + "q", raw, 168)[0]
    forms = struct.unpack_from(order + "2i", raw, 344)
    if not all(0 <= size <= 32767 for size in dim) or not 0 <= start < 1 << 24 or max(forms) > 32767:
        raise InputError(f"cannot read {path}: its dimensions make no image ({dim[:4]})")
    first = bytearray(348)
    # Numbers beyond single precision become infinite here, and are refused as such.
    with np.errstate(over="ignore"):
        singles = [
            (76, np.array(struct.unpack_from(order + "8d", raw, 104))),
            (108, np.array([start, *struct.unpack_from(order + "2d", raw, 176)])),
            (256, np.array(struct.unpack_from(order + "6d", raw, 352))),
            (280, np.array(struct.unpack_from(order + "12d", raw, 400))),
        ]
        for at, numbers in singles:
            data = numbers.astype(order + "f4").tobytes()
            first[at : at + len(data)] = data
    struct.pack_into(order + "i", first, 0, 348)
    struct.pack_into(order + "8h", first, 40, *dim)
    first[70:74] = raw[12:16]
    first[123] = struct.unpack_from(order + "i", raw, 500)[0] & 0xFF
    struct.pack_into(order + "2h", first, 252, *forms)
    first[344:348] = b"n+1\0"
    return bytes(first)


def _parse(path: Path, raw: bytes) -> NiftiHeader:
    second = _second_edition(raw)
    if second is not None:
        raw = _converted(path, raw, second)
    order = "<" if raw[:4] == (348).to_bytes(4, "little") else ">"
    if len(raw) < 348 or struct.unpack_from(order + "i", raw)[0] != 348:
        raise InputError(f"cannot read {path}: it does not begin as a NIfTI file does")
    if raw[344:347] != b"n+1":
        raise InputError(f"cannot read {path}: it is not a single-file NIfTI image")
    dim = struct.unpack_from(order + "8h", raw, 40)
    if not 1 <= dim[0] <= 7 or min(dim[1 : dim[0] + 1]) < 1:
        raise InputError(f"cannot read {path}: its dimensions make no image ({dim[:4]})")
    code = struct.unpack_from(order + "h", raw, 70)[0]
    if code not in _TYPES:
        raise InputError(f"cannot read {path}: its voxels are of a type that is not supported ({code})")
    start, slope, intercept = struct.unpack_from(order + "3f", raw, 108)
    if not np.isfinite([start, slope, intercept]).all() or start < 0:
        raise InputError(f"cannot read {path}: its scaling or offset is no usable number")
    _check_place(path, raw, order)
    size, kind = tuple(dim[1 : dim[0] + 1]), np.dtype(order + _TYPES[code])
    return NiftiHeader(size, kind, int(start), slope, intercept)


def _check_place(path: Path, raw: bytes, order: str) -> None:
    """Refuse a grid that has no place in the patient, or that ITK would only take changed."""
    qform, sform = struct.unpack_from(order + "2h", raw, 252)
    if qform <= 0 and sform <= 0:
        raise InputError(f"{path} does not say where it lies in the patient (no sform, no qform)")
    steps = [abs(step) for step in struct.unpack_from(order + "3f", raw, 80)]
    if not np.isfinite(steps).all() or min(steps) <= 0:
        raise InputError(f"{path}: its voxel size is {'×'.join(f'{step:g}' for step in steps)}")
    if sform <= 0:
        if not np.isfinite(struct.unpack_from(order + "6f", raw, 256)).all():
            raise InputError(f"{path}: its affine holds a number that is not finite")
        return
    matrix = np.asarray(struct.unpack_from(order + "12f", raw, 280)).reshape(3, 4)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:, :3])) < 1e-12:
        raise InputError(f"{path}: its affine is singular, so it has no place in the patient")
    axes = matrix[:, :3] / np.linalg.norm(matrix[:, :3], axis=0)
    if np.abs(axes.T @ axes - np.eye(3)).max() > 1e-3:
        raise InputError(f"{path}: its axes are not perpendicular (a sheared affine)")


def edition(raw: bytes) -> tuple[int, str] | None:
    """How long the header is that begins so, and its byte order; None if it is none."""
    for order in "<>":
        for length in (348, 540):
            if raw[:4] == struct.pack(order + "i", length):
                return length, order
    return None


def beginning(path: Path, count: int = 540) -> bytes:
    """The first bytes of a file, unpacked.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        with _open(path) as file:
            return file.read(count)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _open(path: Path) -> BufferedIOBase:
    return gzip.open(path) if _is_packed(path) else path.open("rb")


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(".gz")
