"""Stored values become HU whatever their width, sign, byte order and compression."""

from __future__ import annotations

import time

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.shared.errors import InputError


def read(folder):
    (series,) = open_path([folder])
    return series.read().voxels


def store(values, *, bits=16, high=None, signed=False, slope=1, intercept=0, allocated=16):
    """An edit that puts `values` (slices, 6, 8), as raw words, into a series."""

    def edit(dataset, index):
        dataset.BitsAllocated, dataset.BitsStored = allocated, bits
        dataset.HighBit = bits - 1 if high is None else high
        dataset.PixelRepresentation = int(signed)
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept
        dataset.PixelData = np.ascontiguousarray(values[index]).tobytes()

    return edit


@pytest.fixture
def words():
    return np.random.default_rng(1).integers(0, 4096, (5, 6, 8)).astype("<u2")


def test_signed_values(write, words):
    values = (words.astype(np.int32) - 2048).astype("<i2")
    voxels = read(write(store(values, signed=True)))
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels, values)


def test_signed_values_of_twelve_bits_without_sign_extension(write, words):
    expected = np.where(words >= 2048, words.astype(np.int32) - 4096, words)
    np.testing.assert_array_equal(read(write(store(words, bits=12, signed=True))), expected)


def test_overlays_above_the_stored_bits_are_no_values(write, words):
    dirty = words | np.uint16(0x5000)
    np.testing.assert_array_equal(read(write(store(dirty, bits=12, intercept=-1024))), words - 1024.0)


def test_values_stored_in_the_upper_bits(write, words):
    voxels = read(write(store(words << np.uint16(4), bits=12, high=15)))
    np.testing.assert_array_equal(voxels, words)


@pytest.mark.parametrize(("slope", "intercept"), [(2, -1024), (1, 500), (-1, 0), (1, -3000)])
def test_whole_rescale_stays_whole(write, words, slope, intercept):
    voxels = read(write(store(words, slope=slope, intercept=intercept)))
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels, words.astype(np.int32) * slope + intercept)


def test_stored_values_beyond_int16_that_rescale_into_it(write, words):
    """The sum is exact although neither the stored values nor the intercept fits int16."""
    high = (words + 60000).astype("<u2")
    voxels = read(write(store(high, intercept=-61024)))
    assert voxels.dtype == np.int16
    np.testing.assert_array_equal(voxels, words - 1024.0)


def test_a_rescale_that_is_not_whole_gives_float32(write, words):
    voxels = read(write(store(words, slope=0.5, intercept=-1000.25)))
    assert voxels.dtype == np.float32
    np.testing.assert_allclose(voxels, words * 0.5 - 1000.25, rtol=1e-6)


def test_hu_beyond_int16_give_float32(write, words):
    words[3, 2, 1] = 65535
    voxels = read(write(store(words)))
    assert voxels.dtype == np.float32
    assert voxels[3, 2, 1] == 65535


def test_rescale_may_change_from_slice_to_slice(write, words):
    def edit(dataset, index):
        store(words)(dataset, index)
        dataset.RescaleIntercept = -1000 - index

    expected = words - 1000.0 - np.arange(5)[:, None, None]
    np.testing.assert_array_equal(read(write(edit)), expected)


@pytest.mark.parametrize(("kind", "allocated"), [("u1", 8), ("<u4", 32)])
def test_other_widths(write, words, kind, allocated):
    values = (words % 200).astype(kind)
    voxels = read(write(store(values, bits=allocated, allocated=allocated, intercept=-50)))
    np.testing.assert_array_equal(voxels, values.astype(np.int64) - 50)


def rewrite(folder, syntax):
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        words = np.frombuffer(dataset.PixelData, "<u2")
        fresh = pydicom.Dataset()
        fresh.update(dataset)
        fresh.file_meta = dataset.file_meta
        fresh.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            fresh.PixelData = words.astype(">u2").tobytes()
        fresh["PixelData"].VR = "OW"
        pydicom.dcmwrite(path, fresh, enforce_file_format=True)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_transfer_syntaxes_without_compression_of_pixels(write, volume, syntax):
    folder = write()
    rewrite(folder, syntax)
    (series,) = open_path([folder])
    assert (series.info.transfer_syntax, series.info.anomalies) == (syntax, ())
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)


