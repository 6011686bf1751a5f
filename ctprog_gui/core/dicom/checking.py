"""What is odd about a stack of slices, told with its numbers and never repaired in silence."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

import numpy as np

from ctprog_gui.core.dicom.fragments import what_is_held
from ctprog_gui.core.dicom.header import DEFLATED, UNDEFINED, Header
from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.core.dicom.sources import Opener
from ctprog_gui.core.dicom.stack import Stack, is_uniform
from ctprog_gui.core.shared.errors import InputError

# Fewer slices than these show no gap that could be compared with another.
_FEW = 3
# A step is off the normal from 0.2 degrees and 0.1 mm on over the whole stack: below that it is
# the rounding of written positions.
_TILT_DEGREES, _TILT_MM = 0.2, 0.1
_JUMP_DEGREES = 2.0
_OBLIQUE_DEGREES = 0.5


def check_stack(stack: Stack, opener: Opener) -> list[Anomaly]:
    """Every anomaly that the slices of one stack show by themselves."""
    return [Anomaly(code, detail) for code, detail in _all(stack, opener)]


def _all(stack: Stack, opener: Opener) -> Iterator[tuple[str, str]]:
    every = (*stack.slices, *stack.duplicates, *stack.unplaced)
    yield from _kind(every)
    yield from _form(every)
    yield from _bits(every)
    if every[0].modality == "CT":
        yield from _rescale(every)
    yield from _place(stack)
    yield from _pixel_spacing(every)
    if len(stack.slices) > 1:
        yield from _gaps(stack)
        yield from _tilt(stack)
    if stack.duplicates:
        places = len({header.position for header in stack.duplicates})
        yield (
            "duplicate_slices",
            f"{_count(len(stack.duplicates), 'slice')} at {_count(places, 'place')} that another slice "
            f"fills already ({_names(stack.duplicates)}); the one acquired first is used",
        )
    if stack.slices:
        yield from _oblique(stack)
    yield from _pixels(every, opener)
    yield from _few(stack)


def _kind(every: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    first = every[0]
    if first.modality != "CT":
        yield "not_ct", f"the modality is {first.modality or 'not given'}; its values are no Hounsfield units"
    if any(header.is_enhanced or header.frames > 1 for header in every):
        files = {header.source for header in every}
        detail = f"{_count(len(every), 'frame')} in {_count(len(files), 'file')}"
        unread = sum(header.frames for header in every if not header.is_enhanced) - len(every)
        if unread > 0:
            detail += f"; {_count(unread, 'further frame')} without a place of their own left out"
        yield "enhanced_multiframe", detail
    lossy = [header for header in every if header.lossy]
    if lossy:
        yield "lossy_compression", f"{_count(len(lossy), 'slice')} of {len(every)} compressed with loss"


def _form(every: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    stray = [one for one in every if one.stray]
    if stray:
        yield (
            "stray_bytes",
            f"{_count(len(stray), 'file')} with a byte too many before the first element "
            f"({_names(stray)}); read from behind it",
        )


def _bits(every: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    """CT keeps its values in the lowest bits (PS3.3 C.8.2.1.1.4); where they are said to lie elsewhere."""
    odd = [
        one
        for one in every
        if one.high_bit + 1 != one.bits_stored or not 1 < one.bits_stored <= one.bits_allocated
    ]
    if odd:
        first = odd[0]
        yield (
            "odd_bits",
            f"{_count(len(odd), 'slice')} of {len(every)} with BitsAllocated {first.bits_allocated}, "
            f"BitsStored {first.bits_stored}, HighBit {first.high_bit}; values may not be what they say",
        )


def _rescale(every: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    """CT says by slope, intercept and type how stored values become HU (PS3.3 C.11.1, C.8.2.1.1.5)."""
    bare = [one for one in every if one.slope is None or one.intercept is None]
    if bare:
        yield (
            "no_rescale",
            f"{_count(len(bare), 'slice')} of {len(every)} without rescale slope and intercept; "
            "stored values are taken for HU",
        )
    flat = [one for one in every if one.slope is not None and one.slope <= 0]
    if flat:
        yield (
            "odd_rescale",
            f"{_count(len(flat), 'slice')} of {len(every)} with a rescale slope of {flat[0].slope:g}; "
            "values are not what was measured",
        )
    intercepts = sorted({one.intercept for one in every if one.intercept is not None})
    if len(intercepts) > 1:
        yield (
            "odd_rescale",
            f"the rescale intercept changes within the series, from {intercepts[0]:g} to {intercepts[-1]:g}; "
            "each slice is read with its own",
        )
    other = [one for one in every if one.rescale_type not in ("", "HU")]
    if other:
        yield (
            "odd_rescale",
            f"{_count(len(other), 'slice')} of {len(every)} with values of the type "
            f"{other[0].rescale_type[:16]} rather than HU; they are taken for HU",
        )


def _place(stack: Stack) -> Iterator[tuple[str, str]]:
    if stack.unplaced:
        yield (
            "no_geometry",
            f"{_count(len(stack.unplaced), 'image')} without position or orientation in the patient "
            f"({_names(stack.unplaced)})" + ("; left out" if stack.slices else ""),
        )
    frames = {header.frame_uid for header in stack.slices if header.frame_uid}
    if len(frames) > 1:
        yield (
            "mixed_frames",
            f"{len(frames)} frames of reference in one series; places are taken to be of one",
        )


def _pixel_spacing(every: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    steps = [header.step for header in every if header.step is not None and header.step < 0]
    if steps:
        yield (
            "negative_spacing",
            f"SpacingBetweenSlices is {steps[0]:g} mm; the slices' positions are used instead",
        )
    spacings = np.array([header.pixel_spacing for header in every if header.pixel_spacing])
    if spacings.size == 0:
        return
    if silent := [header for header in every if not header.pixel_spacing]:
        yield (
            "nonuniform_spacing",
            f"{_count(len(silent), 'slice')} without pixel spacing ({_names(silent)}); "
            "taken to be as the others",
        )
    if spacings.min() <= 0:
        worst = spacings[int(spacings.min(axis=1).argmin())]
        yield "negative_spacing", f"the pixel spacing is {_by(worst)} mm"
    elif (np.ptp(spacings, axis=0) > 0.01 * np.median(spacings, axis=0)).any():
        yield (
            "nonuniform_spacing",
            f"the pixel spacing changes within the series, from {_by(spacings.min(axis=0))} to "
            f"{_by(spacings.max(axis=0))} mm; the lowest slice's is used for all",
        )


def _gaps(stack: Stack) -> Iterator[tuple[str, str]]:
    gaps = stack.gaps_mm
    if is_uniform(gaps):
        return
    base = float(np.median(gaps[gaps < 1.5 * gaps.min()]))
    multiples = np.rint(gaps / base)
    if (np.abs(gaps / base - multiples) <= 0.01 * multiples).all() and multiples.max() > 1:
        lost = int((multiples - 1).sum())
        holes = np.flatnonzero(multiples > 1)
        where = ", ".join([f"{k} and {k + 1}" for k in holes[:3]] + ["…"] * (len(holes) > 3))
        yield (
            "missing_slices",
            f"{_count(lost, 'slice')} missing: gaps are whole multiples of {base:.4g} mm, up to "
            f"{gaps.max():.4g} mm (between slices {where})",
        )
    yield (
        "nonuniform_spacing",
        f"gaps along the normal run from {gaps.min():.4g} to {gaps.max():.4g} mm ({_histogram(gaps)}); "
        f"read as if all were {stack.spacing_along_normal_mm:.4g} mm, so places and volumes are wrong",
    )


def _tilt(stack: Stack) -> Iterator[tuple[str, str]]:
    steps = stack.lateral_mm
    total = float(np.linalg.norm(steps.sum(axis=0)))
    angle = float(np.degrees(np.arctan2(total, stack.gaps_mm.sum())))
    lengths = np.linalg.norm(steps, axis=1)
    jump = int(lengths.argmax())
    jump_angle = float(np.degrees(np.arctan2(lengths[jump], stack.gaps_mm[jump])))
    told = [header.tilt for header in stack.slices if header.tilt]
    if angle > _TILT_DEGREES and total > _TILT_MM:
        yield (
            "gantry_tilt",
            f"the step between slices leads {angle:.2f}° off their normal, {total:.1f} mm over the stack"
            + (f" (header: {told[0]:g}°)" if told else "")
            + "; read as if it led along the normal, so places are approximate",
        )
    elif jump_angle > _JUMP_DEGREES and lengths[jump] > _TILT_MM:
        yield (
            "gantry_tilt",
            f"between slices {jump} and {jump + 1} the image shifts {lengths[jump]:.2f} mm sideways",
        )


def _oblique(stack: Stack) -> Iterator[tuple[str, str]]:
    off = float(np.degrees(np.arccos(min(float(np.abs(stack.normal).max()), 1.0))))
    if off > _OBLIQUE_DEGREES:
        normal = ", ".join(f"{part:.3f}" for part in stack.normal)
        yield "oblique", f"the slices' normal ({normal}) is {off:.1f}° off the patient's axes"


def _pixels(every: tuple[Header, ...], opener: Opener) -> Iterator[tuple[str, str]]:
    short = [(header, held) for header in every if (held := _held(header, opener)) is not None]
    if short:
        names = _names([header for header, _ in short])
        yield (
            "truncated_pixel_data",
            f"{_count(len(short), 'slice')} cut off ({names}; the first: {short[0][1]})",
        )


def _few(stack: Stack) -> Iterator[tuple[str, str]]:
    count = len(stack.slices) or len(stack.unplaced)
    if count >= _FEW:
        return
    detail = f"{_count(count, 'slice')}; a volume needs at least {_FEW}"
    if count == 1:
        thickness = stack.first.thickness
        detail += (
            f"; its extent is taken from its nominal thickness, {thickness:g} mm"
            if thickness
            else "; its extent across is unknown and taken as 1 mm"
        )
    yield "too_few_slices", detail


def _held(header: Header, opener: Opener) -> str | None:
    """What of the pixel data is there, in words, or None if all of it is."""
    needed = header.frame_bytes
    if header.pixel_offset is None:
        return "no pixel data"
    if header.transfer_syntax == DEFLATED:
        return None
    if header.is_encapsulated:
        return _held_encapsulated(header, opener)
    held = header.size - header.pixel_offset
    if header.frames == 1 and header.pixel_length != UNDEFINED:
        held = min(held, header.pixel_length)
    return None if held >= needed else f"{max(held, 0)} of {needed} bytes"


def _held_encapsulated(header: Header, opener: Opener) -> str | None:
    if header.frame > 0:
        return None
    try:
        with opener.open(header.source) as file:
            return what_is_held(file, header.pixel_offset or 0, header.size, header.frames)
    except (OSError, InputError, struct.error, RuntimeError) as error:
        return str(error)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _names(headers: Iterable[Header], most: int = 3) -> str:
    names = list(dict.fromkeys(header.source.name for header in headers))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _by(pair: Iterable[float]) -> str:
    return "×".join(f"{value:.4g}" for value in pair)


def _histogram(gaps: np.ndarray[tuple[int], np.dtype[np.float64]], most: int = 4) -> str:
    """The gaps that occur, rounded to 0.01 mm, the most frequent first."""
    values, counts = np.unique(np.round(gaps, 2), return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    told = ", ".join(f"{counts[i]}× {values[i]:g}" for i in order)
    return told + (", …" if len(values) > most else "")
