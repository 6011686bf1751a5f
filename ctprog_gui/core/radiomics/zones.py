"""Zones: the connected patches of one grey level, labelled, and kept so while voxels come and go."""

from __future__ import annotations

from copy import copy

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.radiomics.compiling import compiled

Grid = NDArray[np.int32]
Integers = NDArray[np.int64]

# The rows of a label's record.
_PARENT, _SIZE, _RANK, _MET = range(4)


class Zones:
    """The zones of a region, whose voxels are joined by `offsets` and their opposites.

    A voxel has a label, and labels of zones that met one another share a root (union and find, Tarjan
    1975). Whether a zone falls apart is seen from where voxels left it: searches begin beside them, all
    at once, and end when all but one have met another or found their end. So the cost follows the edit
    unless two large parts come apart.

    Parameters
    ----------
    grid
        Flat; a voxel's rank plus 1, and 0 outside the region; see `count_neighbours`.
    voxels
        Where the region's voxels lie in it, rising.
    """

    def __init__(self, grid: Grid, voxels: Integers, offsets: Integers) -> None:
        self._offsets = offsets
        self._labels, self._of_label = label_zones(grid, voxels, offsets)
        self._next = self._of_label.shape[1]

    def rows(self) -> Integers:
        """(k, 3): of each zone the rank of its level, its voxels, and 1."""
        there = np.flatnonzero(self._of_label[_SIZE, : self._next])
        rank, size = self._of_label[_RANK, there], self._of_label[_SIZE, there]
        return np.stack([rank - 1, size, np.ones_like(size)], axis=1)

    def change(
        self, grid: Grid, gone: Integers, fresh: Integers, ranks: Grid, seen: Grid
    ) -> tuple[Integers, Integers]:
        """The zones that are no more and those that are new, as in `rows`; the grid is changed along.

        Parameters
        ----------
        gone, fresh
            Voxels that leave the region and that join it.
        ranks
            Of those that join it, their levels' ranks plus 1.
        seen
            As large as the grid and one more; what marks a search is in its last entry and is used up.
        """
        # No more labels can be given out than voxels beside those that leave, and those that join.
        most = self._next + 2 * self._offsets.size * gone.size + fresh.size
        if most > self._of_label.shape[1]:
            spare = np.zeros((4, most + most // 2 - self._of_label.shape[1]), np.int64)
            self._of_label = np.concatenate([self._of_label, spare], axis=1)
        old, new, self._next = _change(
            grid, self._labels, self._of_label, self._next, gone, fresh, ranks, self._offsets, seen
        )
        return old, new

    def taken_to(self, here: Integers, there: Integers, size: int, offsets: Integers) -> Zones:
        """The same zones in a grid of another size, where the voxel `here[n]` is at `there[n]`."""
        other = copy(self)
        other._offsets, other._of_label = offsets, self._of_label.copy()
        other._labels = np.zeros(size, np.int32)
        other._labels[there] = self._labels[here]
        return other


@compiled
def label_zones(grid: Grid, voxels: Integers, offsets: Integers) -> tuple[Grid, Integers]:
    """Labels, from 1 on, as large as the grid; and (4, labels + 1): of each label what is known."""
    # What has no label yet has its rank below zero.
    labels = -grid
    of_label = np.zeros((4, voxels.size + 1), np.int64)
    waiting = np.empty(voxels.size, np.int64)
    last = 0
    for seed in voxels:
        if labels[seed] > 0:
            continue
        last += 1
        rank = grid[seed]
        labels[seed] = last
        waiting[0] = seed
        top, size = 1, 1
        while top:
            top -= 1
            here = waiting[top]
            for step in offsets:
                for place in (here + step, here - step):
                    if labels[place] == -rank:
                        labels[place] = last
                        waiting[top] = place
                        top += 1
                        size += 1
        of_label[_PARENT, last], of_label[_SIZE, last], of_label[_RANK, last] = last, size, rank
    return labels, of_label[:, : last + 1].copy()


@compiled
def _root(of_label: Integers, label: int) -> int:
    while of_label[_PARENT, label] != label:
        # Paths are halved on the way.
        of_label[_PARENT, label] = of_label[_PARENT, of_label[_PARENT, label]]
        label = of_label[_PARENT, label]
    return label


@compiled
def _meet(of_label: Integers, root: int, met: Integers, old: Integers, at: Integers) -> None:
    """Note a zone as it was before it is changed, once; `at` counts those met and those noted."""
    if of_label[_MET, root]:
        return
    of_label[_MET, root] = 1
    met[at[0]] = root
    at[0] += 1
    if of_label[_SIZE, root]:
        old[at[1], 0], old[at[1], 1], old[at[1], 2] = of_label[_RANK, root] - 1, of_label[_SIZE, root], 1
        at[1] += 1


@compiled
def _change(
    grid: Grid,
    labels: Grid,
    of_label: Integers,
    free: int,
    gone: Integers,
    fresh: Integers,
    ranks: Grid,
    offsets: Integers,
    seen: Grid,
) -> tuple[Integers, Integers, int]:
    around = 2 * offsets.size
    met = np.empty((gone.size + fresh.size) * (around + 1) + 1, np.int64)
    old = np.empty((met.size, 3), np.int64)
    at = np.zeros(2, np.int64)
    left = np.empty(gone.size, np.int64)
    for n in range(gone.size):
        root = _root(of_label, labels[gone[n]])
        left[n] = root
        _meet(of_label, root, met, old, at)
        of_label[_SIZE, root] -= 1
        grid[gone[n]] = 0
        labels[gone[n]] = 0
    # Beside each voxel that left, what stays of its zone.
    seeds = np.empty(gone.size * around, np.int64)
    roots = np.empty(gone.size * around, np.int64)
    seen[-1] += 1
    count = 0
    for n in range(gone.size):
        for step in offsets:
            for place in (gone[n] + step, gone[n] - step):
                if labels[place] and seen[place] != seen[-1] and _root(of_label, labels[place]) == left[n]:
                    seen[place] = seen[-1]
                    seeds[count], roots[count] = place, left[n]
                    count += 1
    order = np.argsort(roots[:count])
    start = 0
    while start < count:
        stop = start + 1
        while stop < count and roots[order[stop]] == roots[order[start]]:
            stop += 1
        if stop > start + 1:
            root = roots[order[start]]
            free = _part(grid, labels, of_label, free, root, seeds[order[start:stop]], offsets, seen, met, at)
        start = stop
    for n in range(fresh.size):
        place, rank = fresh[n], ranks[n]
        grid[place] = rank
        best = 0
        for step in offsets:
            for near in (place + step, place - step):
                if grid[near] != rank or labels[near] == 0:
                    continue
                root = _root(of_label, labels[near])
                if best == 0:
                    best = root
                    _meet(of_label, best, met, old, at)
                elif root != best:
                    _meet(of_label, root, met, old, at)
                    if of_label[_SIZE, root] > of_label[_SIZE, best]:
                        root, best = best, root
                    of_label[_PARENT, root] = best
                    of_label[_SIZE, best] += of_label[_SIZE, root]
                    of_label[_SIZE, root] = 0
        if best == 0:
            best = free
            free += 1
            of_label[_PARENT, best], of_label[_SIZE, best], of_label[_RANK, best] = best, 0, rank
            _meet(of_label, best, met, old, at)
        labels[place] = best
        of_label[_SIZE, best] += 1
    new = np.empty((at[0], 3), np.int64)
    count = 0
    for n in range(at[0]):
        of_label[_MET, met[n]] = 0
        if of_label[_SIZE, met[n]]:
            new[count, 0], new[count, 1] = of_label[_RANK, met[n]] - 1, of_label[_SIZE, met[n]]
            new[count, 2] = 1
            count += 1
    return old[: at[1]].copy(), new[:count].copy(), free


@compiled
def _part(
    grid: Grid,
    labels: Grid,
    of_label: Integers,
    free: int,
    root: int,
    seeds: Integers,
    offsets: Integers,
    seen: Grid,
    met: Integers,
    at: Integers,
) -> int:
    """Give each part that a zone has fallen into, but one, a label of its own; gives the next free one."""
    rank = of_label[_RANK, root]
    first = seen[-1] + 1
    seen[-1] += seeds.size
    # Searches that met share a root, too: how much of each is found, and how much of that still waits.
    search = np.arange(seeds.size)
    found, open_ = np.ones(seeds.size, np.int64), np.ones(seeds.size, np.int64)
    # No search finds more than there is; room for it is made as it is needed.
    queue = np.empty(4 * seeds.size + 64, np.int64)
    queue[: seeds.size] = seeds
    for n in range(seeds.size):
        seen[seeds[n]] = first + n
    head, tail, alive = 0, seeds.size, seeds.size
    while alive > 1:
        here = queue[head]
        head += 1
        mine = seen[here] - first
        while search[mine] != mine:
            search[mine] = search[search[mine]]
            mine = search[mine]
        for step in offsets:
            for place in (here + step, here - step):
                if grid[place] != rank:
                    continue
                mark = seen[place] - first
                if mark < 0:
                    seen[place] = first + mine
                    if tail == queue.size:
                        longer = np.empty(2 * tail, np.int64)
                        longer[:tail] = queue
                        queue = longer
                    queue[tail] = place
                    tail += 1
                    found[mine] += 1
                    open_[mine] += 1
                    continue
                while search[mark] != mark:
                    search[mark] = search[search[mark]]
                    mark = search[mark]
                if mark != mine:
                    search[mark] = mine
                    found[mine] += found[mark]
                    open_[mine] += open_[mark]
                    alive -= 1
        open_[mine] -= 1
        if open_[mine] == 0:
            alive -= 1
    # Parts that came to their end go; of several that all did, the one that is looked at last stays.
    given = np.zeros(seeds.size, np.int64)
    staying = -1
    for n in range(seeds.size):
        if search[n] == n and (staying < 0 or open_[n] > 0):
            staying = n
    for n in range(seeds.size):
        if search[n] == n and n != staying:
            given[n] = free
            of_label[_PARENT, free], of_label[_SIZE, free] = free, found[n]
            of_label[_RANK, free] = rank
            of_label[_SIZE, root] -= found[n]
            of_label[_MET, free] = 1
            met[at[0]] = free
            at[0] += 1
            free += 1
    for n in range(tail):
        mine = seen[queue[n]] - first
        while search[mine] != mine:
            mine = search[mine]
        if given[mine]:
            labels[queue[n]] = given[mine]
    return free
