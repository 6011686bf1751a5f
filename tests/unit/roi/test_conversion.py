"""Regions written and read again in each format, and the commands that do it."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest
from grids import SIGNED_PERMUTATIONS, axes_name, make_grid, rotation

from ctprog_gui.__main__ import main
from ctprog_gui.core.dicom.ct_writer import write_ct_series
from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reference import image_reference
from ctprog_gui.core.dicom.rtstruct_writing import write_rtstruct
from ctprog_gui.core.dicom.seg_writing import write_seg
from ctprog_gui.core.imaging.contours import fill_even_odd
from ctprog_gui.core.imaging.files import write_mask, write_volume
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.outlines import trace
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.conversion import compare, convert
from ctprog_gui.core.roi.reading import is_roi_object, read_rois, roi_names
from ctprog_gui.core.shared.errors import GeometryError, InputError

SIZE = (13, 10, 6)
TURNED = rotation((1.0, 2.0, 3.0), 25.0) @ rotation((1.0, 0.0, 0.0), 90.0)
GRIDS = {
    "axial": Geometry(SIZE, (0.7, 0.9, 2.5), (-10.0, 20.5, -300.0)),
    "oblique": Geometry(SIZE, (0.61, 0.83, 1.7), (12.3, -45.6, 78.9), tuple(TURNED.ravel())),
    "sagittal": Geometry(SIZE, (0.5, 0.5, 3.0), (1.0, 2.0, 3.0), (0, 0, -1, 1, 0, 0, 0, -1, 0)),
}


def blob(grid, seed=0, share=0.5):
    return np.random.default_rng(seed).random(grid.shape) < share


@pytest.fixture(params=GRIDS)
def ct(request, tmp_path):
    grid = GRIDS[request.param]
    values = np.zeros(grid.shape, np.int16)
    write_ct_series(tmp_path / "ct", Volume(values, grid), patient_id="P1", patient_name="Doe^Jane")
    (series,) = open_path([tmp_path / "ct"])
    return series


@pytest.mark.parametrize("seed", range(30))
def test_a_traced_mask_fills_to_itself(seed):
    pixels = np.random.default_rng(seed).random((9, 11)) < 0.2 + 0.02 * seed
    filled = np.zeros_like(pixels)
    loops = trace(pixels)
    fill_even_odd(loops, filled)
    np.testing.assert_array_equal(filled, pixels)
    assert all((loop % 1 == 0.5).all() and len(loop) >= 4 for loop in loops)


def test_a_square_and_its_hole_are_two_loops_of_four_corners():
    pixels = np.zeros((5, 5), bool)
    pixels[:4, 1:5] = True
    pixels[1, 2] = False
    assert sorted(len(loop) for loop in trace(pixels)) == [4, 4]


@pytest.mark.parametrize(
    ("to", "file"), [("seg", "a.dcm"), ("rtstruct", "a.dcm"), ("nifti", "a.nii.gz"), ("nrrd", "a.nrrd")]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_format_gives_the_same_voxels_back(ct, tmp_path, to, file, seed):
    grid = ct.info.geometry
    write_mask(tmp_path / "in.nrrd", Mask(blob(grid, seed), grid, "GTV-1"))
    convert(tmp_path / "in.nrrd", ct, tmp_path / file, to=to)
    (back,) = read_rois(tmp_path / file, grid, frame_of_reference_uid=ct.info.frame_of_reference_uid)
    np.testing.assert_array_equal(back.voxels, blob(grid, seed))
    assert back.name == "GTV-1"


def test_segments_that_overlap_and_leave_slices_out(ct, tmp_path):
    grid = ct.info.geometry
    first, second = blob(grid, 1), blob(grid, 2)
    first[[0, 2, 4, 5]] = False
    second[:2] = False
    write_seg(
        tmp_path / "a.dcm", [Mask(first, grid, "GTV-1"), Mask(second, grid, "Lung")], image_reference(ct)
    )
    one, other = read_rois(tmp_path / "a.dcm", grid)
    np.testing.assert_array_equal(one.voxels, first)
    np.testing.assert_array_equal(other.voxels, second)
    assert roi_names(tmp_path / "a.dcm") == ["GTV-1", "Lung"]
    (lung,) = read_rois(tmp_path / "a.dcm", grid, name="lung")
    assert lung.count == second.sum()


@pytest.mark.parametrize("overlap", [True, False])
def test_several_regions_go_through_every_format(ct, tmp_path, overlap):
    grid = ct.info.geometry
    first = blob(grid, 1)
    second = blob(grid, 2) if overlap else ~first
    masks = [Mask(first, grid, "GTV-1"), Mask(second, grid, "Lung")]
    write_seg(tmp_path / "in.dcm", masks, image_reference(ct))
    for to, file in (("seg", "a.dcm"), ("rtstruct", "r.dcm"), ("nrrd", "a.nrrd"), ("nifti", "a.nii.gz")):
        if overlap and to == "nifti":
            with pytest.raises(InputError, match="Lung overlaps"):
                convert(tmp_path / "in.dcm", ct, tmp_path / file)
            continue
        convert(tmp_path / "in.dcm", ct, tmp_path / file, to=to)
        back = read_rois(tmp_path / file, grid)
        for one, other in zip(back, masks, strict=True):
            np.testing.assert_array_equal(one.voxels, other.voxels)
        if to != "nifti":
            assert [one.name for one in back] == ["GTV-1", "Lung"]


def test_a_seg_refers_to_the_images(ct, tmp_path):
    grid = ct.info.geometry
    for write, file in ((write_seg, "seg.dcm"), (write_rtstruct, "rs.dcm")):
        write(tmp_path / file, [Mask(blob(grid), grid, "GTV-1")], image_reference(ct))
        written = pydicom.dcmread(tmp_path / file)
        assert (written.StudyInstanceUID, written.PatientID) == (ct.info.study_uid, "P1")
        assert written.FrameOfReferenceUID == ct.info.frame_of_reference_uid
        uids = {header.sop_uid for header in ct.stack.slices}
        text = str(written)
        assert all(uid in text for uid in uids)
    kind = pydicom.dcmread(tmp_path / "seg.dcm").SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0]
    assert (kind.CodeValue, kind.CodingSchemeDesignator) == ("108369006", "SCT")
    with pytest.raises(GeometryError, match="another patient space"):
        read_rois(tmp_path / "seg.dcm", grid, frame_of_reference_uid="1.2.3")


def test_what_a_file_is_is_read_once(ct, tmp_path, monkeypatch):
    grid, asked = ct.info.geometry, []
    write_seg(tmp_path / "seg.dcm", [Mask(blob(grid), grid, "GTV-1")], image_reference(ct))
    write_rtstruct(tmp_path / "rs.dcm", [Mask(blob(grid), grid, "GTV-1")], image_reference(ct))
    (tmp_path / "text.dcm").write_text("no object")
    read = pydicom.dcmread
    monkeypatch.setattr(pydicom, "dcmread", lambda path, **how: asked.append(path.name) or read(path, **how))
    files = [tmp_path / name for name in ("seg.dcm", "rs.dcm", "text.dcm", "none.dcm")]
    assert [is_roi_object(path) for path in files] == [True, True, False, False]
    assert asked == ["seg.dcm", "rs.dcm", "text.dcm"]


@pytest.fixture
def seg(tmp_path):
    """A SEG of one region on the first grid, and that grid."""
    grid = GRIDS["axial"]
    write_volume(tmp_path / "ct.nii", np.zeros(grid.shape, np.int16), grid)
    (series,) = open_path([tmp_path / "ct.nii"])
    write_seg(tmp_path / "seg.dcm", [Mask(blob(grid), grid, "GTV")], image_reference(series))
    return tmp_path / "seg.dcm", grid


def test_another_grid_is_refused_or_resampled(seg):
    path, grid = seg
    finer = Geometry((26, 20, 6), (0.35, 0.45, 2.5), (-10.175, 20.275, -300.0))
    with pytest.raises(GeometryError, match=r"GTV in .* lies on another grid"):
        read_rois(path, finer)
    (mask,) = read_rois(path, finer, resample=True)
    assert mask.volume_mm3 == pytest.approx(blob(grid).sum() * grid.voxel_volume_mm3)


def test_a_reference_that_is_smaller_than_the_region_is_refused(seg):
    path, grid = seg
    with pytest.raises(GeometryError):
        read_rois(path, grid.cropped((2, 0, 0), (8, 10, 6)))
    (mask,) = read_rois(path, grid.cropped((-3, -2, -1), (20, 14, 9)))
    np.testing.assert_array_equal(mask.voxels[1:7, 2:12, 3:16], blob(grid))


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
def test_fractional_and_label_map_segs(seg, kind):
    path, grid = seg
    voxels = blob(grid)
    written = pydicom.dcmread(path)
    heights = [
        frame.PlanePositionSequence[0].ImagePositionPatient[2]
        for frame in written.PerFrameFunctionalGroupsSequence
    ]
    by_frame = voxels[np.argsort(np.argsort(heights))]
    written.SegmentationType = kind
    written.BitsAllocated = written.BitsStored = 8
    written.HighBit = 7
    if kind == "FRACTIONAL":
        written.MaximumFractionalValue = 200
        written.SegmentationFractionalType = "PROBABILITY"
        written.PixelData = np.where(by_frame, 100, 99).astype(np.uint8).tobytes()
    else:
        written.PixelData = np.where(by_frame, 1, 7).astype(np.uint8).tobytes()
        for frame in written.PerFrameFunctionalGroupsSequence:
            frame.pop("SegmentIdentificationSequence", None)
    written.save_as(path)
    (mask,) = read_rois(path, grid)
    np.testing.assert_array_equal(mask.voxels, voxels)


def test_a_cut_off_seg_is_refused(seg):
    path, grid = seg
    data = path.read_bytes()
    for keep in range(200, len(data) - 1, 400):
        path.write_bytes(data[:keep])
        with pytest.raises(InputError):
            read_rois(path, grid)


def test_an_empty_region_has_no_contours(ct, tmp_path):
    grid = ct.info.geometry
    empty = Mask(np.zeros(grid.shape, bool), grid, "GTV")
    for write in (write_rtstruct, write_seg):
        with pytest.raises(InputError, match="empty"):
            write(tmp_path / "rs.dcm", [empty], image_reference(ct))
    assert not (tmp_path / "rs.dcm").exists()


def test_of_several_regions_in_a_nifti_file_one_is_chosen_by_its_name(ct, tmp_path, capfd):
    grid = ct.info.geometry
    masks = [Mask(blob(grid, seed), grid, name) for seed, name in enumerate(("GTV-1", "Node"))]
    masks[1].voxels[masks[0].voxels] = False
    write_rtstruct(tmp_path / "a.dcm", masks, image_reference(ct))
    assert [m.name for m in convert(tmp_path / "a.dcm", ct, tmp_path / "b.nii.gz")] == ["GTV-1", "Node"]
    for name in ("GTV-1", "Node"):
        words = ["compare-rois", f"{tmp_path}/a.dcm", f"{tmp_path}/b.nii.gz", "--roi-name", name, "--json"]
        assert main([*words, "--reference", str(tmp_path / "ct")]) == 0
        assert json.loads(capfd.readouterr().out)["dice"] == 1.0


def test_the_commands(ct, tmp_path, capfd):
    grid = ct.info.geometry
    write_mask(tmp_path / "in.nii.gz", Mask(blob(grid), grid))
    image, where = tmp_path / "ct", str(tmp_path)
    for file, to in (("s.dcm", "seg"), ("r.dcm", "rtstruct"), ("n.nrrd", "nrrd")):
        words = ["convert-roi", f"{where}/in.nii.gz", "--reference", str(image), "--out", f"{where}/{file}"]
        assert main([*words, "--to", to, "--roi-name", "GTV-1"]) == 0
        assert roi_names(tmp_path / file) == ["GTV-1"]
    assert "Doe" not in "".join(capfd.readouterr())
    for other in ("s.dcm", "r.dcm", "n.nrrd"):
        words = ["compare-rois", f"{where}/in.nii.gz", f"{where}/{other}", "--roi-name", "GTV-1", "--json"]
        assert main(words) == 0
        out, err = capfd.readouterr()
        found = json.loads(out)
        volume = float(blob(grid).sum() * grid.voxel_volume_mm3)
        assert found == {
            "dice": 1.0,
            "hd95_mm": 0.0,
            "surface_dice_1mm": 1.0,
            "volume_a_mm3": pytest.approx(volume),
            "volume_b_mm3": pytest.approx(volume),
        }
        assert err == ""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["convert-roi", "none.nii", "--reference", "ct.nii", "--out", "o.nii"], "there is no file"),
        (["convert-roi", "seg.dcm", "--reference", "none", "--out", "o.nii"], "there is no file or folder"),
        (["convert-roi", "seg.dcm", "--reference", "ct.nii", "--out", "o.xyz"], "say with --to"),
        (
            ["convert-roi", "seg.dcm", "--reference", "ct.nii", "--out", "o.nii", "--to", "nrrd"],
            "must end in",
        ),
        (
            ["convert-roi", "seg.dcm", "--reference", "ct.nii", "--out", "o.nii", "--roi-name", "X"],
            "it has: GTV",
        ),
        (["compare-rois", "seg.dcm", "none.nii", "--json"], "there is no file"),
    ],
)
def test_failures_are_one_line(seg, capfd, monkeypatch, words, reason):
    monkeypatch.chdir(seg[0].parent)
    assert main(words) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert reason in err
    assert not [path for path in seg[0].parent.iterdir() if path.name.startswith(("o.", ".partial"))]


def test_contours_alone_have_no_grid(ct, tmp_path):
    grid = ct.info.geometry
    write_rtstruct(tmp_path / "r.dcm", [Mask(blob(grid), grid, "GTV")], image_reference(ct))
    with pytest.raises(InputError, match="--reference"):
        compare(tmp_path / "r.dcm", tmp_path / "r.dcm")
    assert compare(tmp_path / "r.dcm", tmp_path / "r.dcm", reference=ct).dice == 1


def test_contours_on_slices_far_apart_come_back(ct, tmp_path):
    """In a file of ours, the slices between were left empty on purpose; in others, who knows."""
    grid = ct.info.geometry
    voxels = blob(grid)
    voxels[[1, 3, 5]] = False
    write_rtstruct(tmp_path / "r.dcm", [Mask(voxels, grid, "GTV")], image_reference(ct))
    (back,) = read_rois(tmp_path / "r.dcm", grid)
    np.testing.assert_array_equal(back.voxels, voxels)
    with pytest.raises(GeometryError, match="drawn on other slices"):
        read_rois(tmp_path / "r.dcm", grid.with_size((13, 10, 7)))
    edited = pydicom.dcmread(tmp_path / "r.dcm")
    edited.Manufacturer = "Someone who draws every other slice"
    edited.save_as(tmp_path / "r.dcm")
    with pytest.raises(GeometryError, match="slices between them would be empty"):
        read_rois(tmp_path / "r.dcm", grid)


def test_highdicom_reads_what_was_written(ct, tmp_path):
    import highdicom as hd

    grid = ct.info.geometry
    masks = [Mask(blob(grid, seed), grid, f"ROI {seed}") for seed in (1, 2)]
    write_seg(tmp_path / "a.dcm", masks, image_reference(ct))
    found = hd.seg.segread(tmp_path / "a.dcm")
    assert [found.get_segment_description(number).segment_label for number in (1, 2)] == ["ROI 1", "ROI 2"]
    for number, mask in enumerate(masks, start=1):
        placed = found.get_volume(segment_numbers=[number], combine_segments=True)
        index = np.argwhere(placed.array > 0)
        centres = placed.map_indices_to_reference(index)
        np.testing.assert_allclose(
            np.array(sorted(np.rint(grid.patient_to_index(centres)).tolist())),
            np.array(sorted(np.argwhere(mask.voxels)[:, ::-1].tolist())),
        )


@pytest.mark.parametrize("kind", ["FRACTIONAL", "LABELMAP"])
def test_what_highdicom_writes_is_read(ct, tmp_path, kind):
    import highdicom as hd

    grid = ct.info.geometry
    labels = np.random.default_rng(3).integers(0, 3, grid.shape).astype(np.uint8)
    array = labels if kind == "LABELMAP" else np.where(labels == 1, 0.6, 0.4)
    names = ("GTV", "Lung") if kind == "LABELMAP" else ("GTV",)
    code = hd.sr.CodedConcept("85756007", "SCT", "Tissue")
    made = hd.seg.Segmentation(
        source_images=[pydicom.dcmread(header.source.path) for header in ct.stack.slices],
        pixel_array=array,
        segmentation_type=kind,
        segment_descriptions=[
            hd.seg.SegmentDescription(number, name, code, code, "MANUAL")
            for number, name in enumerate(names, start=1)
        ],
        series_instance_uid=hd.UID(),
        series_number=2,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="Someone",
        manufacturer_model_name="Something",
        software_versions="1",
        device_serial_number="1",
    )
    made.save_as(tmp_path / "a.dcm")
    read = read_rois(tmp_path / "a.dcm", grid)
    assert [mask.name for mask in read] == list(names)
    for number, mask in enumerate(read, start=1):
        np.testing.assert_array_equal(mask.voxels, labels == number)


@pytest.mark.parametrize("axes", SIGNED_PERMUTATIONS[::5], ids=axes_name)
def test_a_volume_file_of_either_handedness_is_a_reference(tmp_path, axes):
    grid = make_grid(axes @ TURNED, (9, 6, 5))
    write_volume(tmp_path / "ct.nrrd", np.zeros(grid.shape, np.int16), grid)
    (series,) = open_path([tmp_path / "ct.nrrd"])
    for write, file in ((write_seg, "seg.dcm"), (write_rtstruct, "rs.dcm")):
        write(tmp_path / file, [Mask(blob(grid), grid, "GTV")], image_reference(series))
        (back,) = read_rois(tmp_path / file, grid)
        np.testing.assert_array_equal(back.voxels, blob(grid))


def test_two_segs_that_fill_different_slices(ct, tmp_path):
    grid = ct.info.geometry
    low, high = np.zeros(grid.shape, bool), np.zeros(grid.shape, bool)
    low[0:3, 2:5, 2:5] = True
    high[2:5, 2:5, 2:5] = True
    for name, voxels in (("a", low), ("b", high)):
        write_seg(tmp_path / f"{name}.dcm", [Mask(voxels, grid, name)], image_reference(ct))
    assert compare(tmp_path / "a.dcm", tmp_path / "b.dcm").dice == pytest.approx(1 / 3)


def test_lung1_001_goes_through_every_format(lung1, tmp_path):
    (series,) = open_path([lung1 / "ct"])
    grid = series.info.geometry
    source = lung1 / "rtstruct" / "1-1.dcm"
    (gtv,) = read_rois(source, grid, name="GTV-1")
    for to, file in (("seg", "s.dcm"), ("rtstruct", "r.dcm"), ("nifti", "n.nii.gz")):
        convert(source, series, tmp_path / file, name="GTV-1", to=to)
        (back,) = read_rois(tmp_path / file, grid, frame_of_reference_uid=series.info.frame_of_reference_uid)
        assert back.sha256 == gtv.sha256
        found = compare(source, tmp_path / file, reference=series, name="GTV-1")
        assert (found.dice, found.hd95_mm, found.surface_dice_1mm) == (1, 0, 1)
