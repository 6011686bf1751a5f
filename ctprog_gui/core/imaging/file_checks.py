"""Faults of volume files that ITK lets pass, or tells only on the C++ standard error.

Found with SimpleITK 2.5: a cut-off NIfTI file is read as far as it goes and filled with zeros, its
voxels that are no numbers become 0, a voxel size of 0 becomes 1, and a file without any affine
gets one. A cut-off MetaImage file is refused, but the reason is lost. NRRD files are checked well
by ITK itself.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ctprog_gui.core.shared.errors import InputError

_FLOATS = {16: "f4", 64: "f8"}
_HEADER_BYTES = {348: "NIfTI-1", 540: "NIfTI-2"}


def check_file(path: Path, ending: str, *, voxels: bool = True) -> None:
    """Raise `InputError` if the file itself shows that it can't be read as it is.

    With `voxels`, those of a NIfTI file of floats are looked through; else the header decides.
    """
    try:
        if ending in (".nii", ".nii.gz"):
            _check_nifti(path, compressed=ending == ".nii.gz", voxels=voxels)
        elif ending == ".mha":
            _check_metaimage(path)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except struct.error as error:
        raise InputError(f"cannot read {path}: its header is cut off") from error


def _check_nifti(path: Path, *, compressed: bool, voxels: bool) -> None:
    """NIfTI-1.1 and NIfTI-2 headers: https://nifti.nimh.nih.gov (nifti1.h, nifti2.h)."""
    with gzip.open(path) if compressed else path.open("rb") as file:
        header = file.read(540)
    order = next((o for o in "<>" if struct.unpack_from(o + "i", header)[0] in _HEADER_BYTES), None)
    if order is None:
        raise InputError(f"cannot read {path}: it does not begin as a NIfTI file does")
    first = struct.unpack_from(order + "i", header)[0] == 348
    if first:
        magic = header[344:347]
        dim = struct.unpack_from(order + "8h", header, 40)
        kind, bits = struct.unpack_from(order + "2h", header, 70)
        steps = struct.unpack_from(order + "8f", header, 76)
        start = int(struct.unpack_from(order + "f", header, 108)[0])
        codes = struct.unpack_from(order + "2h", header, 252)
        quaternion = struct.unpack_from(order + "6f", header, 256)
        rows = struct.unpack_from(order + "12f", header, 280)
    else:
        magic = header[4:7]
        kind, bits = struct.unpack_from(order + "2h", header, 12)
        dim = struct.unpack_from(order + "8q", header, 16)
        steps = struct.unpack_from(order + "8d", header, 104)
        start = struct.unpack_from(order + "q", header, 168)[0]
        codes = struct.unpack_from(order + "2i", header, 344)
        quaternion = struct.unpack_from(order + "6d", header, 352)
        rows = struct.unpack_from(order + "12d", header, 400)
    if magic not in (b"n+1", b"n+2"):
        raise InputError(f"cannot read {path}: it is not a single-file NIfTI image")
    if not 1 <= dim[0] <= 7 or min(dim[1 : dim[0] + 1]) < 1:
        raise InputError(f"cannot read {path}: its dimensions make no image ({dim[: max(dim[0], 0) + 1]})")
    if codes == (0, 0):
        raise InputError(f"{path} does not say where it lies in the patient (no sform, no qform)")
    if codes[1] > 0:
        matrix = np.asarray(rows).reshape(3, 4)
        if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:, :3])) < 1e-12:
            raise InputError(f"{path}: its affine is singular, so it has no place in the patient")
        axes = matrix[:, :3] / np.linalg.norm(matrix[:, :3], axis=0)
        # ITK refuses these too, or falls back on the qform without a word.
        if np.abs(axes.T @ axes - np.eye(3)).max() > 1e-3:
            raise InputError(f"{path}: its axes are not perpendicular (a sheared affine)")
    elif not np.isfinite(quaternion).all():
        raise InputError(f"{path}: its affine holds a number that is not finite")
    size = [abs(step) for step in steps[1 : min(dim[0], 3) + 1]]
    if not np.isfinite(size).all() or min(size) <= 0:
        raise InputError(f"{path}: its voxel size is {'×'.join(f'{s:g}' for s in size)}")
    needed = start + int(np.prod([int(d) for d in dim[1 : dim[0] + 1]])) * bits // 8
    _check_length(path, needed, compressed=compressed)
    if voxels and kind in _FLOATS:
        _check_finite(path, start, needed, np.dtype(order + _FLOATS[kind]), compressed=compressed)


def _check_length(path: Path, needed: int, *, compressed: bool) -> None:
    if not compressed:
        held = path.stat().st_size
        if held < needed:
            raise InputError(f"cannot read {path}: it is cut off ({held} of {needed} bytes)")
        return
    # The last four bytes of a gzip member are its uncompressed length modulo 2**32 (RFC 1952). A
    # file of several members, which is allowed, fails this quick look and is unpacked to be sure.
    with path.open("rb") as file:
        file.seek(-4, 2)
        told = struct.unpack("<I", file.read(4))[0]
    if told == needed % 2**32:
        return
    held = 0
    try:
        with gzip.open(path) as file:
            while block := file.read(1 << 20):
                held += len(block)
    except EOFError as error:
        raise InputError(f"cannot read {path}: it is cut off (its compressed data end early)") from error
    if held < needed:
        raise InputError(f"cannot read {path}: it is cut off ({held} of {needed} bytes)")


def _check_finite(path: Path, start: int, stop: int, kind: np.dtype[Any], *, compressed: bool) -> None:
    with gzip.open(path) if compressed else path.open("rb") as file:
        file.seek(start)
        while start < stop and (block := file.read(min(1 << 23, stop - start))):
            start += len(block)
            if not np.isfinite(np.frombuffer(block, kind, len(block) // kind.itemsize)).all():
                raise InputError(f"{path} holds voxels that are not finite numbers")


def _check_metaimage(path: Path) -> None:
    """MetaImage header: lines ``Key = Value``; ``ElementDataFile = LOCAL`` ends it."""
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        for _ in range(200):
            key, _, value = file.readline(4096).decode("latin-1").partition("=")
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                break
        start = file.tell()
    if fields.get("ElementDataFile", "").upper() != "LOCAL":
        return
    held = path.stat().st_size - start
    try:
        if fields.get("CompressedData", "False").lower() == "true":
            needed = int(fields.get("CompressedDataSize", "0"))
        else:
            needed = int(np.prod([int(n) for n in fields.get("DimSize", "0").split()]))
            needed *= int(fields.get("ElementNumberOfChannels", "1")) * _element_bytes(fields)
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if held < needed:
        raise InputError(f"cannot read {path}: it is cut off ({held} of {needed} bytes of voxels)")


def _element_bytes(fields: dict[str, str]) -> int:
    kind = fields.get("ElementType", "").removeprefix("MET_").removeprefix("U")
    sizes = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}
    return sizes.get(kind, 0)
