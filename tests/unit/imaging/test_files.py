"""Volume files: what is written is read back, and what is broken is refused."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from ctprog_gui.core.imaging.files import (
    WRITABLE,
    ending_of,
    read_header,
    read_label_file,
    read_volume,
    to_sitk,
    write_labels,
    write_mask,
    write_volume,
)
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.shared.errors import InputError

TURN = Rotation.from_euler("x", 20, degrees=True).as_matrix()
GRID = Geometry((7, 6, 5), (0.7, 0.9, 2.5), (-12.5, 30.25, -400.0), TURN.ravel())


@pytest.fixture
def voxels():
    return np.random.default_rng(0).integers(-1024, 3071, GRID.shape).astype(np.int16)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ending=st.sampled_from(WRITABLE),
    turn=st.integers(0, 2**32 - 1),
    signs=st.tuples(*[st.sampled_from([-1, 1])] * 3),
    spacing=st.tuples(*[st.floats(0.1, 10)] * 3),
    origin=st.tuples(*[st.floats(-1000, 1000)] * 3),
)
def test_any_grid_comes_back(tmp_path_factory, ending, turn, signs, spacing, origin):
    axes = Rotation.random(random_state=turn).as_matrix() * np.array(signs)
    grid = Geometry((4, 3, 2), spacing, origin, axes.ravel())
    voxels = np.arange(24, dtype=np.int16).reshape(grid.shape) - 5
    path = tmp_path_factory.mktemp("files") / f"volume{ending}"
    write_volume(path, voxels, grid)
    read = read_volume(path)
    np.testing.assert_array_equal(read.voxels, voxels)
    read.geometry.require_same(grid)
    read_header(path).require_same(grid)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.float32([1, -1024, 3000]), np.int16),
        (np.float64([1, -1024, 0.5]), np.float32),
        (np.int32([0, 1, 40000]), np.float32),
        (np.uint16([0, 1, 4095]), np.int16),
        (np.uint8([0, 1, 255]), np.int16),
    ],
)
def test_whole_values_that_fit_are_int16(tmp_path, values, expected):
    path = tmp_path / "volume.nrrd"
    write_volume(path, values.reshape(1, 1, 3), Geometry((3, 1, 1), (1, 1, 1)))
    read = read_volume(path).voxels
    assert read.dtype == expected
    np.testing.assert_array_equal(read.ravel(), values.astype(expected))


@pytest.mark.parametrize("ending", WRITABLE)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_voxel_that_is_no_number_is_refused(tmp_path, voxels, ending, kind):
    spoilt = voxels.astype(kind)
    spoilt[3, 2, 1] = np.nan
    write_volume(tmp_path / f"volume{ending}", spoilt, GRID)
    with pytest.raises(InputError, match="not finite"):
        read_volume(tmp_path / f"volume{ending}")


def test_a_neighbour_of_the_same_name_is_not_read_instead(tmp_path, voxels):
    """ITK's NIfTI library would take the voxels of ``a.nii.gz`` from ``a.nii``."""
    write_volume(tmp_path / "a.nii.gz", voxels, GRID)
    write_volume(tmp_path / "a.nii", voxels + 1, GRID)
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nii.gz").voxels, voxels)
    np.testing.assert_array_equal(read_volume(tmp_path / "a.nii").voxels, voxels + 1)


@pytest.mark.parametrize("ending", WRITABLE)
def test_a_cut_off_file_is_refused(tmp_path, voxels, ending, capfd):
    path = tmp_path / f"volume{ending}"
    write_volume(path, voxels, GRID)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(InputError) as raised:
        read_volume(path)
    assert path.name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr().err == "", "nothing but our own message may reach the screen"


def nifti(tmp_path, voxels, change):
    path = tmp_path / "volume.nii"
    write_volume(path, voxels, GRID)
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)
    return path


def affine(rows):
    def change(data):
        struct.pack_into("<2h", data, 252, 0, 1)
        struct.pack_into("<12f", data, 280, *np.ravel(rows))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (affine(np.zeros((3, 4))), "singular"),
        (affine([[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]]), "singular"),
        (affine([[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]), "not perpendicular"),
        (affine([[np.nan, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]), "singular"),
        (lambda data: struct.pack_into("<2h", data, 252, 0, 0), "where it lies"),
        (lambda data: struct.pack_into("<f", data, 88, 0.0), "voxel size is 0.7×0.9×0"),
        (lambda data: struct.pack_into("<8h", data, 40, 3, 7, 0, 5, 1, 1, 1, 1), "dimensions"),
        (lambda data: struct.pack_into("<i", data, 0, 1), "does not begin as a NIfTI"),
    ],
)
def test_a_nifti_without_a_place_is_refused(tmp_path, voxels, change, reason, capfd):
    with pytest.raises(InputError, match=reason):
        read_volume(nifti(tmp_path, voxels, change))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
