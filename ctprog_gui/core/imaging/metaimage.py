"""MetaImage files, looked through before ITK reads them.

MetaIO tells what is wrong only on the C++ standard error, and reads noise where compressed voxels
are damaged (seen with SimpleITK 2.5.7).
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from ctprog_gui.core.shared.errors import InputError

_BYTES = {"CHAR": 1, "SHORT": 2, "INT": 4, "LONG": 4, "LONG_LONG": 8, "FLOAT": 4, "DOUBLE": 8}


def check_metaimage(path: Path, *, voxels: bool) -> None:
    """Check the header of a file with its data inside, and with `voxels` that these are whole.

    Raises
    ------
    InputError
        If something is missing, cut off or damaged.
    """
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        # Lines of ``Key = Value``; ElementDataFile is the last one.
        for _ in range(200):
            key, _, value = file.readline(4096).decode("latin-1").partition("=")
            fields[key.strip()] = value.strip()
            if key.strip() == "ElementDataFile":
                break
        start = file.tell()
    lacking = [key for key in ("NDims", "DimSize", "ElementType", "ElementDataFile") if not fields.get(key)]
    if lacking:
        raise InputError(f"cannot read {path}: its header has no {lacking[0]}")
    if fields["ElementDataFile"].upper() != "LOCAL":
        return
    packed = fields.get("CompressedData", "False").lower() == "true"
    kind = fields["ElementType"].removeprefix("MET_").removeprefix("U")
    try:
        count = int(np.prod([int(n) for n in fields["DimSize"].split()], dtype=object))
        whole = count * int(fields.get("ElementNumberOfChannels", "1")) * _BYTES.get(kind, 0)
        needed = int(fields.get("CompressedDataSize", "0")) if packed else whole
    except ValueError as error:
        raise InputError(f"cannot read {path}: {error}") from error
    held = path.stat().st_size - start
    if held < needed:
        raise InputError(f"cannot read {path}: it is cut off ({held} of {needed} bytes of voxels)")
    if not (packed and voxels):
        return
    with path.open("rb") as file:
        file.seek(start)
        try:
            held = len(zlib.decompress(file.read(needed or -1)))
        except zlib.error as error:
            raise InputError(f"cannot read {path}: {error}") from error
    if held != whole:
        raise InputError(f"cannot read {path}: its voxels unpack to {held} of {whole} bytes")
