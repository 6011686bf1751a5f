"""Enhanced multi-frame CT: the frames of one file are its slices."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.shared.errors import InputError


def item(**values):
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return Sequence([dataset])


@pytest.fixture
def enhanced(write, tmp_path, volume):
    """The small series as one enhanced file whose frames stand in the order 3, 0, 4, 1, 2."""
    folder = write()
    order = [3, 0, 4, 1, 2]
    slices = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    first = slices[0]
    shared, frames = Dataset(), []
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=first.ImageOrientationPatient)
    shared.PixelMeasuresSequence = item(PixelSpacing=first.PixelSpacing, SliceThickness="2.5")
    for index in order:
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=slices[index].ImagePositionPatient)
        frame.PixelValueTransformationSequence = item(
            RescaleIntercept=str(-1024 - index), RescaleSlope="1", RescaleType="HU"
        )
        frames.append(frame)
    whole = first
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope"):
        delattr(whole, keyword)
    del whole.RescaleIntercept
    whole.SOPClassUID = whole.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    whole.NumberOfFrames = len(order)
    whole.SharedFunctionalGroupsSequence = Sequence([shared])
    whole.PerFrameFunctionalGroupsSequence = Sequence(frames)
    words = volume.voxels.astype(np.int32) + 1024
    whole.PixelData = words[order].astype("<u2").tobytes()

    def save(change=None):
        path = tmp_path / "enhanced.dcm"
        if change is not None:
            change(whole)
        whole.save_as(path)
        return path

    return save


def change_syntax(syntax):
    def change(whole):
        if syntax == DeflatedExplicitVRLittleEndian:
            whole.file_meta.TransferSyntaxUID = syntax
        else:
            whole.compress(syntax)

    return None if syntax == ExplicitVRLittleEndian else change


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless, JPEGLSLossless]
)
def test_frames_are_stacked_by_their_positions(enhanced, volume, syntax):
    (series,) = open_path([enhanced(change_syntax(syntax))])
    assert series.info.transfer_syntax == syntax
    assert {anomaly.code for anomaly in series.info.anomalies} == {"enhanced_multiframe", "odd_rescale"}
    assert (series.info.files, series.info.slices) == (1, 5)
    read = series.read()
    read.geometry.require_same(volume.geometry)
    # Each frame has its own intercept.
    np.testing.assert_array_equal(read.voxels, volume.voxels - np.arange(5)[:, None, None])


def test_frames_that_are_not_described_are_left_out_and_told(enhanced):
    def change(whole):
        whole.PerFrameFunctionalGroupsSequence = whole.PerFrameFunctionalGroupsSequence[:3]

    (series,) = open_path([enhanced(change)])
    told = {anomaly.code: anomaly.detail for anomaly in series.info.anomalies}
    assert told["no_geometry"].startswith("2 images without position")
    assert told["no_geometry"].endswith("left out")
    assert series.info.slices == 3


def test_frames_that_cannot_be_there_are_one_clear_error(enhanced):
    def change(whole):
        whole.NumberOfFrames = 10_000_000

    with pytest.raises(InputError, match="cannot hold 10000000 frames"):
        open_path([enhanced(change)])


def test_cut_off_frames_are_told(enhanced):
    path = enhanced()
    path.write_bytes(path.read_bytes()[:-50])
    (series,) = open_path([path])
    assert "truncated_pixel_data" in {anomaly.code for anomaly in series.info.anomalies}
    with pytest.raises(InputError, match="cut off"):
        series.read()


def test_frames_of_other_objects_are_told_as_left_out(write):
    """Only the enhanced classes say where each frame lies."""

    def edit(dataset, index):
        dataset.NumberOfFrames = 2
        dataset.PixelData = dataset.PixelData * 2

    (series,) = open_path([write(edit)])
    (anomaly,) = series.info.anomalies
    assert anomaly.code == "enhanced_multiframe"
    assert anomaly.detail.endswith("5 further frames without a place of their own left out")
