"""Everything that the application knows, in one place, without a toolkit."""

from __future__ import annotations

from psygnal import Signal

from ctprog_gui.core.dicom.series import Series
from ctprog_gui.core.imaging.planes import Plane
from ctprog_gui.state.annotations import AnnotationState
from ctprog_gui.state.clinical import ClinicalState
from ctprog_gui.state.language import tr
from ctprog_gui.state.last_edit import LastEdit
from ctprog_gui.state.library import Library
from ctprog_gui.state.live_risk import LiveRisk
from ctprog_gui.state.prognosis import PrognosisState
from ctprog_gui.state.proposal import ProposalState
from ctprog_gui.state.reading import ReadingState
from ctprog_gui.state.refusal import why_closed
from ctprog_gui.state.review import ReviewState
from ctprog_gui.state.ring import RingState
from ctprog_gui.state.roi import RoiState
from ctprog_gui.state.second_reader import SecondReader
from ctprog_gui.state.settings import Settings
from ctprog_gui.state.sketch import SketchState
from ctprog_gui.state.stroke import ToolState
from ctprog_gui.state.study import Study
from ctprog_gui.state.tracing import TracingState
from ctprog_gui.state.training import TrainingState
from ctprog_gui.state.undoing import Undoing
from ctprog_gui.state.viewports import Viewports


class Session:
    """The open study and what belongs to it.

    `found` are the series of the last opened path, of which one at most is the study; `library` lists
    them for the browser, also while they are still being looked for. `seeded` carries the LPS point that
    was clicked with a tool that proposes, `cut_drawn` the `ViewCut` of a line around what is to be cut in
    the volume view. What is not `drawable` is looked at alone.

    Parameters
    ----------
    beside
        The session of the case that this one's series is looked at beside: one person reads both, with
        one tool in the hand and under the rules of the same reading session. All else is each one's own.
    """

    study_changed = Signal()
    found_changed = Signal()
    at_hand_changed = Signal()
    seeded = Signal(object)
    cut_drawn = Signal(object)

    def __init__(self, settings: Settings | None = None, beside: Session | None = None) -> None:
        self.settings = settings or Settings()
        self.viewports = Viewports()
        self.roi = RoiState()
        self.tools: ToolState = beside.tools if beside is not None else ToolState()
        self.proposal = ProposalState(self.roi)
        self.sketch = SketchState(self.roi, self.tools, self.proposal)
        self.tracing = TracingState(self.roi, self.tools)
        self.prognosis = PrognosisState()
        self.clinical = ClinicalState()
        self.prognosis.bundles_changed.connect(self._on_bundles_change)
        self.live_risk = LiveRisk()
        self.last_edit = LastEdit(self.roi)
        self.second_reader = SecondReader()
        self.ring = RingState()
        self.reading: ReadingState = beside.reading if beside is not None else ReadingState()
        self.review = ReviewState()
        self.training = TrainingState()
        self.annotations = AnnotationState()
        self.undoing = Undoing(self.roi, self.annotations, self.sketch, self.proposal, self.tools)
        self.drawable = True
        self._study: Study | None = None
        self._at_hand: Session = self
        self.library = Library()
        self.viewports.begin_with(self.settings)
        self.settings.changed.connect(self._on_setting)

    def _on_setting(self, key: str) -> None:
        """Settings about what is on the screen hold at once."""
        if key == "viewer.corners":
            self.viewports.annotated = self.settings[key]
        elif key == "viewer.film_fps":
            self.viewports.cine_fps = self.settings[key]

    @property
    def study(self) -> Study | None:
        return self._study

    @property
    def at_hand(self) -> Session:
        """Whose segments and measures panels show and commands mean: this one's own, or those of the
        series beside it while that was clicked last."""
        return self._at_hand

    @at_hand.setter
    def at_hand(self, value: Session) -> None:
        if value is not self._at_hand:
            # What waits for a yes was meant for the series that is left.
            self._at_hand.reject()
            self._at_hand.annotations.drop_draft()
            self._at_hand.viewports.cine = None
            self._at_hand = value
            self.at_hand_changed.emit()

    def show(self, study: Study | None) -> None:
        """Put a study on the screen; ROI, predictions and framing of the last one are dropped."""
        self._study = study
        self.prognosis.clear()
        self.last_edit.forget()
        self.sketch.show(study)
        self.tracing.show(study)
        self.clinical.show(study.info.patient if study and not study.synthetic else None)
        self.roi.show(study.volume.geometry if study else None)
        self.annotations.show(study)
        self.undoing.clear()
        self.viewports.show(study)
        self.study_changed.emit()

    def _on_bundles_change(self) -> None:
        self.clinical.ask_for(one for entry in self.prognosis.bundles for one in entry.clinical)

    @property
    def found(self) -> tuple[Series, ...]:
        return tuple(entry.series for entry in self.library.entries if entry.series is not None)

    @found.setter
    def found(self, series: tuple[Series, ...]) -> None:
        self.library.show(series)
        self.found_changed.emit()

    @property
    def pending(self) -> bool:
        """Whether something of the ROI waits to be accepted or rejected."""
        proposal = self.proposal
        # What is worked out for an effect was chosen by its figures; what a click grows is looked at first.
        awaited = proposal.awaited is not None and self.tools.effect is not None
        return self.sketch.plane is not None or proposal.current is not None or awaited

    def accept(self) -> None:
        """Make the outline or the proposal that waits part of the ROI."""
        if self.sketch.plane is not None:
            self.sketch.close()
            return
        # Segments that take part may have been hidden since it was asked for.
        waiting = self.proposal.current or self.proposal.awaited
        taking_part = [s for s in self.roi.segments if waiting is not None and s.label in waiting.labels]
        why = next(filter(None, map(why_closed, taking_part)), "")
        if why:
            self.tools.refused.emit(why)
        elif self.proposal.awaited is not None:
            if self.pending:
                self.proposal.accept_awaited()
        else:
            self.tools.effect = None
            self.proposal.commit()

    def reject(self) -> bool:
        """Drop what waits; returns whether anything did."""
        if self.sketch.drop():
            return True
        waited = self.proposal.discard() or self.tools.effect is not None
        self.tools.effect = None
        return waited

    def remove_active(self) -> None:
        """Remove the active segment, unless it is locked."""
        active = self.roi.active
        if active is not None and not self.roi.remove(active.label):
            self.tools.refused.emit(tr("{name} is locked: unlock it first.").format(name=active.name))

    def go_to_roi(self) -> None:
        """Move the crosshair to the middle of the active region, on its largest axial slice."""
        segment, study = self.roi.active, self._study
        if segment is None or study is None:
            return
        box = self.roi.extent(segment.label)
        if box is None:
            return
        inside = self.roi.inside(segment.label, box)
        z, y, x = inside.nonzero()
        if z.size == 0:
            return
        array_axis = study.planes[Plane.AXIAL].axis
        areas = inside.sum(axis=tuple(a for a in range(3) if a != 2 - array_axis))
        index = [float(x.mean()), float(y.mean()), float(z.mean())]
        index[array_axis] = float(areas.argmax())
        index = [i + part.start for i, part in zip(index, reversed(box), strict=True)]
        self.viewports.move_crosshair(study.volume.geometry.index_to_patient(index))
