"""Patients who lay otherwise than supine and head first: where each voxel lies, and how it is shown."""

from __future__ import annotations

import numpy as np
import pytest

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.planes import Plane, PlaneOfVolume


def codes(series):
    return {anomaly.code for anomaly in series.info.anomalies}


def only(folder):
    (series,) = open_path([folder])
    return series


SPACING = (0.7, 0.9, 2.5)
# Row and column cosines as scanners write them, and the letters of the screen's edges for the stored slice:
# the anatomy stays at its sides of the screen, whichever way round the file holds it.
POSITIONS = {
    "HFS": ((1, 0, 0), (0, 1, 0)),
    "HFP": ((-1, 0, 0), (0, -1, 0)),
    "FFS": ((1, 0, 0), (0, 1, 0)),
    "FFP": ((-1, 0, 0), (0, -1, 0)),
    "HFDR": ((0, 1, 0), (-1, 0, 0)),
    "HFDL": ((0, -1, 0), (1, 0, 0)),
}


@pytest.mark.parametrize("position", POSITIONS)
def test_every_voxel_lies_where_its_file_says_and_the_head_is_up(write, volume, position):
    row, column = (np.array(along, dtype=float) for along in POSITIONS[position])
    feet_first = position.startswith("FF")
    start = np.array([12.0, -30.0, -500.0])

    def edit(dataset, index):
        dataset.PatientPosition = position
        dataset.ImageOrientationPatient = [*row, *column]
        # Feet first, the table carries the patient the other way: the first image is the head's.
        height = (4 - index if feet_first else index) * 2.5
        dataset.ImagePositionPatient = [float(v) for v in start + np.array([0, 0, height])]

    series = only(write(edit))
    assert codes(series) == set()
    read = series.read()
    normal = np.cross(row, column)
    for index in range(5):
        height = (4 - index if feet_first else index) * 2.5
        for r, c in ((0, 0), (5, 7), (2, 4)):
            # PS3.3 C.7.6.2.1.1, for the file's own row and column.
            place = start + [0, 0, height] + c * SPACING[0] * row + r * SPACING[1] * column
            assert read.value_at(place) == volume.voxels[index, r, c]
    # Slices are counted along row × column, as the contract has it.
    np.testing.assert_allclose(read.geometry.axes[:, 2], normal)
    for plane, edges in {
        Plane.AXIAL: {"left": "R", "right": "L", "top": "A", "bottom": "P"},
        Plane.CORONAL: {"left": "R", "right": "L", "top": "S", "bottom": "I"},
        Plane.SAGITTAL: {"left": "A", "right": "P", "top": "S", "bottom": "I"},
    }.items():
        assert PlaneOfVolume(read.geometry, plane).letters == edges


def test_positions_are_believed_and_not_the_word_for_them(write, volume):
    """A wrong PatientPosition moves nothing: only the orientation and position of each image count."""
    wrong = only(write(lambda dataset, index: setattr(dataset, "PatientPosition", "FFP")))
    assert codes(wrong) == set()
    read = wrong.read()
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    assert read.geometry == volume.geometry


@pytest.mark.parametrize("ending", ["", ".IMA", ".1", ".dcm.bak"])
def test_files_are_known_by_what_they_hold_not_by_their_names(write, volume, ending):
    folder = write()
    for number, path in enumerate(sorted(folder.iterdir())):
        path.rename(folder / f"IM{number:05d}{ending}")
    series = only(folder)
    assert codes(series) == set()
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)
