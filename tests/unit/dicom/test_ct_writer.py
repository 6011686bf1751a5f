"""What is written is read back: the same voxels in the same places."""

from __future__ import annotations

import hashlib
import random

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.shared.errors import InputError

_LENGTH = st.floats(0.1, 10, allow_nan=False)
_PLACE = st.floats(-2000, 2000, allow_nan=False)


@st.composite
def volumes(draw):
    """Any rotation, either handedness, any spacing and origin."""
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(3, 7)))
    turned = Rotation.random(random_state=draw(st.integers(0, 2**32 - 1))).as_matrix()
    straight = np.eye(3)[:, draw(st.permutations(range(3)))]
    signs = np.array(draw(st.tuples(*[st.sampled_from([-1, 1])] * 3)))
    axes = draw(st.sampled_from([turned, straight])) * signs
    spacing, origin = draw(st.tuples(*[_LENGTH] * 3)), draw(st.tuples(*[_PLACE] * 3))
    grid = Geometry(size, spacing, origin, axes.ravel())
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).integers(-1024, 32767, grid.shape)
    return Volume(noise.astype(np.int16), grid)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(volumes(), st.randoms(use_true_random=False))
def test_any_grid_comes_back_with_every_voxel_in_its_place(tmp_path_factory, volume, shuffler):
    folder = tmp_path_factory.mktemp("series")
    paths = write_ct_series(folder, volume, patient_id="P")
    names = [f"{number}.dcm" for number in range(len(paths))]
    shuffler.shuffle(names)
    for path, name in zip(paths, names, strict=True):
        path.rename(folder / name)
    (series,) = open_path([folder])
    assert {anomaly.code for anomaly in series.info.anomalies} <= {"oblique"}
    read = series.read()
    # A left-handed grid comes back right-handed: the same voxels counted from the other end.
    expected = volume.voxels if np.linalg.det(volume.geometry.axes) > 0 else volume.voxels[::-1]
    np.testing.assert_array_equal(read.voxels, expected)
    for _ in range(3):
        x, y, z = (shuffler.randrange(n) for n in volume.geometry.size)
        place = volume.geometry.index_to_patient((x, y, z))
        assert read.value_at(place) == volume.voxels[z, y, x]


def test_the_same_input_gives_the_same_files(volume, tmp_path):
    digests = []
    for name in ("a", "b"):
        paths = write_ct_series(tmp_path / name, volume, patient_id="P", seed="s")
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths])
    assert digests[0] == digests[1]
    other = write_ct_series(tmp_path / "c", volume, patient_id="P", seed="t")
    assert pydicom.dcmread(other[0]).SeriesInstanceUID != open_path([tmp_path / "a"])[0].info.series_uid


def test_the_files_say_what_a_ct_image_must(volume, tmp_path):
    """Type 1 attributes of the CT Image IOD (PS3.3 A.3) and of its modules that apply here."""
    dataset = pydicom.dcmread(write_ct_series(tmp_path, volume, patient_id="P")[2])
    assert dataset.SOPClassUID == "1.2.840.10008.5.1.4.1.1.2"
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    unique = {"StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality", "ImageType"}
    place = {"PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient", "Rows", "Columns"}
    for keyword in unique | place | {"RescaleSlope", "RescaleIntercept"}:
        assert dataset.get(keyword) not in (None, ""), keyword
    assert list(dataset.PixelSpacing) == [0.9, 0.7], "rows first, then columns"
    for element in dataset:
        if element.VR == "DS" and element.value != "":
            values = element.value if element.VM > 1 else [element.value]
            assert all(len(str(value)) <= 16 for value in values)


@pytest.mark.parametrize("value", [0.5, -2000, 70000])
def test_values_that_a_ct_file_cannot_hold_are_refused(volume, tmp_path, value):
    voxels = volume.voxels.astype(np.float32)
    voxels[0, 0, 0] = value
    with pytest.raises(InputError, match="holds whole numbers from -1024"):
        write_ct_series(tmp_path, Volume(voxels, volume.geometry), patient_id="P")


def test_a_seed_does_not_depend_on_the_random_state(volume, tmp_path):
    random.seed(1)
    one = write_ct_series(tmp_path / "a", volume, patient_id="P")[0].read_bytes()
    random.seed(2)
    assert write_ct_series(tmp_path / "b", volume, patient_id="P")[0].read_bytes() == one
