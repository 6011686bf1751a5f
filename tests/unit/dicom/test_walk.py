"""The quick walk finds what pydicom finds, or gives up."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ctprog_gui.core.dicom import header as header_module
from ctprog_gui.core.dicom.header import parse_header
from ctprog_gui.core.dicom.sources import Opener, Source
from ctprog_gui.core.dicom.walk import walk_plain


def both_ways(path, monkeypatch):
    """The header by the quick walk, and by pydicom's alone."""
    with Opener() as opener:
        quick = parse_header(Source(path), opener)
        with monkeypatch.context() as patch:
            patch.setattr(header_module, "walk_plain", lambda *_: None)
            patch.setattr(header_module, "walk_meta", lambda *_: None)
            slow = parse_header(Source(path), opener)
    return quick, slow


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_are_stepped_over(write, monkeypatch, syntax, undefined):
    def edit(dataset, index):
        inner, outer = Dataset(), Dataset()
        inner.RescaleSlope = 99
        inner.ImagePositionPatient = [9, 9, 9]
        outer.ReferencedImageSequence = Sequence([inner, inner])
        dataset.ReferencedStudySequence = Sequence([outer])
        dataset.ReferencedStudySequence.is_undefined_length = undefined
        outer["ReferencedImageSequence"].value.is_undefined_length = undefined
        for item in (inner, outer):
            item.is_undefined_length_sequence_item = undefined
        dataset.file_meta.TransferSyntaxUID = syntax

    path = sorted(write(edit).iterdir())[2]
    quick, slow = both_ways(path, monkeypatch)
    assert quick == slow
    assert quick.position == (-10, 20.5, -295)


def test_the_quick_walk_takes_an_ordinary_file(write):
    """Else the test above would compare pydicom with itself."""
    data = sorted(write().iterdir())[0].read_bytes()
    at = (
        data.index(b"\x08\x00\x05\x00")
        if b"\x08\x00\x05\x00CS" in data
        else data.index(b"\x08\x00\x08\x00CS")
    )
    walked = walk_plain(data, at, True, {0x00280010}, lambda _: False)
    assert walked is not None
    assert struct.unpack("<H", walked.raw[0x00280010]) == (6,)
    assert data[walked.pixel_offset - 12 : walked.pixel_offset - 8] == b"\xe0\x7f\x10\x00"


@pytest.mark.parametrize("name", ["codecs", "broken", "ge_gantry_tilt"])
def test_real_files_are_read_alike(shared_data, monkeypatch, name):
    files = [path for path in (shared_data / "odd_dicom" / name).rglob("*") if path.is_file()]
    for path in files:
        try:
            quick, slow = both_ways(path, monkeypatch)
        except header_module.InputError:
            continue
        assert quick == slow, path.name


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    from ctprog_gui.core.dicom.ct_writer import write_ct_series
    from ctprog_gui.core.imaging.geometry import Geometry
    from ctprog_gui.core.imaging.volume import Volume

    volume = Volume(np.zeros((1, 4, 4), np.int16), Geometry((4, 4, 1), (1, 1, 1)))
    (path,) = write_ct_series(tmp_path_factory.mktemp("plain"), volume, patient_id="P1")
    return path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(at=st.integers(132, 900), value=st.integers(0, 255))
def test_a_damaged_byte_gives_the_same_header_or_the_same_refusal(plain, tmp_path_factory, at, value):
    """Where both walks get through, they agree; the quick one refuses nothing that the other takes.

    (pydicom alone refuses a character set that it does not know, which concerns no number.)
    """
    data = bytearray(plain)
    data[min(at, len(data) - 1)] = value
    path = tmp_path_factory.getbasetemp() / "damaged.dcm"
    path.write_bytes(data)
    patch = pytest.MonkeyPatch()
    try:
        quick, slow = (_outcome(path, patch, alone) for alone in (False, True))
    finally:
        patch.undo()
    if isinstance(quick, str) or isinstance(slow, str):
        assert isinstance(slow, str)
    elif quick is None or slow is None:
        assert quick is slow
    else:
        assert replace(quick, texts={}) == replace(slow, texts={})


def _outcome(path, patch, alone):
    if alone:
        patch.setattr(header_module, "walk_plain", lambda *_: None)
        patch.setattr(header_module, "walk_meta", lambda *_: None)
    with Opener() as opener:
        try:
            return parse_header(Source(path), opener)
        except header_module.InputError as error:
            return str(error)


def test_pydicom_agrees_on_what_was_read(write):
    path = sorted(write().iterdir())[0]
    with Opener() as opener:
        header = parse_header(Source(path), opener)
    dataset = pydicom.dcmread(path)
    assert header.sop_uid == dataset.SOPInstanceUID
    assert header.position == tuple(dataset.ImagePositionPatient)
    assert (header.rows, header.columns) == (dataset.Rows, dataset.Columns)