def test_damaged_compressed_voxels_are_refused_not_read_as_noise(tmp_path, voxels, ending, place):
    path = tmp_path / f"volume{ending}"
    write_volume(path, voxels, GRID)
    data = bytearray(path.read_bytes())
    start = data.index(b"\n\n") if ending == ".nrrd" else data.index(b"LOCAL") if ending == ".mha" else 30
    data[start + int((len(data) - start) * place)] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_volume(path)


@pytest.mark.parametrize("kind", ["u1", "i1", "<i2", ">i2", "u2", ">i4", "u4", "i8", ">f4", "f8"])
def test_every_nifti_type(tmp_path, kind):
    """Headers made here, field by field, in both byte orders, with slope and intercept."""
    kind = np.dtype(kind)
    codes = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256, "u2": 512, "u4": 768, "i8": 1024}
    order = kind.str[0].replace("|", "<")
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    header = bytearray(352)
    for form, at, what in [
        ("i", 0, [348]),
        ("8h", 40, [3, 4, 3, 2, 1, 1, 1, 1]),
        ("2h", 70, [codes[kind.str[1:]], kind.itemsize * 8]),
        ("8f", 76, [1, 1, 2, 3, 0, 0, 0, 0]),
        ("3f", 108, [352, 2.0, -10.0]),
        ("2h", 252, [0, 1]),
        ("12f", 280, [1, 0, 0, 5, 0, 2, 0, 6, 0, 0, 3, 7]),
    ]:
        struct.pack_into(order + form, header, at, *what)
    header[344:348] = b"n+1\0"
    path = tmp_path / "volume.nii.gz"
    path.write_bytes(gzip.compress(bytes(header) + values.tobytes()))
    read = read_volume(path)
    assert read.voxels.dtype == np.int16
    assert read.voxels.flags.writeable
    np.testing.assert_array_equal(read.voxels, np.arange(24).reshape(2, 3, 4) * 2 - 10)
    # NIfTI is RAS, ours LPS.
    np.testing.assert_allclose(read.geometry.origin_mm, (-5, -6, 7))
    np.testing.assert_allclose(read.geometry.axes, np.diag([-1, -1, 1]))


