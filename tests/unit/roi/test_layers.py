"""Segments that may overlap: what each keeps, through strokes, undo and the journal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from grids import make_grid
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.roi.edit import Atom, merged
from ctprog_gui.core.roi.journal import Journal, Record
from ctprog_gui.core.roi.layers import Layers, Overlap, flattened
from ctprog_gui.state.roi import RoiState

GRID = make_grid(np.eye(3), (5, 4, 3))
BOX = (slice(0, 2), slice(1, 4), slice(1, 5))
whole = arrays(np.bool_, GRID.shape)
part = arrays(np.bool_, (2, 3, 4))
# Which segment is painted, with what policy, painted or erased, which are locked, and where.
strokes = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from(list(Overlap)), st.booleans(), st.sets(st.integers(1, 3)), part
    ),
    min_size=1,
    max_size=8,
)


def three(masks: list[np.ndarray]) -> RoiState:
    roi = RoiState()
    roi.show(GRID)
    for name, voxels in zip("abc", masks, strict=True):
        roi.add(Mask(voxels, GRID, name), Overlap.ALLOW)
    return roi


def shapes(roi: RoiState) -> list[np.ndarray]:
    return [roi.mask_of(segment.label).voxels for segment in roi.segments]


def packed(roi: RoiState) -> bytes:
    return b"".join(np.packbits(shape).tobytes() for shape in shapes(roi))


def stroke(
    roi: RoiState, label: int, policy: Overlap, erase: bool, locked: set[int], where: np.ndarray
) -> None:
    roi.overlap = policy
    for other in (1, 2, 3):
        roi.set_locked(other, other in locked)
    roi.activate(label)
    roi.begin_stroke("Paint")
    # Two dabs: the second one may find the segment in another layer than the first.
    for half in (slice(0, 1), slice(1, 2)):
        dab = np.zeros_like(where)
        dab[half] = where[half]
        roi.paint(BOX, dab, erase=erase)
    roi.finish_stroke()


@settings(deadline=None, max_examples=150)
@given(st.lists(whole, min_size=3, max_size=3), strokes)
def test_painting_with_overlap_is_what_three_separate_masks_would_do(masks, done) -> None:
    roi = three(masks)
    expected = [mask.copy() for mask in masks]
    kept = [packed(roi)]
    for label, policy, erase, locked, where in done:
        before = len(roi.history)
        stroke(roi, label, policy, erase, locked, where)
        others = [n for n in (1, 2, 3) if n != label]
        if label not in locked:
            free = where.copy()
            for n in others:
                if not erase and (policy is Overlap.NEVER or (policy is Overlap.OVERWRITE and n in locked)):
                    free &= ~expected[n - 1][BOX]
            if erase:
                expected[label - 1][BOX] &= ~where
            else:
                expected[label - 1][BOX] |= free
                for n in others:
                    if policy is Overlap.OVERWRITE:
                        expected[n - 1][BOX] &= ~free
        for shown, wanted in zip(shapes(roi), expected, strict=True):
            assert np.array_equal(shown, wanted)
        if len(roi.history) > before:
            kept.append(packed(roi))
    # A label lies in one layer, and within its extent.
    for segment in roi.segments:
        for number, layer in enumerate(roi.layers):
            if number != segment.layer:
                assert not (layer == segment.label).any()
        outside = expected[segment.label - 1].copy()
        if roi.extent(segment.label) is not None:
            outside[roi.extent(segment.label)] = False
        assert not outside.any()
    # Back to the beginning and forth again, exactly.
    for wanted in kept[-2::-1]:
        roi.undo()
        assert packed(roi) == wanted
    for wanted in kept[1:]:
        roi.redo()
        assert packed(roi) == wanted


@settings(deadline=None, max_examples=25)
@given(st.lists(whole, min_size=3, max_size=3), strokes)
def test_layers_come_back_from_the_journal(tmp_path_factory: pytest.TempPathFactory, masks, done) -> None:
    path = tmp_path_factory.mktemp("journal") / "case.journal"
    journal = Journal(path, "case", GRID)
    roi = RoiState()
    roi.recorded.connect(journal.append)
    roi.show(GRID)
    for name, voxels in zip("abc", masks, strict=True):
        roi.add(Mask(voxels, GRID, name), Overlap.ALLOW)
    for one in done:
        stroke(roi, *one)
    roi.undo()
    roi.recorded.disconnect(journal.append)
    journal.close()
    again = RoiState()
    again.show(GRID)
    read = Journal(path, "case", GRID)
    again.restore(read.records)
    read.close()
    assert again.segments == roi.segments
    assert packed(again) == packed(roi)
    for both in (roi, again):
        while both.history.undo_name:
            both.undo()
    assert [layer.any() for layer in again.layers] == [False] * len(again.layers)


def test_one_layer_holds_all_until_two_want_one_voxel() -> None:
    left, right = np.zeros(GRID.shape, bool), np.zeros(GRID.shape, bool)
    left[:, :, :3] = right[:, :, 3:] = True
    roi = three([left, right, left & ~left])
    assert [s.layer for s in roi.segments] == [0, 0, 0]
    assert len(roi.layers) == 1
    roi.overlap = Overlap.ALLOW
    stroke(roi, 3, Overlap.ALLOW, False, set(), np.ones((2, 3, 4), bool))
    assert [s.layer for s in roi.segments] == [0, 0, 1]
    assert len(roi.layers) == 2
    roi.undo()
    assert [s.layer for s in roi.segments] == [0, 0, 0]


def test_a_journal_of_before_there_were_layers_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.journal"
    roi = RoiState()
    journal = Journal(path, "case", GRID)

    def as_it_was(record: Record) -> None:
        facts = json.loads(json.dumps(record.facts))
        for segment in facts["segments"]:
            del segment["layer"], segment["status"]
        journal.append(Record(record.kind, facts, record.atoms))

    roi.recorded.connect(as_it_was)
    roi.show(GRID)
    roi.add(Mask(np.ones(GRID.shape, bool), GRID, "a"))
    journal.close()
    assert b'"layer"' not in path.read_bytes()
    again = RoiState()
    again.show(GRID)
    read = Journal(path, "case", GRID)
    again.restore(read.records)
    read.close()
    assert again.segments == roi.segments
    assert again.mask_of(1).count == np.prod(GRID.shape)


def test_atoms_of_a_stroke_that_changed_layers_merge_within_them() -> None:
    layers = Layers(GRID.shape)
    _ = layers[1]
    atoms: list[Atom] = []
    for number in (0, 1, 0, 1):
        where = np.zeros((2, 3, 4), bool)
        where[:, :, len(atoms)] = True
        made, _ = layers.put(BOX, where, 5, number, None, Overlap.ALLOW)
        atoms += made
    one = merged(atoms)
    assert [atom.layer for atom in one] == [0, 1]
    full = [array.copy() for array in layers.arrays]
    layers.revert(one)
    assert not any(array.any() for array in layers.arrays)
    layers.apply(one)
    assert all(np.array_equal(a, b) for a, b in zip(full, layers.arrays, strict=True))


@given(st.lists(arrays(np.uint8, (2, 2, 2), elements=st.integers(0, 3)), min_size=1, max_size=3))
def test_layers_are_one_label_map_where_no_voxel_is_shared(arrays_) -> None:
    flat = flattened(arrays_)
    shared = (np.sum([array != 0 for array in arrays_], axis=0) > 1).any()
    assert (flat is None) == shared
    if flat is not None:
        assert np.array_equal(flat, np.sum(arrays_, axis=0))
