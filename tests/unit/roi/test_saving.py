"""A case's segments saved and loaded again: every voxel, in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from grids import make_grid, orientations, study_on
from hypothesis import given, settings
from hypothesis import strategies as st

from ctprog_gui.core.dicom.open_path import open_path
from ctprog_gui.core.dicom.reference import image_reference, nameless_reference
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.roi.agreement import agreement
from ctprog_gui.core.roi.reading import read_rois
from ctprog_gui.core.roi.saving import save_label_map
from ctprog_gui.core.shared.errors import InputError

RED, BLUE = (230, 60, 60), (60, 160, 230)
FORMATS = (("a.dcm", "seg"), ("a.dcm", "rtstruct"), ("a.nii.gz", ""), ("a.nrrd", ""), ("a.mha", ""))
formats = pytest.mark.parametrize(
    ("file_name", "kind"), FORMATS, ids=["seg", "rtstruct", "nifti", "nrrd", "mha"]
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
    left_out = save_label_map(path, labels, grid, {1: ("Tumour", RED), 2: ("Node", BLUE)}, reference, kind)
    assert left_out == []
    back = read_rois(path, grid)
    assert len(back) == 2
    for label, mask in enumerate(back, start=1):
        assert np.array_equal(mask.voxels, labels == label)


def test_empty_segments_are_left_out_of_dicom_and_told(tmp_path: Path) -> None:
    grid = make_grid(np.eye(3))
    labels = (filled(grid, 1) == 1).astype(np.uint8)
    reference = nameless_reference(grid, study_on(grid).info)
    named = {1: ("Tumour", RED), 2: ("Nothing", BLUE)}
    for kind in ("seg", "rtstruct"):
        assert save_label_map(tmp_path / f"{kind}.dcm", labels, grid, named, reference, kind) == ["Nothing"]
        assert [mask.name for mask in read_rois(tmp_path / f"{kind}.dcm", grid)] == ["Tumour"]
    with pytest.raises(InputError, match="every segment is empty"):
        save_label_map(tmp_path / "x.dcm", labels * 0, grid, named, reference)
    with pytest.raises(InputError, match=r"x\.txt"):
        save_label_map(tmp_path / "x.txt", labels, grid, named, reference)
    with pytest.raises(InputError, match="has none"):
        save_label_map(tmp_path / "x.dcm", labels, grid, named)
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
        assert save_label_map(path, labels, grid, {1: ("GTV-1", RED)}, reference, kind) == []
        (back,) = read_rois(path, grid, frame_of_reference_uid=frame)
        figures = agreement(drawn, back)
        assert (figures.dice, figures.hd95_mm, figures.surface_dice_1mm) == (1.0, 0.0, 1.0)
        assert back.sha256 == drawn.sha256
        if file_name.endswith((".dcm", ".nrrd")):
            assert back.name == "GTV-1"