def nifti_2(array, affine, order="<"):
    """A NIfTI-2 file by nifti2.h, with its sform."""
    header = bytearray(544)
    struct.pack_into(order + "i8s2h", header, 0, 540, b"n+2\0\r\n\x1a\n", 4, 16)
    struct.pack_into(order + "8q", header, 16, 3, *array.shape[::-1], 1, 1, 1, 1)
    steps = np.linalg.norm(affine[:, :3], axis=0)
    struct.pack_into(order + "8d", header, 104, 1, *steps, 1, 1, 1, 1)
    struct.pack_into(order + "q2d", header, 168, 544, 2, -10)
    struct.pack_into(order + "2i", header, 344, 0, 1)
    struct.pack_into(order + "12d", header, 400, *affine.ravel())
    struct.pack_into(order + "i", header, 500, 2)
    return bytes(header) + array.astype(order + "i2").tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_2_is_read_as_the_first_edition_is(tmp_path, order, packed):
    affine = np.array([[0, -0.9, 0, 10.5], [-0.7, 0, 0, 20], [0, 0, 2.5, -300]])
    data = nifti_2(np.arange(60).reshape(3, 4, 5), affine, order)
    path = tmp_path / ("volume.nii.gz" if packed else "volume.nii")
    path.write_bytes(gzip.compress(data) if packed else data)
    read = read_volume(path)
    np.testing.assert_array_equal(read.voxels, np.arange(60).reshape(3, 4, 5) * 2 - 10)
    # From the affine by hand: NIfTI is RAS, ours LPS.
    np.testing.assert_allclose(read.geometry.origin_mm, (-10.5, -20, -300))
    np.testing.assert_allclose(read.geometry.spacing_mm, (0.7, 0.9, 2.5), rtol=1e-6)
    np.testing.assert_allclose(read.geometry.axes, [[0, 1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-6)


def test_nifti_2_that_is_none_is_refused(tmp_path):
    (tmp_path / "volume.nii").write_bytes((540).to_bytes(4, "little") + bytes(600))
    with pytest.raises(InputError, match="no single-file NIfTI-2"):
        read_volume(tmp_path / "volume.nii")


def test_a_fourth_dimension_of_one_is_none(tmp_path, voxels):
    path = tmp_path / "volume.nii"
    write_volume(path, voxels, GRID)
    data = bytearray(path.read_bytes())
    struct.pack_into("<8h", data, 40, 4, 7, 6, 5, 1, 1, 1, 1)
    path.write_bytes(data)
    read = read_volume(path)
    np.testing.assert_array_equal(read.voxels, voxels)
    read.geometry.require_same(GRID)


def test_a_gzip_of_several_members_is_read(tmp_path, voxels):
    write_volume(tmp_path / "plain.nii", voxels, GRID)
    data = (tmp_path / "plain.nii").read_bytes()
    (tmp_path / "volume.nii.gz").write_bytes(gzip.compress(data[:300]) + gzip.compress(data[300:]))
    np.testing.assert_array_equal(read_volume(tmp_path / "volume.nii.gz").voxels, voxels)


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "volume.nrrd").write_text("hello")
    with pytest.raises(InputError, match="cannot read"):
        read_volume(tmp_path / "volume.nrrd")
    with pytest.raises(InputError, match="there is no file"):
        read_volume(tmp_path / "nowhere.nii")
    (tmp_path / "volume.txt").write_text("hello")
    with pytest.raises(InputError, match="does not end as"):
        read_volume(tmp_path / "volume.txt")


@pytest.mark.parametrize(("shape", "reason"), [((3, 4, 5, 6), "4 dimensions"), ((4, 5), "2 dimensions")])
def test_other_dimensions_are_refused(tmp_path, shape, reason):
    path = tmp_path / "volume.nii"
    image = sitk.GetImageFromArray(np.zeros(shape, np.int16), isVector=False)
    sitk.WriteImage(image, str(path))
    with pytest.raises(InputError, match=reason):
        read_volume(path)


def test_colours_are_refused(tmp_path):
    path = tmp_path / "volume.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 4, 5, 3), np.uint8), isVector=True), str(path))
    with pytest.raises(InputError, match="3 values a voxel"):
        read_volume(path)


def test_endings():
    from pathlib import Path

    assert ending_of(Path("A.NII.GZ")) == ".nii.gz"
    assert ending_of(Path("a.seg.nrrd")) == ".nrrd"
    assert ending_of(Path("a.gz")) is None


def test_only_formats_of_one_file_are_written(tmp_path, voxels):
    with pytest.raises(InputError, match="must end in"):
        write_volume(tmp_path / "volume.mhd", voxels, GRID)
    assert not list(tmp_path.iterdir())


def test_the_same_volume_gives_the_same_bytes(tmp_path, voxels):
    for name in ("a", "b"):
        write_volume(tmp_path / f"{name}.nii.gz", voxels, GRID)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


@pytest.mark.parametrize("ending", WRITABLE)
def test_a_mask_comes_back(tmp_path, voxels, ending):
    mask = Mask(voxels > 1000, GRID, "Tumour, left")
    write_mask(tmp_path / f"roi{ending}", mask)
    labels = read_label_file(tmp_path / f"roi{ending}")
    (segment,) = labels.segments
    assert segment.name == ("Tumour, left" if ending == ".nrrd" else "label 1")
    read = labels.mask(segment)
    np.testing.assert_array_equal(read.voxels, mask.voxels)
    read.geometry.require_same(GRID)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.float32])
