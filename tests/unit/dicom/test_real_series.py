"""Real series: what is known of them from other readers and from their makers."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.imaging.files import read_volume
from ctprog_gui.core.shared.errors import InputError


def codes(series):
    return {anomaly.code for anomaly in series.info.anomalies}


@pytest.mark.parametrize("form", ["zip", "folder", "file"])
def test_lung1_001(shared_data, lung1, form):
    path = {
        "zip": shared_data / "lung1_001.zip",
        "folder": lung1,
        "file": lung1 / "ct" / "1-077.dcm",
    }[form]
    (series,) = open_path([path])
    info = series.info
    assert (info.slices, info.rows, info.columns, info.files) == (134, 512, 512, 134)
    assert info.geometry.spacing_mm == pytest.approx((0.9765625, 0.9765625, 3.0), abs=1e-9)
    assert info.geometry.orientation == "axial"
    assert (info.modality, info.patient.patient_id, info.anomalies) == ("CT", "LUNG1-001", ())
    assert series.measured().hu_range == (-1024.0, 3034.0)


def test_lung1_001_as_simpleitk_reads_it(lung1):
    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(lung1 / "ct"))
    image = sitk.ReadImage(names)
    volume = open_path([lung1 / "ct"])[0].read()
    np.testing.assert_array_equal(volume.voxels, sitk.GetArrayFromImage(image))
    assert volume.geometry.origin_mm == pytest.approx(image.GetOrigin())
    assert volume.geometry.spacing_mm == pytest.approx(image.GetSpacing())
    assert volume.geometry.direction == pytest.approx(image.GetDirection())


def test_ct_liver_is_signed_and_padded(shared_data):
    """GE, signed, padding −2000: it keeps its value, −2000 − 1024 HU."""
    folder = shared_data / "ct_liver" / "ct"
    (series,) = open_path([folder])
    assert (series.info.slices, series.info.anomalies) == (41, ())
    assert series.info.geometry.spacing_mm == pytest.approx((0.796875, 0.796875, 5.0))
    volume = series.read()
    assert volume.voxels.dtype == np.int16
    assert volume.voxels.min() == -3024
    image = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    np.testing.assert_array_equal(volume.voxels, sitk.GetArrayFromImage(image))


def test_ibsi_chest_is_the_same_as_dicom_and_as_nifti(shared_data):
    dicom = open_path([shared_data / "ibsi" / "chest_dicom" / "image"])[0].read()
    nifti = read_volume(shared_data / "ibsi" / "chest_nifti" / "image" / "phantom.nii.gz")
    np.testing.assert_array_equal(dicom.voxels, nifti.voxels)
    assert dicom.geometry.difference_from(nifti.geometry) is None
    # The IBSI reference manual: 204 × 201 × 60 voxels of 0.977 × 0.977 × 3 mm.
    assert dicom.geometry.size == (204, 201, 60)


def test_gantry_tilt_of_a_ge_scanner(shared_data):
    """The folder's description: +18.5°, gaps of 1.081, 4.002 and 6.999 mm."""
    (series,) = open_path([shared_data / "odd_dicom" / "ge_gantry_tilt"])
    assert codes(series) == {"gantry_tilt", "oblique", "nonuniform_spacing"}
    assert series.info.slices == 28
    told = {anomaly.code: anomaly.detail for anomaly in series.info.anomalies}
    assert "18.50°" in told["gantry_tilt"]
    assert "from 1.081 to 6.999 mm" in told["nonuniform_spacing"]
    assert series.info.geometry.spacing_mm[2] == pytest.approx(4.002, abs=5e-4)
    assert series.read().voxels.shape == (28, 512, 512)


@pytest.mark.parametrize("image", ["CT1", "CT2"])
def test_the_lossless_forms_of_a_slice_hold_equal_hu(shared_data, image):
    """WG-04's samples: JPEG 2000, JPEG-LS, JPEG lossless and RLE of one slice; RLE as reference."""
    read = {}
    for form in ("J2KR", "JLSL", "JPLL", "RLE"):
        (series,) = open_path([shared_data / "odd_dicom" / "codecs" / form / f"{image}_{form}"])
        assert codes(series) == {"too_few_slices"}
        read[form] = series.read().voxels
        assert read[form].dtype == np.int16
    for form, voxels in read.items():
        np.testing.assert_array_equal(voxels, read["RLE"], err_msg=form)


