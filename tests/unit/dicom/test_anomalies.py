"""Each anomaly of a series is told by its code, with its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.uid import generate_uid

from ctprog_gui.core.dicom.open_path import choose, open_path
from ctprog_gui.core.dicom.series import REFUSED
from ctprog_gui.core.shared.errors import InputError


def codes(series):
    return {anomaly.code for anomaly in series.info.anomalies}


def detail(series, code):
    return next(anomaly.detail for anomaly in series.info.anomalies if anomaly.code == code)


def only(folder):
    (series,) = open_path([folder])
    return series


def test_a_sound_series_has_none(write):
    assert only(write()).info.anomalies == ()


def test_order_of_files_and_numbers_does_not_matter(write, volume):
    """Slices are placed by position alone: names, numbers and SliceLocation lie here."""

    def edit(dataset, index):
        dataset.InstanceNumber = 100 - index
        dataset.SliceLocation = -7 * index
        dataset.SliceThickness = 40

    series = only(write(edit))
    assert codes(series) == set()
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)
    series.info.geometry.require_same(volume.geometry)


def test_missing_slices_are_also_a_nonuniform_spacing(write):
    series = only(write(lambda dataset, index: index not in (3, 6, 7), slices=12))
    assert codes(series) == {"missing_slices", "nonuniform_spacing"}
    assert detail(series, "missing_slices").startswith("3 slices missing: gaps are whole multiples of 2.5 mm")
    assert series.info.geometry.spacing_mm[2] == pytest.approx(2.5)
    assert {anomaly.code for anomaly in series.info.refusals} == codes(series)


def test_gaps_that_are_no_multiples_are_only_nonuniform(write):
    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + (1.1 if index > 2 else 0)]

    series = only(write(edit))
    assert codes(series) == {"nonuniform_spacing"}
    assert "from 2.5 to 3.6 mm" in detail(series, "nonuniform_spacing")


@pytest.mark.parametrize(("error", "told"), [(0.004, False), (0.02, True)])
def test_gaps_may_differ_by_one_per_cent(write, error, told):
    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + (2.5 * error if index == 2 else 0)]

    assert codes(only(write(edit))) == ({"nonuniform_spacing"} if told else set())


@pytest.mark.parametrize("degrees", [1.0, 18.5])
def test_gantry_tilt_is_a_step_off_the_normal(write, degrees):
    """Slices sheared as a tilted gantry leaves them: parallel to one another, shifted sideways."""
    angle = np.radians(degrees)

    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y + 2.5 * index * np.tan(angle), z]

    series = only(write(edit, slices=9))
    assert codes(series) == {"gantry_tilt"}
    assert f"{degrees:.2f}°" in detail(series, "gantry_tilt")
    assert series.read().geometry.spacing_mm[2] == pytest.approx(2.5)


def test_one_slice_shifted_sideways_is_told(write):
    def edit(dataset, index):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x + (3 if index == 2 else 0), y, z]

    series = only(write(edit))
    assert codes(series) == {"gantry_tilt"}
    assert "between slices 1 and 2 the image shifts 3.00 mm" in detail(series, "gantry_tilt")


def test_rounded_positions_are_no_tilt(write):
    def edit(dataset, index):
        dataset.ImagePositionPatient = [round(float(part), 2) for part in dataset.ImagePositionPatient]

    assert codes(only(write(edit, slices=30))) == set()


def test_oblique_is_told_but_not_refused(write):
    angle = np.radians(20)
    normal = np.array([0, np.sin(angle), np.cos(angle)])

    def edit(dataset, index):
        dataset.ImageOrientationPatient = [1, 0, 0, 0, np.cos(angle).round(9), -np.sin(angle).round(9)]
        dataset.ImagePositionPatient = [float(part) for part in (normal * 2.5 * index).round(6)]

    series = only(write(edit))
    assert codes(series) == {"oblique"}
    assert "20.0°" in detail(series, "oblique")
    assert not series.info.refusals


def test_duplicates_are_told_and_the_first_is_used(write, volume, tmp_path):
    folder = write()
    again = write(lambda dataset, index: setattr(dataset, "AcquisitionNumber", 2), name="again")
    for path in list(again.iterdir())[:2]:
        path.rename(folder / f"a-{path.name}")
    series = only(folder)
    assert codes(series) == {"duplicate_slices"}
    assert detail(series, "duplicate_slices").startswith("2 slices at 2 places")
    assert (series.info.files, series.info.slices) == (7, 5)
    np.testing.assert_array_equal(series.read().voxels, volume.voxels)


def test_two_orientations_are_two_parts(write):
    def edit(dataset, index):
        if index >= 6:
            dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
            dataset.ImagePositionPatient = [0, 3 * index, 0]

    found = open_path([write(edit, slices=10)])
    assert [(one.info.slices, one.info.geometry.orientation) for one in found] == [
        (6, "axial"),
        (4, "coronal"),
    ]
    assert all(codes(one) == {"mixed_orientation"} for one in found)
    uid = found[0].info.series_uid
    assert [one.info.key for one in found] == [f"{uid}#1", f"{uid}#2"]
    assert choose(found, f"{uid}#2") is found[1]
    with pytest.raises(InputError, match="there are 2 series"):
        choose(found, uid)


def test_two_matrices_are_two_parts(write):
    def edit(dataset, index):
        if index >= 3:
            dataset.Rows, dataset.Columns = 3, 16

    found = open_path([write(edit, slices=7)])
    assert [one.info.slices for one in found] == [4, 3]
    assert all("mixed_matrix" in codes(one) for one in found)
    assert "16×3 and 8×6" in detail(found[0], "mixed_matrix")
    assert found[0].read().voxels.shape == (4, 3, 16)


def test_two_patients_in_one_series_are_two_parts(write):
    def edit(dataset, index):
        if index >= 4:
            dataset.PatientID = "P2"

    found = open_path([write(edit, slices=7)])
    assert [(one.info.patient.patient_id, one.info.slices) for one in found] == [("P1", 4), ("P2", 3)]
    assert all("mixed_patients" in codes(one) for one in found)
    assert all("mixed_patients" in REFUSED for one in found)


def test_two_patients_in_one_study_are_told(write, tmp_path):
    study = generate_uid(entropy_srcs=["study"])
    write(lambda dataset, index: setattr(dataset, "StudyInstanceUID", study), name="a")
    write(lambda dataset, index: setattr(dataset, "StudyInstanceUID", study), name="b", patient="P2")
    found = open_path([tmp_path])
    assert len(found) == 2
    assert all(codes(one) == {"mixed_patients"} for one in found)


def test_two_patients_of_two_studies_in_one_folder_are_two_sound_series(write, tmp_path):
    write(name="a")
    write(name="b", patient="P2")
    assert [codes(one) for one in open_path([tmp_path])] == [set(), set()]


def test_pixel_spacing_never_splits_a_series_but_is_told(write):
    def edit(dataset, index):
        if index == 2:
            dataset.PixelSpacing = [0.8, 0.8]

    series = only(write(edit))
    assert (codes(series), series.info.slices) == ({"nonuniform_spacing"}, 5)


@pytest.mark.parametrize("own_series", [True, False])
def test_localizers_are_left_out_and_told(write, own_series):
    def edit(dataset, index):
        if index == 0:
            dataset.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
            dataset.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
            if own_series:
                dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["scout"])

    series = only(write(edit))
    assert (codes(series), series.info.slices) == ({"localizer_excluded"}, 4)
    assert detail(series, "localizer_excluded") == "1 localizer image left out (slice-0001.dcm)"


def test_secondary_captures_are_left_out_and_told(write):
    def edit(dataset, index):
        if index == 4:
            dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
            del dataset.ImagePositionPatient, dataset.ImageOrientationPatient

    series = only(write(edit))
    assert (codes(series), series.info.slices) == ({"secondary_capture_excluded"}, 4)


def test_only_localizers_is_one_clear_error(write):
    folder = write(lambda dataset, index: setattr(dataset, "ImageType", ["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    with pytest.raises(InputError, match="5 localizer or secondary capture images"):
        open_path([folder])


def test_other_modalities_are_told(write):
    series = only(write(lambda dataset, index: setattr(dataset, "Modality", "MR")))
    assert codes(series) == {"not_ct"}


def test_cut_off_pixels_are_told_and_refused_when_read(write):
    folder = write()
    path = folder / "slice-0003.dcm"
    path.write_bytes(path.read_bytes()[:-40])
    series = only(folder)
    assert codes(series) == {"truncated_pixel_data"}
    assert "slice-0003.dcm; the first: 56 of 96 bytes" in detail(series, "truncated_pixel_data")
    with pytest.raises(InputError, match=r"slice-0003\.dcm: its pixel data are cut off \(56 of 96 bytes\)"):
        series.read()
    assert series.measured().hu_range is None


@pytest.mark.parametrize("cut", [10, 40])
def test_cut_off_compressed_pixels_are_told(write, cut):
    folder = write(lambda dataset, index: dataset.compress("1.2.840.10008.1.2.5"))
    path = folder / "slice-0003.dcm"
    path.write_bytes(path.read_bytes()[:-cut])
    series = only(folder)
    assert codes(series) == {"truncated_pixel_data"}


def test_a_file_cut_off_in_its_header_is_told(write):
    folder = write()
    path = folder / "slice-0005.dcm"
    path.write_bytes(path.read_bytes()[:700])
    series = only(folder)
    assert (codes(series), series.info.slices) == ({"unreadable_file"}, 4)
    assert "slice-0005.dcm left out" in detail(series, "unreadable_file")


@pytest.mark.parametrize("content", [b"", b"not DICOM at all" * 20])
def test_a_dicom_file_that_is_none_is_told(write, content):
    folder = write()
    (folder / "broken.dcm").write_bytes(content)
    series = only(folder)
    assert (codes(series), series.info.slices) == ({"unreadable_file"}, 5)


def test_unreadable_numbers_are_told(write):
    folder = write()
    path = folder / "slice-0001.dcm"
    path.write_bytes(path.read_bytes().replace(b"-10\\20.5\\-300", b"-10\\20,5\\-300"))
    series = only(folder)
    assert detail(series, "unreadable_file") == (
        "slice-0001.dcm left out: its position is '-10\\\\20,5\\\\-300'"
    )


def test_lossy_compression_is_told(write):
    series = only(write(lambda dataset, index: setattr(dataset, "LossyImageCompression", "01")))
    assert codes(series) == {"lossy_compression"}


def test_compression_that_always_loses_needs_no_flag(write):
    """Near-lossless JPEG-LS whose header keeps silent about it."""

    def edit(dataset, index):
        dataset.compress("1.2.840.10008.1.2.4.81", jls_error=2)
        if "LossyImageCompression" in dataset:
            del dataset.LossyImageCompression

    assert codes(only(write(edit))) == {"lossy_compression"}


def test_floating_point_pixels_are_told_and_not_taken_for_whole_numbers(write):
    def edit(dataset, index):
        if index == 0:
            del dataset.PixelData
            dataset.BitsAllocated = 32
            dataset.FloatPixelData = np.zeros((6, 8), np.float32).tobytes()

    series = only(write(edit))
    assert (codes(series), series.info.slices) == ({"unreadable_file"}, 4)
    assert "floating-point" in detail(series, "unreadable_file")


def test_negative_pixel_spacing_is_told_and_refused_when_read(write):
    series = only(write(lambda dataset, index: setattr(dataset, "PixelSpacing", [0.7, -0.7])))
    assert codes(series) == {"negative_spacing"}
    assert series.info.geometry is None
    with pytest.raises(InputError, match="spacing must be positive"):
        series.read()


def test_negative_spacing_between_slices_is_told_and_not_used(write, volume):
    series = only(write(lambda dataset, index: setattr(dataset, "SpacingBetweenSlices", -2.5)))
    assert codes(series) == {"negative_spacing"}
    series.info.geometry.require_same(volume.geometry)


def test_no_rescale_is_told(write, volume):
    def edit(dataset, index):
        del dataset.RescaleSlope, dataset.RescaleIntercept

    series = only(write(edit))
    assert codes(series) == {"no_rescale"}
    np.testing.assert_array_equal(series.read().voxels, volume.voxels + 1024)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda dataset, index: setattr(dataset, "RescaleSlope", 0), "with a rescale slope of 0"),
        (
            lambda dataset, index: setattr(dataset, "RescaleIntercept", 0 if index > 2 else -1024),
            "from -1024 to 0",
        ),
        (lambda dataset, index: setattr(dataset, "RescaleType", "US"), "of the type US rather than HU"),
        (lambda dataset, index: setattr(dataset, "RescaleType", "HU"), None),
    ],
)
def test_a_rescale_that_makes_no_hu_is_told(write, edit, told):
    series = only(write(edit))
    assert codes(series) == ({"odd_rescale"} if told else set())
    assert all(told in anomaly.detail for anomaly in series.info.anomalies)


def test_several_frames_of_reference_in_one_series_are_told(write):
    series = only(write(lambda dataset, index: setattr(dataset, "FrameOfReferenceUID", f"1.2.{index % 2}")))
    assert codes(series) == {"mixed_frames"}


@pytest.mark.parametrize("slices", [1, 2, 3])
def test_too_few_slices_are_told(write, slices):
    series = only(write(slices=slices))
    assert codes(series) == ({"too_few_slices"} if slices < 3 else set())
    assert series.read().geometry.spacing_mm[2] == pytest.approx(2.5)


def test_images_without_a_place_are_told(write):
    def edit(dataset, index):
        del dataset.ImagePositionPatient

    series = only(write(edit))
    assert "no_geometry" in codes(series)
    assert series.info.geometry is None
    with pytest.raises(InputError, match="does not say where"):
        series.read()
