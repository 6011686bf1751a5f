"""Regions of interest in one label map."""

from __future__ import annotations

import numpy as np
import pytest
from grids import make_grid
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.roi.journal import Record
from ctprog_gui.core.roi.layers import Overlap
from ctprog_gui.core.roi.measures import measure
from ctprog_gui.core.shared.errors import GeometryError, InputError
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.segment import MAX_SEGMENTS

GRID = make_grid(np.eye(3), (4, 3, 5))


@pytest.fixture
def roi() -> RoiState:
    state = RoiState()
    state.show(GRID)
    return state


def box(low: int, high: int, name: str = "ROI", grid: Geometry = GRID) -> Mask:
    """The slices low…high - 1, whole."""
    voxels = np.zeros(grid.shape, bool)
    voxels[low:high] = True
    return Mask(voxels, grid, name)


def heard(roi: RoiState) -> list[str]:
    told: list[str] = []
    roi.changed.connect(lambda part: told.append(f"voxels {part}"))
    roi.segments_changed.connect(lambda: told.append("segments"))
    return told


def test_there_is_no_label_map_before_the_first_region(roi: RoiState) -> None:
    assert roi.labels is None
    assert roi.active is None
    assert roi.segments == ()


def test_a_region_becomes_the_active_segment(roi: RoiState) -> None:
    segment = roi.add(box(1, 3, "GTV-1"))
    assert roi.active == segment
    assert (segment.name, segment.visible) == ("GTV-1", True)
    assert roi.labels is not None
    assert roi.labels.dtype == np.uint8
    assert np.array_equal(roi.labels > 0, box(1, 3).voxels)
    assert set(np.unique(roi.labels)) == {0, segment.label}


def test_regions_have_labels_and_colours_of_their_own(roi: RoiState) -> None:
    made = [roi.add(box(n, n + 1)) for n in range(5)]
    assert len({segment.label for segment in made}) == 5
    assert 0 not in {segment.label for segment in made}
    assert len({segment.colour for segment in made}) == 5


masks = arrays(np.bool_, GRID.shape)


def test_what_happens_where_segments_meet_is_kept_with_the_case() -> None:
    roi = RoiState()
    records: list[Record] = []
    roi.recorded.connect(records.append)
    roi.show(GRID)
    roi.add_empty("a")
    roi.overlap = Overlap.NEVER
    again = RoiState()
    again.show(GRID)
    again.restore(records)
    assert again.overlap is Overlap.NEVER
    # A journal from before it was kept tells none, and another case's does not stay.
    for record in records:
        del record.facts["overlap"]
    again.show(GRID)
    again.restore(records)
    assert again.overlap is Overlap.OVERWRITE


@given(st.lists(masks, min_size=1, max_size=4))
def test_where_regions_overlap_the_later_one_wins(drawn: list[np.ndarray]) -> None:
    roi = RoiState()
    roi.show(GRID)
    labels = [roi.add(Mask(voxels, GRID, str(n))).label for n, voxels in enumerate(drawn)]
    expected = np.zeros(GRID.shape, int)
    for label, voxels in zip(labels, drawn, strict=True):
        expected[voxels] = label
    assert np.array_equal(roi.labels, expected)
    for label in labels:
        assert np.array_equal(roi.mask_of(label).voxels, expected == label)


@given(masks)
def test_a_region_comes_back_as_it_went(voxels: np.ndarray) -> None:
    roi = RoiState()
    roi.show(GRID)
    mask = Mask(voxels, GRID, "GTV-1")
    back = roi.mask_of(roi.add(mask).label)
    assert (back.sha256, back.name) == (mask.sha256, "GTV-1")


def test_a_mask_handed_out_does_not_change_with_the_label_map(roi: RoiState) -> None:
    first = roi.add(box(0, 4))
    taken = roi.mask_of(first.label)
    roi.add(box(2, 5))
    assert np.array_equal(taken.voxels, box(0, 4).voxels)


def test_the_change_names_the_part_that_is_new(roi: RoiState) -> None:
    told = heard(roi)
    roi.add(box(1, 3))
    assert told == ["segments", f"voxels {box(1, 3).bounding_box}"]


def test_an_empty_region_is_a_segment_without_voxels(roi: RoiState) -> None:
    segment = roi.add(box(0, 0, "drawn by nobody"))
    assert roi.mask_of(segment.label).is_empty
    assert roi.active == segment


def test_a_region_of_another_grid_is_refused(roi: RoiState) -> None:
    other = make_grid(np.eye(3), (4, 3, 5), origin_mm=(0.0, 0.0, 0.0))
    with pytest.raises(GeometryError, match="ROI GTV-1 lies on another grid"):
        roi.add(box(1, 3, "GTV-1", other))
    assert roi.segments == ()
    assert roi.labels is None


