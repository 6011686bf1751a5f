"""A case's segments saved and loaded again: every voxel, in every format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from grids import make_grid, orientations, study_on
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reference import image_reference, nameless_reference
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.segment_tags import Segment
from ctprog_gui.core.roi.agreement import agreement
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.roi.saving import save_segments
from ctprog_gui.core.shared.errors import InputError

RED, BLUE = (230, 60, 60), (60, 160, 230)
TWO = [Segment("Tumour", 1, 0, "done", RED), Segment("Node", 2, 0, "in progress", BLUE)]
FORMATS = (
    ("a.dcm", "seg"),
    ("a.dcm", "labelmap"),
    ("a.dcm", "rtstruct"),
    ("a.nii.gz", ""),
    ("a.nrrd", ""),
    ("a.mha", ""),
)
formats = pytest.mark.parametrize(
    ("file_name", "kind"), FORMATS, ids=["seg", "labelmap", "rtstruct", "nifti", "nrrd", "mha"]
)


def filled(grid: Geometry, seed: int) -> np.ndarray:
    """Two segments of random voxels, neither empty."""
    labels = np.random.default_rng(seed).choice([0, 0, 1, 2], grid.shape).astype(np.uint8)
    labels.flat[0], labels.flat[-1] = 1, 2
    return labels


@formats
@settings(max_examples=8, deadline=None)
@given(axes=orientations(), size=st.tuples(*[st.integers(3, 11)] * 3), seed=st.integers(0, 99))
def test_random_segments_on_random_grids_come_back(
    tmp_path_factory: pytest.TempPathFactory, file_name: str, kind: str, axes, size, seed
) -> None:
    # Oblique grids, columns that are no multiple of 8.
    grid = make_grid(axes, size)
    labels = filled(grid, seed)
    path = tmp_path_factory.mktemp("roi") / file_name
    reference = nameless_reference(grid, study_on(grid).info)
    left_out = save_segments(path, (labels,), grid, TWO, reference, kind)
    assert left_out == []
    back = read_rois(path, grid)
    assert len(back) == 2
    for label, mask in enumerate(back, start=1):
        assert np.array_equal(mask.voxels, labels == label)
        if kind in ("seg", "labelmap") or path.suffix == ".nrrd":
            assert (mask.name, mask.status) == (TWO[label - 1].name, TWO[label - 1].status)
            # DICOM keeps colours in another space, in which they are rounded.
            assert np.abs(np.subtract(mask.colour, TWO[label - 1].colour)).max() <= 1


def overlapping() -> tuple[Geometry, list[np.ndarray]]:
    grid = make_grid(np.eye(3), (6, 5, 4))
    low, high = np.zeros(grid.shape, np.uint8), np.zeros(grid.shape, np.uint8)
    low[1:3, 1:4, 1:4] = 1
    high[2:4, 2:5, 2:6] = 2
    return grid, [low, high]


@formats
def test_segments_that_overlap_come_back_whole_or_are_refused(
    tmp_path: Path, file_name: str, kind: str
) -> None:
    grid, layers = overlapping()
    segments = [TWO[0], replace(TWO[1], layer=1)]
    reference = nameless_reference(grid, study_on(grid).info)
    path = tmp_path / file_name
    if kind == "labelmap" or (kind == "" and path.suffix != ".nrrd"):
        with pytest.raises(InputError, match="Tumour and Node overlap, which"):
            save_segments(path, layers, grid, segments, reference, kind)
        assert not list(tmp_path.iterdir())
        return
    assert save_segments(path, layers, grid, segments, reference, kind) == []
    back = read_rois(path, grid)
    assert [mask.name for mask in back] == ["Tumour", "Node"]
    for mask, layer in zip(back, layers, strict=True):
        assert np.array_equal(mask.voxels, layer > 0)


def test_layers_that_share_no_voxel_are_one_label_map_in_a_file(tmp_path: Path) -> None:
    grid, (low, high) = overlapping()
    high[low > 0] = 0
    for name in ("a.nii.gz", "a.nrrd", "a.mha"):
        save_segments(tmp_path / name, (low, high), grid, [TWO[0], replace(TWO[1], layer=1)])
        back = read_rois(tmp_path / name, grid)
        assert [np.array_equal(m.voxels, a > 0) for m, a in zip(back, (low, high), strict=True)] == [True] * 2


def test_empty_segments_are_left_out_of_dicom_and_told(tmp_path: Path) -> None:
    grid = make_grid(np.eye(3))
    labels = (filled(grid, 1) == 1).astype(np.uint8)
    reference = nameless_reference(grid, study_on(grid).info)
    named = [TWO[0], Segment("Nothing", 2)]
    for kind in ("seg", "rtstruct"):
        assert save_segments(tmp_path / f"{kind}.dcm", (labels,), grid, named, reference, kind) == ["Nothing"]
        assert [mask.name for mask in read_rois(tmp_path / f"{kind}.dcm", grid)] == ["Tumour"]
    with pytest.raises(InputError, match="every segment is empty"):
        save_segments(tmp_path / "x.dcm", (labels * 0,), grid, named, reference)
    with pytest.raises(InputError, match=r"x\.txt"):
        save_segments(tmp_path / "x.txt", (labels,), grid, named, reference)
    with pytest.raises(InputError, match="has none"):
        save_segments(tmp_path / "x.dcm", (labels,), grid, named)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rtstruct.dcm", "seg.dcm"]


def test_lung1_gtv_goes_through_every_format(lung1: Path, tmp_path: Path) -> None:
    (series,) = open_path([lung1 / "ct"])
    grid = series.info.geometry
    frame = series.info.frame_of_reference_uid
    drawn = read_rois(next((lung1 / "rtstruct").iterdir()), grid, name="GTV-1", frame_of_reference_uid=frame)[
        0
    ]
    labels = drawn.voxels.astype(np.uint8)
    reference = image_reference(series)
    for file_name, kind in FORMATS:
        path = tmp_path / f"{kind}{file_name}"
        assert save_segments(path, (labels,), grid, [Segment("GTV-1", 1)], reference, kind) == []
        (back,) = read_rois(path, grid, frame_of_reference_uid=frame)
        figures = agreement(drawn, back)
        assert (figures.dice, figures.hd95_mm, figures.surface_dice_1mm) == (1.0, 0.0, 1.0)
        assert back.sha256 == drawn.sha256
        if file_name.endswith((".dcm", ".nrrd")):
            assert back.name == "GTV-1"
