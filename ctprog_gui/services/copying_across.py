"""A segment from one of two series to the other, through patient space."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.opening import Opening
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.comparison import Comparison
from ctprog_gui.state.core_words import phrase
from ctprog_gui.state.language import tr
from ctprog_gui.state.session import Session

LANE = "copying across"


@dataclass(frozen=True)
class Arrival:
    """A segment on the other series' grid; `difference` in words where that is another grid than it was
    drawn on, and the share of its voxels that lies outside of it."""

    mask: Mask
    difference: str
    outside: float


class CopyingAcross(QObject):
    """Puts the active segment of the series in hand on the other one, as one step of its history.

    On the same grid, in a frame of reference that both share, it is the same voxels. Otherwise what is
    about to be lost or assumed is asked first: nothing is resampled in silence.
    """

    asked = Signal(str, object)  # a question, and what to call after a yes
    told = Signal(str)

    def __init__(
        self, comparison: Comparison, opening: Opening, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._comparison = comparison
        self._opening = opening
        self._tasks = tasks

    def copy(self) -> None:
        comparison = self._comparison
        source = comparison.main.at_hand
        target = comparison.other if source is comparison.main else comparison.main
        study, goal, active = source.study, target.study, source.roi.active
        if not comparison.beside or study is None or goal is None or not target.drawable:
            return
        if active is None or source.roi.extent(active.label) is None:
            self.told.emit(tr("There is no segment to copy."))
            return
        corner, part = source.roi.part_of(active.label)
        # Where the segment lies in the other series' coordinates.
        grid = study.volume.geometry
        x, y, z = np.asarray(grid.origin_mm) + comparison.place_in(target)
        moved = replace(grid, origin_mm=(float(x), float(y), float(z)))

        def work(_: Progress) -> Arrival:
            from ctprog_gui.core.imaging.resampling import resample_mask

            wanted = goal.volume.geometry
            drawn = Mask.of_part(corner, part, moved, active.name)
            drawn = replace(drawn, status=active.status, colour=active.colour)
            difference = moved.difference_from(wanted)
            if difference is None:
                return Arrival(replace(drawn, geometry=wanted), "", 0.0)
            at = wanted.patient_to_index(drawn.centres_mm())
            inside = ((at >= -0.5) & (at < np.asarray(wanted.size) - 0.5)).all(axis=1)
            return Arrival(resample_mask(drawn, wanted), difference, 1.0 - float(inside.mean()))

        def done(arrival: Arrival) -> None:
            if source.study is not study or target.study is not goal:
                return

            def take() -> None:
                if target.study is goal:
                    comparison.take(target)
                    self._opening.add([_told_apart(arrival.mask, source is comparison.main, target)], target)

            if arrival.mask.is_empty:
                outside = tr("{name} lies outside series {series}: nothing is copied.")
                self.told.emit(outside.format(name=active.name, series=comparison.name_of(target)))
            elif arrival.difference or not comparison.shares_frame:
                self.asked.emit(self._question(arrival, comparison.name_of(target)), take)
            else:
                take()

        self._tasks.start(LANE, tr("Copying {name}").format(name=active.name), work, done)

    def _question(self, arrival: Arrival, series: str) -> str:
        lines = [tr("Copy {name} to series {series}?").format(name=arrival.mask.name, series=series)]
        if arrival.difference:
            resampled = tr(
                "It is resampled to that series' grid by nearest neighbour ({why}): its outline and volume "
                "will differ a little."
            )
            lines.append(resampled.format(why=phrase(arrival.difference)))
        if arrival.outside > 0:
            left_out = tr("{percent} % of it lies outside that series and is left out.")
            lines.append(left_out.format(percent=f"{100 * arrival.outside:.2g}"))
        if self._comparison.linked_by_hand:
            lines.append(tr("It goes to the place that you linked by hand."))
        elif not self._comparison.shares_frame:
            lines.append(
                tr(
                    "The series share no frame of reference: their middles are laid upon each other, so it "
                    "may well lie beside the tumour."
                )
            )
        return "\n\n".join(lines)


def _told_apart(mask: Mask, from_first: bool, target: Session) -> Mask:
    """The mask with a name and a colour that no segment of the other series has yet."""
    there = target.roi.segments
    if mask.name in {segment.name for segment in there}:
        name = tr("{name} of series {number}").format(name=mask.name, number=1 if from_first else 2)
        mask = replace(mask, name=name)
    # Without one of its own it gets the next of the palette.
    return replace(mask, colour=None) if mask.colour in {segment.colour for segment in there} else mask
