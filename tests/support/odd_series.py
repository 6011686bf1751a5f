"""Odd and malformed series made out of sound ones, and the judgement of what was read from them.

``python tests/support/odd_series.py FOLDER… --count 2000`` makes as many cases by seed, in processes that
may die, and writes what was wrong with any of them. A case is wrong if the reader crashes, takes more than
10 s, or shows a value or place that is not the file's own and says nothing. The judge is pydicom:
``pixel_array``, the rescale and ImagePositionPatient of each file that a slice came from.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import UID, generate_uid

from ctprog_gui.core.dicom.header import Header
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reading import DicomSeries
from ctprog_gui.core.shared.errors import CtprogError

LONGEST_S = 10.0
SLICES, SIDE = 10, 48
# Read all the same, and said so: then a slice may lie elsewhere than its file says.
MOVES = {"gantry_tilt", "nonuniform_spacing", "missing_slices"}
SYNTAXES = {
    "implicit": "1.2.840.10008.1.2",
    "explicit": "1.2.840.10008.1.2.1",
    "deflated": "1.2.840.10008.1.2.1.99",
    "big endian": "1.2.840.10008.1.2.2",
    "RLE": "1.2.840.10008.1.2.5",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
    "JPEG 2000": "1.2.840.10008.1.2.4.90",
}
# fmt: off
WANTED = [
    "SOPClassUID", "Modality", "SeriesInstanceUID", "StudyInstanceUID", "PatientID",
    "ImagePositionPatient", "PixelSpacing", "ImageOrientationPatient", "RescaleSlope", "RescaleIntercept",
    "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
    "PhotometricInterpretation", "ImageType", "InstanceNumber", "PixelData",
]
# fmt: on

Slices = list[FileDataset]


def sound_series(folder: Path, start: int = 40) -> Slices:
    """Some slices of a real series, cut to a small square: everything else in the header as it was."""
    every = [pydicom.dcmread(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    every = [one for one in every if "ImagePositionPatient" in one and one.Rows >= SIDE]
    every.sort(key=lambda one: one.ImagePositionPatient[2])
    chosen = every[min(start, max(len(every) - SLICES, 0)) :][:SLICES]
    for one in chosen:
        pixels = one.pixel_array[200 : 200 + SIDE, 180 : 180 + SIDE].copy()
        one.PixelData = pixels.tobytes()
        one.Rows, one.Columns = pixels.shape
        one.file_meta.TransferSyntaxUID = SYNTAXES["explicit"]
    return chosen


def make_case(sound: Sequence[Slices], folder: Path, seed: int) -> list[str]:
    """Write one odd series into an empty folder; returns what was done to it."""
    chance = random.Random(seed)
    slices = [_copy(one) for one in chance.choice(sound)]
    done = []
    for change in chance.sample(CHANGES, chance.choice([0, 1, 1, 2, 2, 3])):
        done.append(change.__name__)
        slices = change(slices, chance, sound)
    syntax = chance.choice([*SYNTAXES, "explicit", "explicit", "explicit"])
    every_slice = chance.random() < 0.8
    named = list(range(len(slices)))
    chance.shuffle(named)
    ending = chance.choice([".dcm", ".dcm", "", ".IMA"])
    paths = []
    for number, one in zip(named, slices, strict=True):
        path = folder / f"{number:03d}{ending}"
        coded = syntax if every_slice or chance.random() < 0.5 else "explicit"
        _save(one, path, coded)
        paths.append(path)
    done.append(syntax if every_slice else f"some {syntax}")
    for damage in chance.sample(DAMAGES, chance.choice([0, 0, 0, 1, 1, 2])):
        done.append(damage.__name__)
        for path in chance.sample(paths, min(chance.choice([1, 1, 2, len(paths)]), len(paths))):
            damage(path, chance)
    return done


def judge(folder: Path) -> tuple[str, list[str]]:
    """How reading went (read, refused), and what was wrong with it."""
    start = time.monotonic()
    wrong: list[str] = []
    outcome = "read"
    try:
        found = open_path([folder])
    except CtprogError as error:
        if "\n" in str(error):
            wrong.append("an error of several lines")
        return "refused", wrong
    for series in found:
        json.dumps(series.info.to_json(), allow_nan=False)
        try:
            volume = series.read()
        except CtprogError as error:
            if "\n" in str(error):
                wrong.append("an error of several lines")
            outcome = "refused when read"
            continue
        assert isinstance(series, DicomSeries)
        codes = {anomaly.code for anomaly in series.info.anomalies}
        for number, header in enumerate(series.stack.slices):
            wrong += [f"{header.source.name}: {what}" for what in _compare(volume, number, header, codes)]
    seen = {h.source.path for one in found for h in _of(one)}
    told = {a.code for one in found for a in one.info.anomalies}
    missing = [path for path in folder.iterdir() if path not in seen and path.suffix == ".dcm"]
    if missing and not told & {"unreadable_file", "localizer_excluded", "secondary_capture_excluded"}:
        others = [p for p in missing if not _is_other_object(p)]
        wrong += [f"{path.name}: left out without a word" for path in others[:1]]
    if time.monotonic() - start > LONGEST_S:
        wrong.append(f"took {time.monotonic() - start:.0f} s")
    return outcome, wrong


def _compare(volume: Any, number: int, header: Header, codes: set[str]) -> list[str]:
    """Where a slice differs from what pydicom reads from its file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = pydicom.dcmread(header.source.path, force=True)
            if "TransferSyntaxUID" not in getattr(file, "file_meta", {}):
                file.ensure_file_meta()
                file.file_meta.TransferSyntaxUID = UID(header.transfer_syntax)
            pixels = file.pixel_array.astype(np.float64)
            if file.get("NumberOfFrames", 1) and int(file.get("NumberOfFrames", 1) or 1) > 1:
                pixels = pixels[header.frame]
            slope = file.get("RescaleSlope")
            intercept = file.get("RescaleIntercept")
            slope = 1.0 if slope is None else float(slope)
            intercept = 0.0 if intercept is None else float(intercept)
            place = np.array(file.ImagePositionPatient, dtype=float)
            told = file.get("PixelSpacing")
            spacing = np.array([np.nan, np.nan] if told is None else told, dtype=float)
        except Exception:  # what pydicom can't read, it can't judge
            return []
    wrong = []
    expected = pixels * slope + intercept
    shown = volume.voxels[number].astype(np.float64)
    if shown.shape != expected.shape:
        wrong.append(f"is {shown.shape}, not {expected.shape}")
    elif np.abs(shown - expected).max() > 1e-3 + 1e-7 * np.abs(expected).max() and "odd_bits" not in codes:
        # (pydicom leaves in what lies beyond BitsStored; that it is left out is told.)
        wrong.append(f"HU off by {np.abs(shown - expected).max():g}")
    if (slope == 1.0 and "RescaleSlope" not in file) and "no_rescale" not in codes and file.Modality == "CT":
        wrong.append("no rescale, and not told")
    apart = float(np.abs(volume.geometry.index_to_patient((0, 0, number)) - place).max())
    allowed = max(0.02, 0.011 * number * volume.geometry.spacing_mm[2])
    if apart > allowed and not codes & MOVES:
        wrong.append(f"lies {apart:.3g} mm from its place")
    told = file.get("PixelSpacing")
    spacing = np.array([np.nan, np.nan] if told is None else told, dtype=float)
    if not np.abs(spacing[::-1] / volume.geometry.spacing_mm[:2] - 1).max() <= 0.011 and not codes & {
        *MOVES,
        "negative_spacing",
    }:
        wrong.append("has another pixel spacing")
    return wrong


