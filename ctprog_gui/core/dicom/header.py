"""The header of one image: the few attributes that stacking and reading need, parsed once.

Only pydicom's element walk is used, and the values are decoded here: building full data sets
takes five times as long, and a viewer opens hundreds of files at once. Everything between the
wanted elements is skipped, so a fault in an unrelated attribute does no harm.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal

from pydicom.filereader import data_element_generator
from pydicom.tag import BaseTag, Tag

from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.dicom.walk import UNDEFINED as UNDEFINED
from ctprog_gui.core.dicom.walk import walk_meta, walk_plain
from ctprog_gui.core.shared.errors import InputError

DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
RLE = "1.2.840.10008.1.2.5"
NATIVE = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN})

# Objects that carry pixels or contours but are no image of the patient (by modality).
NO_IMAGE = frozenset(
    {"RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "RTIMAGE", "SEG", "SR", "PR", "KO", "REG", "FID", "AU"}
    | {"DOC", "ECG", "PLAN", "RWV", "STAIN", "SMR"}
)
# Baseline and extended JPEG and near-lossless JPEG-LS lose something whatever the header says.
_ALWAYS_LOSSY = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"})
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
# Enhanced CT, Legacy Converted Enhanced CT, and their MR and PET cousins.
_ENHANCED = frozenset(
    "1.2.840.10008.5.1.4.1.1." + end for end in ("2.1", "2.2", "4.1", "4.4", "128.1", "130")
)

_FIRST_BYTES = 1 << 16
_FLOAT_PIXELS = frozenset({0x7FE00008, 0x7FE00009})
_PIXEL_TAGS = _FLOAT_PIXELS | {0x7FE00010}
_TAGS = {
    "charset": 0x00080005,
    "image_type": 0x00080008,
    "sop_class": 0x00080016,
    "sop_uid": 0x00080018,
    "study_date": 0x00080020,
    "modality": 0x00080060,
    "conversion_type": 0x00080064,
    "study_description": 0x00081030,
    "description": 0x0008103E,
    "patient_name": 0x00100010,
    "patient_id": 0x00100020,
    "birth_date": 0x00100030,
    "sex": 0x00100040,
    "age": 0x00101010,
    "kvp": 0x00180060,
    "step": 0x00180088,
    "tilt": 0x00181120,
    "kernel": 0x00181210,
    "thickness": 0x00180050,
    "study_uid": 0x0020000D,
    "series_uid": 0x0020000E,
    "series_number": 0x00200011,
    "acquisition": 0x00200012,
    "instance": 0x00200013,
    "position": 0x00200032,
    "orientation": 0x00200037,
    "frame_uid": 0x00200052,
    "samples": 0x00280002,
    "photometric": 0x00280004,
    "frames": 0x00280008,
    "rows": 0x00280010,
    "columns": 0x00280011,
    "pixel_spacing": 0x00280030,
    "bits_allocated": 0x00280100,
    "bits_stored": 0x00280101,
    "high_bit": 0x00280102,
    "signed": 0x00280103,
    "intercept": 0x00281052,
    "slope": 0x00281053,
    "rescale_type": 0x00281054,
    "lossy": 0x00282110,
}
_WANTED: list[BaseTag | int] = [Tag(tag) for tag in _TAGS.values()]
_WANTED_TAGS = frozenset(_TAGS.values())
_GROUP_2 = 0x0002


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of one slice (or one frame of a multi-frame object) before its pixels.

    Text that names the patient stays as bytes with its character set until a screen asks for it.
    Numbers that are absent are None; `pixel_offset` counts in the inflated data set where the
    transfer syntax is deflated.
    """

    source: Source
    sop_class: str
    sop_uid: str
    series_uid: str
    study_uid: str
    frame_uid: str
    modality: str
    transfer_syntax: str
    patient_id: str
    texts: dict[str, bytes] = field(repr=False)
    image_type: tuple[str, ...]
    series_number: int | None
    acquisition: int | None
    instance: int | None
    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    slope: float | None
    intercept: float | None
    position: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    pixel_spacing: tuple[float, ...] | None
    thickness: float | None
    step: float | None
    tilt: float | None
    frames: int
    frame: int
    lossy: bool
    converted: bool
    pixel_offset: int | None
    pixel_length: int
    size: int
    stray: int = 0
    kvp: float | None = None
    kernel: str = ""
    rescale_type: str = ""

    @property
    def is_image(self) -> bool:
        """Whether this is an image of the patient, as far as a header can tell."""
        return self.modality not in NO_IMAGE and self.rows > 0 and self.columns > 0

    @property
    def is_localizer(self) -> bool:
        return "LOCALIZER" in self.image_type

    @property
    def is_secondary_capture(self) -> bool:
        """A screen shot, a dose report or the like, rather than a reconstructed slice."""
        captured = self.sop_class == _SECONDARY_CAPTURE or self.sop_class.startswith(_SECONDARY_CAPTURE + ".")
        return captured or self.samples != 1 or (self.converted and self.position is None)

    @property
    def is_enhanced(self) -> bool:
        return self.sop_class in _ENHANCED

    @property
    def is_encapsulated(self) -> bool:
        return self.transfer_syntax not in NATIVE

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame, not compressed."""
        return self.rows * self.columns * self.samples * self.bits_allocated // 8


def parse_header(source: Source, opener: Opener) -> Header | None:
    """Parse the header of a DICOM file; None if it is no DICOM file.

    A file without the preamble and file meta information (PS3.10 7.1) is taken where its first
    element can only be DICOM.

    Raises
    ------
    InputError
        If the file is DICOM but can't be made sense of; the message names it and the reason.
    """
    data = opener.read(source, _FIRST_BYTES)
    start = _start(data)
    if start is None:
        return None
    size = opener.size(source)
    try:
        elements = _first_elements(data, start)
        if elements is None and len(data) < size:
            data = opener.read(source)
        return _header(source, elements or _elements(data, start), size, 1 if start == 1 else 0)
    except InputError:
        raise
    except Exception as error:  # pydicom's walk lets many kinds through on damaged files
        raise InputError(f"cannot read {source}: {error or type(error).__name__}") from error


def inflate(data: bytes, name: str) -> bytes:
    """A whole deflated file (PS3.5 A.5) with its data set inflated.

    Raises
    ------
    InputError
        If the compressed part is damaged.
    """
    start = _start(data)
    assert start is not None
    _, meta_end = _meta(data, start)
    try:
        return data[:meta_end] + zlib.decompress(data[meta_end:], -zlib.MAX_WBITS)
    except zlib.error as error:
        raise InputError(f"cannot read {name}: {error}") from error


@dataclass(slots=True)
class _Elements:
    raw: dict[int, bytes]
    transfer_syntax: str
    little: bool
    pixel_offset: int | None = None
    pixel_length: int = 0
    pixel_tag: int = 0


def _start(data: bytes) -> int | None:
    """Where the elements begin: after the preamble, or where they plainly begin without one.

    That may be behind one stray byte, of which the header keeps count.
    """
    if data[128:132] == b"DICM":
        return 132
    for at in (0, 1):
        start = _bare_start(data[at : at + 16])
        if start is not None and (at == 0 or _is_explicit(data, at)):
            return at
    return None


def _bare_start(data: bytes) -> int | None:
    """0 where the bytes plainly begin with a first element, without preamble."""
    if len(data) < 16 or data[1] != 0 or data[0] not in (0x02, 0x08) or data[2:4] > b"\xff\x10":
        return None
    if _is_explicit(data, 0):
        return 0
    # Implicit VR: the length of a first element of group 2 or 8 is short and even.
    length = int.from_bytes(data[4:8], "little")
    return 0 if data[0] == 0x08 and length <= 1024 and length % 2 == 0 else None


def _is_explicit(data: bytes, at: int) -> bool:
    return data[at + 4 : at + 6].isalpha() and data[at + 4 : at + 6].isupper()


def _elements(data: bytes, start: int) -> _Elements:
    meta, at = _meta(data, start)
    syntax = _text(meta.get(0x00020010, b"")) or ""
    if syntax == DEFLATED:
        data = _inflated_as_far_as_possible(data, at)
    little = syntax != BIG_ENDIAN
    # What the file does counts, not what it says: the two differ in practice.
    explicit = _is_explicit(data, at)
    syntax = syntax or (EXPLICIT if explicit else IMPLICIT)
    if little:
        # Quick where the data set is plain; pydicom's walk below takes what is not.
        plain = walk_plain(data, at, explicit, _WANTED_TAGS, _is_no_image)
        if plain is not None:
            return _Elements(
                plain.raw, syntax, little, plain.pixel_offset, plain.pixel_length, plain.pixel_tag
            )
    stream = BytesIO(data)
    stream.seek(at)
    found = _Elements({}, syntax, little)
    walk = data_element_generator(
        stream, not explicit, little, stop_when=_at_pixels, specific_tags=list(_WANTED)
    )
    for element in walk:
        if isinstance(element.value, bytes) and element.value:
            found.raw[int(element.tag)] = element.value
        if element.tag == _TAGS["modality"] and _is_no_image(element.value):
            # Wanted is only what it is: an RTSTRUCT goes on for megabytes.
            found.pixel_offset = stream.tell()
            return found
    at = stream.tell()
    order: Literal["little", "big"] = "little" if little else "big"
    head = stream.read(12)
    if len(head) == 12 or (len(head) >= 8 and not explicit):
        wide = explicit and head[4:6] in (b"OB", b"OW", b"UN", b"OF", b"OD")
        tail = head[8:12] if wide else head[6:8] if explicit else head[4:8]
        found.pixel_length = int.from_bytes(tail, order)
        found.pixel_offset = at + (12 if wide else 8)
        pair = [int.from_bytes(head[place : place + 2], order) for place in (0, 2)]
        found.pixel_tag = pair[0] << 16 | pair[1]
    return found


def _meta(data: bytes, start: int) -> tuple[dict[int, bytes], int]:
    """The file meta information, and where the data set begins behind it."""
    if data[start : start + 2] != b"\x02\x00":
        return {}, start
    plain = walk_meta(data, start)
    if plain is not None:
        return plain
    stream = BytesIO(data)
    stream.seek(start)
    walk = data_element_generator(stream, not _is_explicit(data, start), True, stop_when=_after_meta)
    return {int(element.tag): element.value for element in walk}, stream.tell()


def _first_elements(data: bytes, start: int) -> _Elements | None:
    """The elements if these first bytes of a file hold them all, as far as the pixels."""
    try:
        elements = _elements(data, start)
    except Exception:  # what is cut off in a sequence looks damaged
        return None
    return None if elements.pixel_offset is None else elements


def _inflated_as_far_as_possible(data: bytes, at: int) -> bytes:
    try:
        return data[:at] + zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[at:])
    except zlib.error:
        return data[:at]


def _is_no_image(modality: bytes | None) -> bool:
    return _text(modality) in NO_IMAGE


def _after_meta(tag: BaseTag, vr: str | None, length: int) -> bool:
    return int(tag) >> 16 != _GROUP_2


def _at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
    return int(tag) in _PIXEL_TAGS


def _header(source: Source, found: _Elements, size: int, stray: int) -> Header:
    raw = {name: found.raw[tag] for name, tag in _TAGS.items() if tag in found.raw}
    number = _Numbers(raw, found.little)
    modality = _text(raw.get("modality")) or ""
    sop_class = _text(raw.get("sop_class")) or ""
    if found.pixel_tag in _FLOAT_PIXELS:
        raise ValueError("its pixels are floating-point numbers, which are not supported")
    if not sop_class and not modality and "rows" not in raw:
        raise ValueError("its header says neither what it is nor how large")
    bits = number.whole("bits_allocated") or 16
    stored = number.whole("bits_stored") or bits
    lossy = _text(raw.get("lossy")) == "01" or found.transfer_syntax in _ALWAYS_LOSSY
    patient = (
        "charset",
        "patient_name",
        "birth_date",
        "sex",
        "age",
        "study_date",
        "description",
        "study_description",
    )
    return Header(
        source=source,
        sop_class=sop_class,
        sop_uid=_text(raw.get("sop_uid")) or "",
        series_uid=_text(raw.get("series_uid")) or "",
        study_uid=_text(raw.get("study_uid")) or "",
        frame_uid=_text(raw.get("frame_uid")) or "",
        modality=modality,
        transfer_syntax=found.transfer_syntax,
        patient_id=_text(raw.get("patient_id")) or "",
        texts={name: raw[name] for name in patient if name in raw},
        image_type=tuple(part.strip() for part in (_text(raw.get("image_type")) or "").split("\\")),
        series_number=number.counted("series_number"),
        acquisition=number.counted("acquisition"),
        instance=number.counted("instance"),
        rows=number.whole("rows") or 0,
        columns=number.whole("columns") or 0,
        samples=number.whole("samples") or 1,
        photometric=_text(raw.get("photometric")) or "MONOCHROME2",
        bits_allocated=bits,
        bits_stored=stored,
        high_bit=number.whole("high_bit", stored - 1) or 0,
        signed=number.whole("signed") == 1,
        slope=number.one("slope"),
        intercept=number.one("intercept"),
        position=number.several("position", 3),
        orientation=number.several("orientation", 6),
        pixel_spacing=number.several("pixel_spacing", 2),
        thickness=number.optional("thickness"),
        step=number.optional("step"),
        tilt=number.optional("tilt"),
        frames=max(number.counted("frames") or 1, 1),
        frame=0,
        lossy=lossy,
        converted="conversion_type" in raw,
        pixel_offset=found.pixel_offset,
        pixel_length=found.pixel_length,
        size=size,
        stray=stray,
        kvp=number.optional("kvp"),
        kernel=_text(raw.get("kernel")) or "",
        rescale_type=_text(raw.get("rescale_type")) or "",
    )


class _Numbers:
    """Decodes DS, IS and US values; raises ValueError with the attribute's name."""

    def __init__(self, raw: dict[str, bytes], little: bool) -> None:
        self._raw = raw
        self._order: Literal["little", "big"] = "little" if little else "big"

    def whole(self, name: str, default: int | None = None) -> int | None:
        value = self._raw.get(name, b"")
        return int.from_bytes(value[:2], self._order) if len(value) >= 2 else default

    def several(self, name: str, count: int) -> tuple[float, ...] | None:
        text = _text(self._raw.get(name))
        if not text:
            return None
        try:
            values = tuple(float(part) for part in text.split("\\"))
        except ValueError:
            raise ValueError(f"its {name.replace('_', ' ')} is {text!r}") from None
        if len(values) != count or not all(abs(value) < 1e9 for value in values):
            raise ValueError(f"its {name.replace('_', ' ')} is {text!r}")
        return values

    def one(self, name: str) -> float | None:
        values = self.several(name, 1)
        return None if values is None else values[0]

    def optional(self, name: str) -> float | None:
        """A number that only explains: what can't be read is taken as absent."""
        try:
            return self.one(name)
        except ValueError:
            return None

    def counted(self, name: str) -> int | None:
        value = self.optional(name)
        return None if value is None else int(value)


def _text(value: bytes | None) -> str | None:
    if value is None:
        return None
    return value.decode("latin-1").strip(" \0\r\n\t")
