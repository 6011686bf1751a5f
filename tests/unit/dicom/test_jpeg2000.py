"""JPEG 2000: the same values whichever way they are decoded, and slices decoded beside each other."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, get_frame

from ctprog_gui.core.dicom import jpeg2000, pixels
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.shared.errors import InputError

LOSSLESS = "1.2.840.10008.1.2.4.90"


def stored(dataset: pydicom.Dataset, index: int, bits: int, signed: bool) -> np.ndarray:
    """Put noise that fills all bits into a slice, as HU without rescaling, and compress it."""
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, min((1 << bits) - 1, 32767))
    values = np.random.default_rng(index).integers(low, high + 1, (40, 48)).astype("<i2" if signed else "<u2")
    values[0, :2] = low, high
    dataset.Rows, dataset.Columns = values.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.compress(LOSSLESS)
    return values


def plain(folder) -> list[bool]:
    """Of each file, whether it is decoded the quick way."""
    (series,) = open_path([folder])
    found = []
    for header in series.stack.slices:
        frame = get_frame(pydicom.dcmread(header.source.path).PixelData, 0, number_of_frames=1)
        found.append(jpeg2000.is_plain(frame, header))
    return found


@pytest.mark.parametrize("bits", [10, 12, 15, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_both_ways_give_the_stored_values(write, monkeypatch, bits, signed):
    values = {}
    folder = write(lambda dataset, index: values.update({index: stored(dataset, index, bits, signed)}))
    assert plain(folder) == [True] * 5
    (series,) = open_path([folder])
    quick = series.read().voxels
    np.testing.assert_array_equal(quick, [values[k] for k in range(5)])
    monkeypatch.setattr(jpeg2000, "is_plain", lambda frame, header: False)
    other = series.read().voxels
    assert other.dtype == quick.dtype
    np.testing.assert_array_equal(other, quick)


def test_a_codestream_that_tells_something_else_than_its_header_is_left_to_pydicom(write, monkeypatch):
    def edit(dataset, index):
        stored(dataset, index, 12, True)
        if index == 1:
            dataset.PixelRepresentation = 0
        elif index == 2:
            dataset.BitsStored, dataset.HighBit = 16, 15
        elif index == 3:
            boxed = imagecodecs.jpeg2k_encode(np.zeros((40, 48), np.uint16), codecformat="jp2")
            dataset.PixelData = encapsulate([boxed])

    assert plain(write(edit)) == [True, False, False, False, True]


def test_a_codestream_that_is_cut_off_names_its_file(write):
    folder = write(lambda dataset, index: [stored(dataset, index, 16, False)])
    path = folder / "slice-0002.dcm"
    dataset = pydicom.dcmread(path)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    assert frame is not None
    dataset.PixelData = encapsulate([frame[: len(frame) // 2]])
    dataset.save_as(path)
    (series,) = open_path([folder])
    with pytest.raises(InputError, match=r"cannot decode .*slice-0002\.dcm"):
        series.read()


def test_other_threads_run_while_a_slice_is_decoded():
    """Without that, as many threads as there are cores take as long as one."""
    rng = np.random.default_rng(1)
    frame = imagecodecs.jpeg2k_encode(rng.integers(0, 4096, (512, 512), np.uint16), codecformat="j2k")
    turns, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            turns[0] += 1
            time.sleep(1e-4)

    before = sys.getswitchinterval()
    other = threading.Thread(target=count)
    other.start()
    # From here on a thread goes on until it lets go by itself.
    sys.setswitchinterval(60.0)
    try:
        moved = []
        for _ in range(5):
            start = turns[0]
            jpeg2000.decode(frame)
            moved.append(turns[0] - start)
    finally:
        sys.setswitchinterval(before)
        stop.set()
        other.join()
    assert max(moved) > 0


def test_only_one_channel_of_the_right_kind_is_plain(write):
    folder = write(lambda dataset, index: [stored(dataset, index, 12, False)])
    (series,) = open_path([folder])
    header = series.stack.first
    frame = imagecodecs.jpeg2k_encode(np.zeros((16, 16), np.uint16), codecformat="j2k", bitspersample=12)
    assert jpeg2000.is_plain(frame, header)
    assert not jpeg2000.is_plain(frame, replace(header, bits_allocated=32))
    assert not jpeg2000.is_plain(frame[:20], header)
    colours = imagecodecs.jpeg2k_encode(np.zeros((16, 16, 3), np.uint8), codecformat="j2k")
    assert not jpeg2000.is_plain(colours, replace(header, bits_stored=8))
    assert pixels._decode_jpeg2000(b"", replace(header, transfer_syntax="1.2.840.10008.1.2.5")) is None