def _of(series: Any) -> list[Header]:
    stack = getattr(series, "stack", None)
    return [] if stack is None else [*stack.slices, *stack.duplicates, *stack.unplaced]


def _is_other_object(path: Path) -> bool:
    """Whether a file says itself that it is no image (which garbling may have made it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        except Exception:
            return True
    return file.get("Modality") != "CT" or not file.get("Rows") or not file.get("Columns")


# What is done to the slices before they are written.


def dropped(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    return chance.sample(slices, max(len(slices) - chance.randint(1, 4), 1))


def few(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    return slices[: chance.randint(1, 3)]


def duplicated(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    more = [_copy(one) for one in chance.sample(slices, min(len(slices), chance.randint(1, 4)))]
    for one in more:
        one.SOPInstanceUID = generate_uid()
        if chance.random() < 0.5:
            one.AcquisitionNumber = 2
            one.PixelData = bytes(reversed(one.get("PixelData", b"")))
    return slices + more


def two_passes(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    again = [_copy(one) for one in slices]
    for one in again:
        one.AcquisitionNumber = 2
        one.InstanceNumber = int(one.InstanceNumber or 0) + 100
        one.PixelData = bytes(len(one.get("PixelData", b"")))
    return slices + again


def tilted(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    step = chance.choice([0.02, 0.3, 1.0, -2.5])
    return _moved(slices, lambda place, k: [place[0], place[1] + step * k, place[2]])


def jittered(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    size = chance.choice([0.004, 0.05, 1.0])
    return _moved(slices, lambda place, _k: [place[0], place[1], place[2] + chance.uniform(-size, size)])


def uneven(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    at = chance.randint(1, max(len(slices) - 1, 1))
    return _moved(slices, lambda place, k: [place[0], place[1], place[2] + (1.7 * (k - at) if k > at else 0)])


def turned(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    """Feet first, prone, or on the side: the axes of the image change, the order of places too."""
    axes = chance.choice(
        [(-1, 0, 0, 0, -1, 0), (-1, 0, 0, 0, 1, 0), (0, 1, 0, -1, 0, 0), (1, 0, 0, 0, -1, 0)]
    )
    for one in slices:
        one.ImageOrientationPatient = list(axes)
        one.PatientPosition = chance.choice(["FFP", "FFS", "HFP", "HFDR"])
    return slices


def oblique(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    angle = np.radians(chance.uniform(1, 40))
    cosine, sine = np.cos(angle), np.sin(angle)
    for k, one in enumerate(slices):
        one.ImageOrientationPatient = [1, 0, 0, 0, round(cosine, 9), round(-sine, 9)]
        one.ImagePositionPatient = [0, round(3 * k * sine, 6), round(3 * k * cosine, 6)]
    return slices


def other_rescale(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    for one in slices:
        one.RescaleSlope = chance.choice([1, 1, 2, 0.5, 0.1, -1])
        one.RescaleIntercept = chance.choice([-1024, 0, -8192, 32767, -1023.5])
    return slices


def without(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    names = chance.sample(WANTED, chance.choice([1, 1, 2]))
    for one in chance.sample(slices, chance.choice([1, len(slices)])):
        for name in names:
            if name in one:
                delattr(one, name)
    return slices


def garbled_values(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    kinds: list[tuple[str, Any]] = [
        ("Rows", 0),
        ("Columns", 65535),
        ("BitsStored", chance.choice([1, 8, 12, 15, 17])),
        ("BitsAllocated", chance.choice([1, 8, 12, 32])),
        ("HighBit", chance.choice([0, 11, 15])),
        ("PixelRepresentation", chance.choice([0, 1, 7])),
        ("SamplesPerPixel", 3),
        ("PixelSpacing", chance.choice([[0, 0], [-1, 1], [1e-9, 1], [0.5, 0.7]])),
        ("ImageOrientationPatient", chance.choice([[0] * 6, [1, 0, 0, 1, 0, 0], [2, 0, 0, 0, 2, 0]])),
        ("ImagePositionPatient", chance.choice([[1e8, 0, 0], [0, 0, 0]])),
        ("NumberOfFrames", chance.choice([0, 1, 2, 1000])),
        ("Modality", chance.choice(["MR", "", "SR", "SEG"])),
        ("SeriesInstanceUID", ""),
        ("PatientID", chance.choice(["", "SOMEBODY ELSE"])),
        ("SpacingBetweenSlices", -3),
        ("ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        ("SOPClassUID", chance.choice(["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.2.1"])),
        ("PhotometricInterpretation", chance.choice(["MONOCHROME1", "RGB", "PALETTE COLOR"])),
    ]
    name, value = chance.choice(kinds)
    for one in chance.sample(slices, chance.choice([1, 1, len(slices)])):
        setattr(one, name, value)
    return slices


def fewer_bits(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    """Any BitsStored, with the values that fit it; sometimes signed."""
    bits, signed = chance.randint(9, 16), chance.random() < 0.5
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    for one in slices:
        values = np.frombuffer(one.get("PixelData", b""), np.int16).astype(int)
        kind = np.int16 if signed else np.uint16
        one.PixelData = np.clip(values, low, high).astype(kind).tobytes()
        one.BitsStored, one.HighBit, one.PixelRepresentation = bits, bits - 1, int(signed)
        one.pop("PixelPaddingValue", None)
    return slices


def mixed(slices: Slices, chance: random.Random, sound: Sequence[Slices]) -> Slices:
    """Slices of another series under this one's UID, or as their own."""
    other = [_copy(one) for one in chance.choice(sound)][: chance.randint(1, SLICES)]
    if chance.random() < 0.7:
        for one in other:
            one.SeriesInstanceUID = slices[0].get("SeriesInstanceUID", "")
            one.StudyInstanceUID = slices[0].get("StudyInstanceUID", "")
            one.PatientID = slices[0].get("PatientID", "")
    return slices + other