@pytest.mark.parametrize("image", ["CT1", "CT2"])
# JPEG-LS was written with an error of at most 4; JPEG 2000 at a rate that leaves large errors at edges.
@pytest.mark.parametrize(("form", "largest", "mean"), [("JLSN", 4, 4), ("J2KI", np.inf, 40)])
def test_the_lossy_forms_come_close_and_say_so(shared_data, image, form, largest, mean):
    codecs = shared_data / "odd_dicom" / "codecs"
    (lossy,) = open_path([codecs / form / f"{image}_{form}"])
    (exact,) = open_path([codecs / "RLE" / f"{image}_RLE"])
    assert codes(lossy) == {"too_few_slices", "lossy_compression"}
    apart = np.abs(lossy.read().voxels.astype(int) - exact.read().voxels)
    assert 0 < apart.max() <= largest
    assert apart.mean() < mean


def test_a_folder_of_codecs_gives_one_series_a_patient(shared_data):
    found = open_path([shared_data / "odd_dicom" / "codecs" / "J2KR"])
    assert sorted(one.info.patient.patient_id for one in found) == ["1CT1", "2CT2"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MR_truncated.dcm", {"not_ct", "truncated_pixel_data", "too_few_slices"}),
        ("bad_sequence.dcm", {"too_few_slices"}),
        ("eCT_Supplemental.dcm", {"enhanced_multiframe", "odd_rescale", "too_few_slices"}),
    ],
)
def test_broken_files_that_hold_a_series(shared_data, name, expected):
    (series,) = open_path([shared_data / "odd_dicom" / "broken" / name])
    assert codes(series) == expected
    if "truncated_pixel_data" in expected:
        with pytest.raises(InputError, match="8130 of 8192 bytes"):
            series.read()
    else:
        assert series.read().voxels.shape[1:] == (512, 512)


def test_a_byte_too_many_before_the_first_element_is_told(shared_data):
    (series,) = open_path([shared_data / "odd_dicom" / "broken" / "no_meta.dcm"])
    assert codes(series) == {"stray_bytes", "too_few_slices"}
    assert series.info.rows == 128
    # A brain: air outside, bone inside.
    assert series.measured().hu_range == (-896.0, 1167.0)


def test_frames_without_a_description_have_no_place(shared_data):
    path = shared_data / "odd_dicom" / "broken" / "emri_small_jpeg_2k_lossless_too_short.dcm"
    (series,) = open_path([path])
    assert codes(series) == {"not_ct", "enhanced_multiframe", "no_geometry", "truncated_pixel_data"}
    assert series.info.geometry is None
    with pytest.raises(InputError, match="does not say where"):
        series.read()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("badVR.dcm", "1 RTDOSE"),
        ("rtplan_truncated.dcm", "1 RTPLAN"),
    ],
)
def test_broken_files_that_hold_none_are_one_clear_error(shared_data, name, reason):
    with pytest.raises(InputError) as raised:
        open_path([shared_data / "odd_dicom" / "broken" / name])
    assert reason in str(raised.value)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_frames_of_an_enhanced_ct_lie_where_each_says(shared_data):
    """Its frames stand in the file from head to feet; the volume rises along row × column."""
    (series,) = open_path([shared_data / "odd_dicom" / "broken" / "eCT_Supplemental.dcm"])
    grid = series.info.geometry
    assert grid.spacing_mm == pytest.approx((0.388672, 0.388672, 10.0))
    # Rows run to the patient's right and columns to the back, so the normal points to the feet.
    np.testing.assert_allclose(grid.axes[:, 2], [0, 0, -1])
    assert grid.origin_mm == pytest.approx((99.5, -301.5, -149.0))