@pytest.mark.parametrize("explicit", [True, False])
def test_files_without_preamble_and_meta_information(write, volume, explicit):
    folder = write()
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        bare = pydicom.Dataset(dataset)
        bare.save_as(path, implicit_vr=not explicit, little_endian=True)
    (series,) = open_path([folder])
    assert series.info.transfer_syntax == (ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian)
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("signed", [False, True])
def test_lossless_compression_gives_the_same_values(write, words, syntax, signed):
    values = (words.astype(np.int32) - 2048 * signed).astype("<i2" if signed else "<u2")

    def edit(dataset, index):
        store(values, signed=signed)(dataset, index)
        dataset.compress(syntax)

    (series,) = open_path([write(edit)])
    assert (series.info.transfer_syntax, series.info.anomalies) == (syntax, ())
    np.testing.assert_array_equal(series.read().voxels, values)


def test_pixels_that_do_not_decode_name_the_file(write):
    folder = write(lambda dataset, index: dataset.compress(JPEGLSLossless))
    path = folder / "slice-0002.dcm"
    data = path.read_bytes()
    start = data.index(b"\xff\xd8\xff")
    path.write_bytes(data[:start] + bytes(len(data) - start - 8) + data[-8:])
    (series,) = open_path([folder])
    with pytest.raises(InputError, match=r"cannot decode .*slice-0002\.dcm"):
        series.read()


def test_jpeg_ls_that_ends_early_is_refused_at_once(write):
    """CharLS decodes on behind the end of its data, for seconds even where a slice is tiny."""
    folder = write(lambda dataset, index: dataset.compress(JPEGLSLossless))
    path = folder / "slice-0002.dcm"
    data = path.read_bytes()
    start = data.index(b"\xff\xd8\xff")
    path.write_bytes(data[: start + 40])
    (series,) = open_path([folder])
    assert "truncated_pixel_data" in {anomaly.code for anomaly in series.info.anomalies}
    begin = time.monotonic()
    with pytest.raises(InputError, match=r"cannot decode .*slice-0002\.dcm"):
        series.read()
    assert time.monotonic() - begin < 1


@pytest.mark.parametrize(("stored", "high"), [(15, 15), (12, 15)])
def test_bits_that_lie_elsewhere_are_told(write, stored, high):
    def edit(dataset, index):
        dataset.BitsStored, dataset.HighBit = stored, high

    (series,) = open_path([write(edit)])
    assert {anomaly.code for anomaly in series.info.anomalies} == {"odd_bits"}


def test_values_beyond_bits_stored_are_told_once_they_are_read(write):
    def edit(dataset, index):
        dataset.BitsStored, dataset.HighBit = 11, 10

    (series,) = open_path([write(edit)])
    assert not series.info.anomalies
    (odd,) = series.measured().anomalies
    assert (odd.code, odd.detail.split(" with")[0]) == ("odd_bits", "5 slices")


def test_damaged_rle_is_told_and_ends_no_process(write):
    """Damage at every place of a slice: decoders written in C++ and Rust abort or panic on some."""
    folder = write(lambda dataset, index: dataset.compress(RLELossless), slices=3)
    path = folder / "slice-0002.dcm"
    whole = path.read_bytes()
    start = whole.index(b"\xfe\xff\x00\xe0", whole.index(b"\xfe\xff\x00\xe0") + 4) + 8
    told = []
    for place in range(start, len(whole) - 8, 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x7F
        path.write_bytes(damaged)
        (series,) = open_path([folder])
        try:
            series.read()
        except InputError as error:
            told.append(str(error))
    assert len(told) > 3
    assert all("slice-0002.dcm" in message for message in told)


def test_a_deflated_file_that_is_damaged_is_named(write):
    folder = write()
    rewrite(folder, DeflatedExplicitVRLittleEndian)
    path = folder / "slice-0004.dcm"
    path.write_bytes(path.read_bytes()[:-60])
    (series,) = open_path([folder])
    with pytest.raises(InputError, match=r"slice-0004\.dcm"):
        series.read()


def test_a_file_that_shrinks_after_opening_is_named(write):
    folder = write()
    (series,) = open_path([folder])
    path = folder / "slice-0004.dcm"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(InputError, match=r"slice-0004\.dcm"):
        series.read()
