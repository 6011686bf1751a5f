"""The reviewer's part of a reading session: both readers' regions, their figures, and settling them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMetaObject, QObject, Signal

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.core.roi.agreement import Agreement
from ctprog_gui.core.roi.disagreement import Disagreement, disagreement
from ctprog_gui.core.roi.edit import union
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.reading_room import ReadingRoom
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.language import tr
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.session import Session

if TYPE_CHECKING:
    from ctprog_gui.core.reading_sessions.folder import SessionFolder

COMPARING, FETCHING = "comparing readers", "fetching readers"

Pair = tuple[Mask, Mask]


class Reviewing(QObject):
    """Compares the session's first two readers on all cases that both have finished."""

    told = Signal(str, bool)  # a notice, and whether it is trouble

    def __init__(
        self, session: Session, tasks: TaskRunner, room: ReadingRoom, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._room = room
        self._rests: QMetaObject.Connection | None = None
        self._person: tuple[SessionFolder | None, str] = (None, "")
        room.begun.connect(self._on_begun)
        room.on_screen.connect(self._on_screen)
        self._listening = Listening(
            (session.review.changed, self._arrange),
            (session.study_changed, self._on_study_change),
            (session.reading.changed, self._on_person_change),
        )
        self._rests = tasks.idle.connect(self._on_rest)

    def close(self) -> None:
        self._listening.end()
        # A window may be closed twice.
        if self._rests:
            self._tasks.idle.disconnect(self._rests)
            self._rests = None

    def settle(self, how: str) -> None:
        """Make the segment on the screen what the two are settled as, one of `disagreement.SETTLED`."""
        session, found = self._session, self._session.review.disagreement
        wanted = session.reading.session
        segment = next((s for s in session.roi.segments if wanted and s.name == wanted.segment), None)
        if found is None or segment is None:
            return
        if segment.locked:
            self.told.emit(tr("{name} is locked: unlock it first.").format(name=segment.name), True)
            return
        # Where the segment reaches out of the readers' box, it is taken back there.
        box = union(session.roi.extent(segment.label), found.box)
        assert box is not None
        shape = np.zeros(tuple(part.stop - part.start for part in box), dtype=bool)
        inner = tuple(slice(p.start - b.start, p.stop - b.start) for p, b in zip(found.box, box, strict=True))
        shape[inner] = found.settled(how)
        session.roi.reshape(tr("Settle"), segment.label, box, shape)
        a, b = session.review.readers
        self._room.note_taken({"A": a, "B": b}.get(how, how))

    def report(self, out: Path) -> None:
        """Write the agreement of all that is finished into a folder."""
        folder = self._session.reading.folder
        if folder is None:
            return

        def work(progress: Progress) -> None:
            from ctprog_gui.core.reading_sessions.report import report

            report(folder, out, progress)

        def done(_: None) -> None:
            self.told.emit(tr("Saved {path}").format(path=out), False)

        self._tasks.start("writing", tr("Comparing the readers"), work, done)

    def go_to_worst(self) -> None:
        """Move the crosshair onto the axial slice with most voxels that only one reader marked."""
        study, found = self._session.study, self._session.review.disagreement
        if study is None or found is None:
            return
        axis = 2 - study.planes[Plane.AXIAL].axis
        number = found.worst_slice(axis)
        here = np.moveaxis(found.classes, axis, 0)[number - found.box[axis].start]
        differ = (here == 1) | (here == 2)
        middle = np.argwhere(differ if differ.any() else here > 0).mean(axis=0)
        others = [one for one in range(3) if one != axis]
        index = np.zeros(3)
        index[axis] = number
        for one, value in zip(others, middle, strict=True):
            index[one] = value + found.box[one].start
        self._session.viewports.move_crosshair(study.volume.geometry.index_to_patient(index[::-1]))

    def _on_begun(self) -> None:
        """Compare all that both have finished, then open the case of greatest disagreement."""
        reading = self._session.reading
        folder = reading.folder
        if not reading.reviews or folder is None:
            self._room.go_on()
            return
        names = [reader.name for reader in folder.session.readers]
        if len(names) < 2:
            self.told.emit(tr("There is one reader only: nothing is to be settled."), True)
            return
        self.compare((names[0], names[1]))

    def compare(self, readers: tuple[str, str]) -> None:
        """Compare two readers on all cases, and open or show anew what is to be settled between them."""
        session, review = self._session, self._session.review
        reading = session.reading
        folder, person = reading.folder, (reading.folder, reading.name)
        if folder is None or not reading.reviews:
            return
        first, second = readers
        # What is being fetched is of the two from before.
        self._tasks.cancel(FETCHING)
        review.begin(readers)

        def work(progress: Progress) -> dict[int, Agreement]:
            from ctprog_gui.core.reading_sessions.report import readings_of
            from ctprog_gui.core.roi.readings import compare_readings

            readings = [one for one in readings_of(folder, (first, second)) if one.repeat == 1]
            drawn = [one.case for one in readings]
            both = [one for one in readings if drawn.count(one.case) == 2]
            numbers = {case.id: number for number, case in enumerate(folder.session.cases)}
            compared = compare_readings(both, folder.session.segment, progress) if both else []
            # Names come in alphabetical order; the first reader is A whatever he is called.
            return {numbers[one.case]: _turned(one.figures, one.first != first) for one in compared}

        def done(found: dict[int, Agreement]) -> None:
            if (reading.folder, reading.name) != person or review.readers != readers:
                return
            review.figures = found
            if session.reading.current is not None:
                self._fetch()
            elif found:
                self._room.go_on()
            else:
                self.told.emit(tr("No case has been finished by both readers yet."), False)

        self._tasks.start(COMPARING, tr("Comparing the readers"), work, done)
        review.comparing = True

    def _on_person_change(self) -> None:
        """Nothing of two readers reaches whoever sits here next, or a case that is no reading."""
        person = self._session.reading.folder, self._session.reading.name
        if person != self._person:
            self._person = person
            self._tasks.cancel(COMPARING)
            self._tasks.cancel(FETCHING)
            self._session.review.begin(("", ""))

    def _on_rest(self, _lane: str) -> None:
        self._session.review.comparing = self._tasks.busy(COMPARING)

    def _arrange(self) -> None:
        reading, review = self._session.reading, self._session.review
        if reading.reviews and reading.progress is not None:
            count = len(reading.progress.results)
            reading.arrange(review.ranked(count), frozenset(range(count)) - review.figures.keys())

    def _on_study_change(self) -> None:
        self._session.review.show(None, None)

    def _on_screen(self) -> None:
        if self._session.reading.reviews:
            for segment in self._session.roi.segments:
                # An outline alone: the map lies where the fill would be.
                self._session.roi.set_opacity(segment.label, 0.0)
            self._fetch()

    def _fetch(self) -> None:
        """Fetch both readers' regions of the case on the screen."""
        session, reading = self._session, self._session.reading
        folder, current, study = reading.folder, reading.current, session.study
        if folder is None or current is None or study is None or not reading.reviews:
            return
        names, geometry = session.review.readers, study.volume.geometry

        def work(_: Progress) -> tuple[Pair | None, Disagreement | None]:
            from ctprog_gui.core.reading_sessions.keeping import read_kept

            masks = []
            for name in names:
                for result in folder.progress(name).results:
                    if (result.case, result.repeat) == (current.case, 1) and result.drawn:
                        mask = read_kept(folder, name, result, geometry)
                        if mask is not None:
                            masks.append(mask)
            if len(masks) < 2:
                return None, None
            return (masks[0], masks[1]), disagreement(masks[0], masks[1])

        def done(found: tuple[Pair | None, Disagreement | None]) -> None:
            if session.study is study and reading.reviews and session.review.readers == names:
                session.review.show(*found)
                self.go_to_worst()

        self._tasks.start(FETCHING, tr("Reading both drawings"), work, done)


def _turned(figures: Agreement, other_way: bool) -> Agreement:
    if not other_way:
        return figures
    return Agreement(
        figures.dice,
        figures.hd95_mm,
        figures.surface_dice_1mm,
        figures.volume_b_mm3,
        figures.volume_a_mm3,
    )
