"""Renews the scores while the ROI is corrected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.services.one_question import OneQuestion
from ctprog_gui.state.live_risk import question_key
from ctprog_gui.state.session import Session

# The stroke is drawn first; what the models say of it comes right after.
PAUSE_MS = 30
# What a score rests on takes longer, and is renewed when the hand has come to rest; sooner where it is seen.
REST_MS, SEEN_REST_MS = 1500, 250


class Following(QObject):
    """Asks anew after each change of the ROI, one question at a time, while the person wants it.

    Changes that come while a question runs are answered by one more question, about the ROI as it
    is by then. A ROI that was scored before, as after an undo, has its scores back without one.
    Nothing is asked of a case that has no score yet. `ask` is told whether what the scores rest on
    is wanted too: never with the first answer to a change, and a change that comes while it is
    computed breaks it off. `trace` asks the selected bundle alone where its answer for the endpoint
    came from that a person looks at, after each choice of another one.
    """

    def __init__(
        self,
        session: Session,
        inference: InferenceProcess,
        ask: Callable[[bool], None],
        trace: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._ask = ask
        self._trace = trace
        self._explaining = False
        # Another endpoint, or another bundle's, was chosen and not asked about yet; and which bundle.
        self._owed = False
        self._selected: str | None = None
        self._active: int | None = None
        self._question = OneQuestion(
            session, inference, self._renew, pause_ms=PAUSE_MS, settling=False, parent=self
        )
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest)
        inference.finished.connect(self._on_finished)
        session.roi.changed.connect(self._on_change)
        session.roi.segments_changed.connect(self._on_segments_change)
        session.roi.stroke_changed.connect(self._on_stroke_change)
        session.study_changed.connect(self._forget)
        session.prognosis.follow_changed.connect(self._on_follow_change)
        session.prognosis.endpoint_changed.connect(self._on_endpoint_change)
        session.prognosis.selection_changed.connect(self._on_selection_change)

    def close(self) -> None:
        self._question.close()
        self._forget()
        self._session.roi.changed.disconnect(self._on_change)
        self._session.roi.segments_changed.disconnect(self._on_segments_change)
        self._session.roi.stroke_changed.disconnect(self._on_stroke_change)
        self._session.study_changed.disconnect(self._forget)
        self._session.prognosis.follow_changed.disconnect(self._on_follow_change)
        self._session.prognosis.endpoint_changed.disconnect(self._on_endpoint_change)
        self._session.prognosis.selection_changed.disconnect(self._on_selection_change)

    @property
    def behind(self) -> bool:
        """Whether a change is still to be asked about: what ends now ends for its sake."""
        return self._question.behind

    @property
    def active(self) -> bool:
        """Whether a change of the ROI will be answered."""
        prognosis = self._session.prognosis
        return prognosis.follow_roi and bool(prognosis.predictions) and self._session.study is not None

    def _forget(self) -> None:
        self._rest.stop()
        self._owed = False

    def _on_change(self, _box: object) -> None:
        if self.active:
            self._rest.stop()
            if self._explaining:
                self._question.break_off()
            else:
                self._question.change()

    def _on_segments_change(self) -> None:
        """A segment that was scored before, and is chosen again, has its scores back.

        Of one that was not, nothing is asked before it is drawn: choosing is no edit.
        """
        chosen = self._session.roi.active
        label = chosen.label if chosen is not None else None
        if label != self._active:
            self._active = label
            self._rest.stop()
            if self.active and not self._session.prognosis.running:
                self._bring_back()

    def _on_stroke_change(self) -> None:
        if not self._session.roi.stroking:
            self._question.hasten()

    def _on_follow_change(self) -> None:
        if not self.active:
            if self._question.behind:
                # Nobody will ask about the last strokes: what is shown is of before them.
                self._session.prognosis.mark_outdated()
            self._question.forget()
        elif self._session.prognosis.outdated:
            self._on_change(None)

    def _on_endpoint_change(self) -> None:
        """Another endpoint is looked at: where in the CT its answer came from is asked for."""
        self._owed = True
        self.look_closer()

    def _on_selection_change(self) -> None:
        # A new answer to what is selected is told too.
        selected = self._session.prognosis.selected
        name = selected.bundle if selected is not None else None
        if name != self._selected:
            self._selected = name
            self._owed = True
            self.look_closer()

    def look_closer(self) -> None:
        """Ask for the map of the endpoint that is looked at, where another one's is known.

        Once for each choice; while the models answer, or the ROI is another one than was scored, not
        before that is over.
        """
        prognosis = self._session.prognosis
        waits = prognosis.running or self._question.behind or prognosis.outdated
        if not self._owed or waits or self._session.study is None or prognosis.selected is None:
            return
        self._owed = False
        if prognosis.traces_another:
            self._trace()
            self._explaining = prognosis.running

    def _on_finished(self, cancelled: bool) -> None:
        self._explaining = False
        chosen = self._session.roi.active
        label = chosen.label if chosen is not None else None
        if self.active and not self._question.behind and not self._session.prognosis.stands_for(label):
            # Another segment was chosen while this one was asked about.
            self._bring_back()
        # A person who cancelled is asked about nothing more until the next stroke.
        if cancelled and not self._question.behind:
            self._rest.stop()
            self._owed = False
        wanted = not cancelled and not self._question.behind and self.active
        self.look_closer()
        if wanted and self._session.prognosis.saliency is None:
            self._come_to_rest()

    def _renew(self) -> None:
        if self.active and not self._bring_back():
            self._ask(False)

    def _bring_back(self) -> bool:
        """The ROI is as it was before, as after an undo: so are the scores, with no question asked."""
        session = self._session
        prognosis, active = session.prognosis, session.roi.active
        if active is None:
            return False
        key = question_key(session.roi.part_of(active.label), session.clinical.values)
        known = session.live_risk.remembered(key, {p.bundle for p in prognosis.predictions})
        if known is None:
            return False
        session.last_edit.ask(active.label)
        prognosis.begin_run(active.label, following=True)
        for prediction in known:
            session.last_edit.answer(prediction.bundle, prediction.risk_score)
            prognosis.put(prediction)
        prognosis.end_run()
        self._come_to_rest()
        return True

    def _come_to_rest(self) -> None:
        self._rest.start(SEEN_REST_MS if self._session.prognosis.saliency_look.visible else REST_MS)

    def _on_rest(self) -> None:
        prognosis, active = self._session.prognosis, self._session.roi.active
        if not prognosis.stands_for(active.label if active is not None else None):
            return
        if prognosis.running:
            # Of one bundle, perhaps: the others' are still wanted.
            self._come_to_rest()
        elif self.active and prognosis.selected is not None:
            self._ask(True)
            # Asking drops what ran before, which is heard first.
            self._explaining = prognosis.running