def with_localizer(slices: Slices, chance: random.Random, _: Sequence[Slices]) -> Slices:
    one = _copy(slices[0])
    one.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    one.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    return [*slices, one]


CHANGES: list[Callable[[Slices, random.Random, Sequence[Slices]], Slices]] = [
    *(dropped, few, duplicated, two_passes, tilted, jittered, uneven, turned, oblique, other_rescale),
    *(without, without, garbled_values, garbled_values, garbled_values, fewer_bits, mixed, with_localizer),
]


# What is done to the files after they are written.


def truncated(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) + 1)])


def garbled_header(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 2, 8]) if len(data) > 128 else 0):
        data[chance.randrange(128, min(len(data), 3000))] = chance.randrange(256)
    path.write_bytes(data)


def garbled_anywhere(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 4, 32]) if data else 0):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)


def without_preamble(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[132:])


def shifted(path: Path, chance: random.Random) -> None:
    """A stray byte before the first, or in the middle."""
    data = path.read_bytes()
    at = chance.choice([0, chance.randrange(len(data) + 1)])
    path.write_bytes(data[:at] + b"\x5a" + data[at:])


def emptied(path: Path, chance: random.Random) -> None:
    path.write_bytes(b"")


DAMAGES: list[Callable[[Path, random.Random], None]] = [
    *(truncated, garbled_header, garbled_header, garbled_anywhere, without_preamble, shifted, emptied)
]