def test_every_label_is_a_segment(tmp_path, kind):
    labels = np.zeros(GRID.shape, kind)
    labels[1], labels[3] = 4, 9
    write_volume(tmp_path / "labels.nii.gz", labels, GRID)
    read = read_label_file(tmp_path / "labels.nii.gz")
    assert [(one.name, one.value) for one in read.segments] == [("label 4", 4), ("label 9", 9)]
    assert read.mask(read.segments[1]).count == 42


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_segments_come_back_with_all_that_was_known_of_them(tmp_path, ending):
    labels = np.zeros(GRID.shape, np.uint8)
    labels[1], labels[3] = 4, 9
    said = (
        Segment("GTV-1, größer", 4, 0, "done", (255, 0, 102)),
        Segment("淋巴结", 9, 0, "flagged", (0, 158, 115)),
        Segment("nothing yet", 7, 0, "not started", (1, 2, 3)),
    )
    for name in ("a", "b"):
        write_labels(tmp_path / f"{name}{ending}", (labels,), GRID, said)
    path = tmp_path / f"a{ending}"
    read = read_label_file(path)
    assert read.segments == said
    np.testing.assert_array_equal(read.layers[0], labels)
    read.geometry.require_same(GRID)
    assert path.read_bytes() == (tmp_path / f"b{ending}").read_bytes()
    # Others find the same voxels at the same place.
    image = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), labels)
    np.testing.assert_allclose(image.GetOrigin(), GRID.origin_mm)


def test_labels_that_nobody_named_stand_beside_those_that_somebody_did(tmp_path):
    """As where a file was edited by software that keeps what was said of other labels."""
    path = tmp_path / "a.nii"
    labels = np.zeros(GRID.shape, np.uint8)
    labels[1], labels[3] = 4, 9
    write_labels(path, (labels,), GRID, [Segment("Tumour", 4)])
    assert [one.name for one in read_label_file(path).segments] == ["Tumour", "label 9"]


@given(st.binary(max_size=200), st.integers(-20, 400))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_another_extension_holds_is_passed_over(tmp_path, data, size):
    path = tmp_path / "a.nii"
    labels = np.ones(GRID.shape, np.uint8)
    write_volume(path, labels, GRID)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<f", raw, 108, 352 + len(data) + 8)
    raw[348] = 1
    path.write_bytes(bytes(raw[:352]) + struct.pack("<2i", size, 6) + data + bytes(raw[352:]))
    read = read_label_file(path)
    assert [one.name for one in read.segments] == ["label 1"]
    np.testing.assert_array_equal(read.layers[0], labels)


def test_overlapping_segments_of_slicer_lie_in_layers(tmp_path):
    layers = np.zeros((*GRID.shape, 2), np.uint8)
    layers[1:3, ..., 0] = 1
    layers[2:4, ..., 1] = 3
    image = sitk.GetImageFromArray(layers, isVector=True)
    image.CopyInformation(to_sitk(layers[..., 0], GRID))
    for number, (name, value, layer) in enumerate([("GTV", 1, 0), ("Lung", 3, 1)]):
        image.SetMetaData(f"Segment{number}_Name", name)
        image.SetMetaData(f"Segment{number}_LabelValue", str(value))
        image.SetMetaData(f"Segment{number}_Layer", str(layer))
    sitk.WriteImage(image, str(tmp_path / "roi.seg.nrrd"))
    read = read_label_file(tmp_path / "roi.seg.nrrd")
    masks = {segment.name: read.mask(segment).voxels for segment in read.segments}
    assert set(masks) == {"GTV", "Lung"}
    np.testing.assert_array_equal(masks["GTV"].any(axis=(1, 2)), [False, True, True, False, False])
    np.testing.assert_array_equal(masks["Lung"].any(axis=(1, 2)), [False, False, True, True, False])


@pytest.mark.parametrize(
    ("value", "reason"), [(0.5, "not whole numbers"), (-1.0, "negative"), (np.inf, "not whole numbers")]
)
def test_what_is_no_label_is_refused(tmp_path, value, reason):
    labels = np.zeros(GRID.shape, np.float32)
    labels[0, 0, 0] = value
    write_volume(tmp_path / "labels.nrrd", labels, GRID)
    with pytest.raises(InputError, match=reason):
        read_label_file(tmp_path / "labels.nrrd")


def test_an_image_is_no_label_file(tmp_path):
    grid = Geometry((20, 20, 20), (1, 1, 1))
    write_volume(tmp_path / "image.nrrd", np.arange(8000, dtype=np.uint16).reshape(20, 20, 20), grid)
    with pytest.raises(InputError, match="8000 different values"):
        read_label_file(tmp_path / "image.nrrd")


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The writer is cut short by a limit on file size, as a full disk would."""
    import resource
    import signal

    grid = Geometry((40, 40, 40), (1.0, 1.0, 1.0))
    noise = np.random.default_rng(0).integers(-1000, 1000, grid.shape).astype(np.int16)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(InputError, match="cannot write"):
            write_volume(tmp_path / f"a{ending}", noise, grid)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""
