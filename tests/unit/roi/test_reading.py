"""Regions from RTSTRUCT and label files, on the image's grid or refused."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.rtstruct import read_rtstruct
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.reading import read_rois, roi_names
from ctprog_gui.core.shared.errors import GeometryError, InputError

GRID = Geometry((20, 16, 6), (0.5, 0.8, 3.0), (-30.0, 12.0, 100.0))
FRAME = generate_uid(entropy_srcs=["frame"])


@pytest.fixture
def rtstruct(tmp_path):
    """Write an RTSTRUCT from ``{name: [(type, points), …]}``."""

    def write(rois, path=tmp_path / "rs.dcm"):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
        uid = generate_uid(entropy_srcs=["rs"])
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
        dataset.Modality = "RTSTRUCT"
        names, drawn = [], []
        for number, (name, contours) in enumerate(rois.items(), start=1):
            roi, item = Dataset(), Dataset()
            roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, name, FRAME
            item.ReferencedROINumber = number
            item.ContourSequence = Sequence()
            for kind, points in contours:
                contour = Dataset()
                contour.ContourGeometricType = kind
                contour.NumberOfContourPoints = len(points)
                contour.ContourData = [f"{value:.6f}" for value in np.ravel(points)]
                item.ContourSequence.append(contour)
            names.append(roi)
            drawn.append(item)
        dataset.StructureSetROISequence = Sequence(names)
        dataset.ROIContourSequence = Sequence(drawn)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def box(left, top, right, bottom, z):
    corners = [(left, top, z), (right, top, z), (right, bottom, z), (left, bottom, z)]
    return "CLOSED_PLANAR", GRID.index_to_patient(corners)


@pytest.fixture
def two(rtstruct):
    return rtstruct(
        {
            "GTV-1": [box(2.5, 3.5, 7.5, 6.5, 1), box(2.5, 3.5, 7.5, 6.5, 2)],
            "Lung": [box(9.5, 3.5, 12.5, 6.5, 3)],
            "Isocentre": [("POINT", GRID.index_to_patient([(5, 5, 2)]))],
        }
    )


def test_all_regions_or_one_by_name(two):
    assert [mask.name for mask in read_rois(two, GRID)] == ["GTV-1", "Lung"]
    (gtv,) = read_rois(two, GRID, name="GTV-1")
    assert (gtv.count, gtv.geometry) == (30, GRID)
    assert [mask.name for mask in read_rois(two, GRID, name="gtv-1 ")] == ["GTV-1"]
    assert roi_names(two) == ["GTV-1", "Lung"], "a point encloses nothing"


def test_a_wrong_name_lists_the_names_there(two):
    with pytest.raises(InputError, match="has no region GTV; it has: GTV-1, Lung"):
        read_rois(two, GRID, name="GTV")


def test_names_that_differ_only_in_case(rtstruct):
    path = rtstruct({"GTV": [box(1, 1, 4, 4, 1)], "gtv": [box(5, 5, 9, 9, 1)]})
    assert read_rois(path, GRID, name="gtv")[0].voxels[1, 6, 6]
    with pytest.raises(InputError, match="2 regions called Gtv"):
        read_rois(path, GRID, name="Gtv")


def test_another_patient_space_is_refused(two):
    assert read_rois(two, GRID, frame_of_reference_uid=FRAME)
    with pytest.raises(GeometryError, match="another patient space"):
        read_rois(two, GRID, frame_of_reference_uid="1.2.3")


def test_contours_of_another_grid_are_refused_or_resampled(two):
    fine = Geometry((20, 16, 18), (0.5, 0.8, 1.0), (-30.0, 12.0, 99.0))
    with pytest.raises(GeometryError, match=r"GTV-1 in .* was drawn on other slices"):
        read_rois(two, Geometry((20, 16, 3), (0.5, 0.8, 9.0), (-30.0, 12.0, 100.0)), name="GTV-1")
    (gtv,) = read_rois(two, fine, name="GTV-1", resample=True)
    assert list(np.flatnonzero(gtv.voxels.any(axis=(1, 2)))) == [3, 4, 5, 6, 7, 8]


def test_an_rtstruct_without_closed_contours_is_refused(rtstruct):
    path = rtstruct({"Isocentre": [("POINT", [(0, 0, 0)])]})
    with pytest.raises(InputError, match="no closed contour"):
        read_rois(path, GRID)


def test_another_dicom_object_is_refused(two):
    dataset = pydicom.dcmread(two)
    dataset.Modality = "CT"
    dataset.save_as(two)
    with pytest.raises(InputError, match="is no RTSTRUCT but CT"):
        read_rois(two, GRID)


@pytest.mark.parametrize("content", [b"", b"hello" * 100])
def test_what_is_no_dicom_file_is_refused(tmp_path, content):
    path = tmp_path / "roi.dcm"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"roi\.dcm"):
        read_rois(path, GRID)
    with pytest.raises(InputError, match="there is no file"):
        read_rois(tmp_path / "nowhere.dcm", GRID)


def test_a_cut_off_rtstruct_is_refused_or_whole(two):
    """A cut within the contours must never give part of a region as if it were all."""
    data = two.read_bytes()
    whole = [mask.sha256 for mask in read_rois(two, GRID)]
    for keep in range(140, len(data), 25):
        two.write_bytes(data[:keep])
        try:
            read = [mask.sha256 for mask in read_rois(two, GRID)]
        except InputError:
            continue
        assert read == whole, keep


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_label_files(tmp_path, ending):
    voxels = np.zeros(GRID.shape, bool)
    voxels[2, 3:6, 4:9] = True
    path = tmp_path / f"roi{ending}"
    write_mask(path, Mask(voxels, GRID, "GTV"))
    (mask,) = read_rois(path, GRID)
    np.testing.assert_array_equal(mask.voxels, voxels)
    assert mask.geometry == GRID, "the image's own numbers, not the file's rounded ones"
    assert mask.name == ("GTV" if ending == ".nrrd" else "label 1")


def test_a_label_is_chosen_by_name(tmp_path):
    labels = np.zeros(GRID.shape, np.uint8)
    labels[1], labels[2] = 1, 2
    write_volume(tmp_path / "roi.nii", labels, GRID)
    (mask,) = read_rois(tmp_path / "roi.nii", GRID, name="label 2")
    assert mask.voxels[2].all()
    assert mask.count == 320
    with pytest.raises(InputError, match="it has: label 1, label 2"):
        read_rois(tmp_path / "roi.nii", GRID, name="GTV")


def test_an_empty_label_file_is_refused(tmp_path):
    write_volume(tmp_path / "roi.nii", np.zeros(GRID.shape, np.uint8), GRID)
    with pytest.raises(InputError, match="it is empty"):
        read_rois(tmp_path / "roi.nii", GRID)


def test_labels_of_another_grid_are_refused_or_resampled(tmp_path):
    voxels = np.zeros(GRID.shape, bool)
    voxels[2:4, 4:8, 4:8] = True
    write_volume(tmp_path / "roi.nii", voxels, GRID)
    fine = Geometry((20, 16, 12), (0.5, 0.8, 1.5), (-30.0, 12.0, 99.25))
    with pytest.raises(GeometryError, match=r"label 1 in .* lies on another grid than the image: size"):
        read_rois(tmp_path / "roi.nii", fine)
    (mask,) = read_rois(tmp_path / "roi.nii", fine, resample=True)
    assert mask.geometry == fine
    assert mask.volume_mm3 == pytest.approx(32 * GRID.voxel_volume_mm3)


def test_labels_whose_axes_run_the_other_way_are_turned(tmp_path):
    """As converters write them: the same voxels, first row last."""
    voxels = np.random.default_rng(0).random(GRID.shape) > 0.5
    flipped = Geometry(
        GRID.size, GRID.spacing_mm, tuple(GRID.index_to_patient((0, 15, 0))), (1, 0, 0, 0, -1, 0, 0, 0, 1)
    )
    write_mask(tmp_path / "roi.nii.gz", Mask(np.ascontiguousarray(voxels[:, ::-1]), flipped))
    (mask,) = read_rois(tmp_path / "roi.nii.gz", GRID)
    np.testing.assert_array_equal(mask.voxels, voxels)


def test_lung1_001_names_its_structures(lung1):
    structures = read_rtstruct(lung1 / "rtstruct" / "1-1.dcm")
    assert [roi.name for roi in structures.rois] == ["GTV-1", "Spinal-Cord", "Lung-Left", "Lung-Right"]
    (series,) = open_path([lung1 / "ct"])
    assert {roi.frame_of_reference_uid for roi in structures.rois} == {series.info.frame_of_reference_uid}


def test_ibsi_chest_is_the_same_from_rtstruct_and_from_nifti(shared_data):
    """The IBSI's own NIfTI mask was made from this RTSTRUCT: not a voxel differs."""
    chest = shared_data / "ibsi" / "chest_dicom"
    grid = open_path([chest / "image"])[0].info.geometry
    (contours,) = read_rois(chest / "mask" / "DCM_RS_00060.dcm", grid)
    (labels,) = read_rois(shared_data / "ibsi" / "chest_nifti" / "mask" / "mask.nii.gz", grid)
    np.testing.assert_array_equal(contours.voxels, labels.voxels)
    assert contours.name == "GTV-1"