def _copy(one: FileDataset) -> FileDataset:
    """A copy that shares nothing: changing an element of a plain copy changes the original's."""
    return deepcopy(one)


def _moved(slices: Slices, place: Callable[[list[float], int], list[float]]) -> Slices:
    for k, one in enumerate(slices):
        if "ImagePositionPatient" in one and one.ImagePositionPatient is not None:
            now = [float(part) for part in one.ImagePositionPatient]
            one.ImagePositionPatient = [round(part, 6) for part in place(now, k)]
    return slices


def _save(one: FileDataset, path: Path, syntax: str) -> None:
    """Write in a transfer syntax; plainly where the slice, as it is now, can't be written so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for coded in (syntax, "explicit"):
            try:
                copied = _copy(one)
                if coded in ("RLE", "JPEG-LS", "JPEG 2000"):
                    copied.compress(SYNTAXES[coded], generate_instance_uid=False)
                    copied.save_as(path)
                else:
                    copied.file_meta.TransferSyntaxUID = SYNTAXES[coded]
                    little = coded != "big endian"
                    if not little:
                        copied.PixelData = np.frombuffer(copied.PixelData, "<u2").astype(">u2").tobytes()
                    copied.save_as(
                        path,
                        implicit_vr=coded == "implicit",
                        little_endian=little,
                        enforce_file_format=False,
                    )
            except Exception:
                continue
            return
        path.write_bytes(b"\0" * 128 + b"DICM")


def try_seeds(sources: Sequence[Path], seeds: range) -> None:
    """Try cases one by one, telling each before it begins, so that a death is told too."""
    sound = [sound_series(folder) for folder in sources]
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="ctprog-odd-") as name:
            folder = Path(name)
            done = make_case(sound, folder, seed)
            print(json.dumps({"begins": seed, "done": done}), flush=True)
            start = time.monotonic()
            try:
                outcome, wrong = judge(folder)
            except Exception as error:
                outcome, wrong = "crashed", [f"{type(error).__name__}: {error}"[:300]]
            took = round(time.monotonic() - start, 2)
            print(json.dumps({"seed": seed, "outcome": outcome, "wrong": wrong, "s": took}), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--here", action="store_true", help="in this process")
    parser.add_argument("--keep", type=Path, help="write the case of --first into this folder, and judge it")
    args = parser.parse_args()
    if args.keep is not None:
        shutil.rmtree(args.keep, ignore_errors=True)
        args.keep.mkdir(parents=True)
        print(make_case([sound_series(one) for one in args.folders], args.keep, args.first))
        print(judge(args.keep))
        return 0
    if args.here:
        try_seeds(args.folders, range(args.first, args.first + args.count))
        return 0
    return _in_processes(args.folders, args.first, args.first + args.count)


def _in_processes(folders: Sequence[Path], at: int, end: int) -> int:
    outcomes: Counter[str] = Counter()
    findings, longest = [], 0.0
    while at < end:
        command = [sys.executable, __file__, *map(str, folders), "--here", "--first", str(at)]
        with subprocess.Popen(
            [*command, "--count", str(min(100, end - at))], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            done: list[str] = []
            for line in process.stdout:
                told = json.loads(line)
                if "begins" in told:
                    at, done = told["begins"], told["done"]
                    continue
                at = told["seed"] + 1
                outcomes[told["outcome"]] += 1
                longest = max(longest, told["s"])
                if told["wrong"]:
                    findings.append(at - 1)
                    print(f"seed {at - 1}: {', '.join(done)}: {told['wrong'][:3]}", flush=True)
        if process.returncode != 0:
            outcomes["died"] += 1
            findings.append(at)
            print(f"seed {at}: {', '.join(done)}: the process died ({process.returncode})", flush=True)
            at += 1
    print(f"{sum(outcomes.values())} series: {dict(outcomes)}; {len(findings)} wrong; longest {longest} s")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