def test_without_a_study_there_is_nothing_to_add_to() -> None:
    with pytest.raises(InputError, match="open a CT"):
        RoiState().add(box(1, 3))
    with pytest.raises(InputError, match="no ROI"):
        RoiState().mask_of(1)


def test_the_label_map_has_room_for_255_segments(roi: RoiState) -> None:
    for number in range(MAX_SEGMENTS):
        roi.add(box(0, 1, str(number)))
    with pytest.raises(InputError, match="at most 255"):
        roi.add(box(0, 1))
    assert len(roi.segments) == MAX_SEGMENTS


def test_removing_takes_voxels_and_segment_and_no_other(roi: RoiState) -> None:
    first, second, third = (roi.add(box(n, n + 1, str(n))) for n in range(3))
    told = heard(roi)
    roi.remove(second.label)
    assert roi.segments == (first, third)
    assert np.array_equal(roi.labels > 0, box(0, 1).voxels | box(2, 3).voxels)
    assert set(told) == {"segments", "voxels (slice(1, 2, None), slice(0, 3, None), slice(0, 4, None))"}
    # The label is free again.
    assert roi.add(box(4, 5)).label == second.label


def test_removing_the_active_segment_leaves_another_active(roi: RoiState) -> None:
    first, second = roi.add(box(0, 1)), roi.add(box(1, 2))
    roi.remove(second.label)
    assert roi.active == first
    roi.remove(first.label)
    assert roi.active is None
    assert not roi.labels.any()


def test_removing_an_inactive_segment_keeps_the_active_one(roi: RoiState) -> None:
    first, second = roi.add(box(0, 1)), roi.add(box(1, 2))
    roi.remove(first.label)
    assert roi.active == second


def test_activating_is_announced_once(roi: RoiState) -> None:
    first, _ = roi.add(box(0, 1)), roi.add(box(1, 2))
    told = heard(roi)
    roi.activate(first.label)
    roi.activate(first.label)
    roi.activate(200)
    assert roi.active == first
    assert told == ["segments"]


def test_name_visibility_and_opacity(roi: RoiState) -> None:
    label = roi.add(box(0, 1)).label
    told = heard(roi)
    roi.rename(label, "GTV-2")
    roi.set_visible(label, False)
    roi.set_opacity(label, 0.5)
    changed = roi.segments[0]
    assert (changed.name, changed.visible, changed.opacity) == ("GTV-2", False, 0.5)
    assert roi.active == changed
    assert told == ["segments"] * 3
    # The same again is no change, and no voxel was touched.
    roi.set_visible(label, False)
    roi.set_opacity(label, 0.5)
    assert told == ["segments"] * 3
    assert roi.mask_of(label).name == "GTV-2"


@pytest.mark.parametrize(("asked", "given"), [(-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (7.0, 1.0)])
def test_opacity_is_a_fraction(roi: RoiState, asked: float, given: float) -> None:
    label = roi.add(box(0, 1)).label
    roi.set_opacity(label, asked)
    assert roi.segments[0].opacity == given


def test_another_study_begins_empty(roi: RoiState) -> None:
    roi.add(box(0, 1))
    told = heard(roi)
    roi.show(make_grid(np.eye(3), (2, 2, 2)))
    assert roi.segments == ()
    assert roi.labels is None
    assert roi.active is None
    assert set(told) == {"segments", "voxels None"}


@pytest.mark.parametrize("change", ["another study", "another region", "removed", "another active"])
def test_measures_do_not_outlive_the_region_they_were_taken_of(roi: RoiState, change: str) -> None:
    first, second = roi.add(box(0, 2)), roi.add(box(2, 4))
    taken = measure(roi.mask_of(second.label), Volume(np.zeros(GRID.shape, np.int16), GRID))
    told: list[object] = []
    roi.measures = taken
    roi.measures_changed.connect(lambda: told.append(roi.measures))
    match change:
        case "another study":
            roi.show(GRID)
        case "another region":
            roi.add(box(1, 3))
        case "removed":
            roi.remove(second.label)
        case "another active":
            roi.activate(first.label)
    assert roi.measures is None
    assert told == [None]


def test_a_look_does_not_change_the_measures(roi: RoiState) -> None:
    label = roi.add(box(0, 2)).label
    roi.measures = taken = measure(roi.mask_of(label), Volume(np.zeros(GRID.shape, np.int16), GRID))
    roi.set_visible(label, False)
    roi.set_opacity(label, 0.1)
    assert roi.measures is taken
