"""When the models are asked, about which ROI, and when their answers have become another ROI's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ctprog_gui.core.dicom.series import Anomaly
from ctprog_gui.services.asking_again import AskingAgain
from ctprog_gui.services.following import Following
from ctprog_gui.services.inference_process import InferenceProcess
from ctprog_gui.state.language import tr
from ctprog_gui.state.live_risk import question_key
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study

# From a change of the ROI to the look whether it is again as it was scored; the brush comes first.
SAME_AGAIN_MS = 120


class Scoring(QObject):
    """Asks all usable bundles when the person wants it, and the shown ones again when something changed.

    Parameters
    ----------
    accept
        Asks the person whether to predict on a series with these anomalies.
    """

    told = Signal(str, bool)  # a line for the person, and whether it is trouble

    def __init__(
        self,
        session: Session,
        inference: InferenceProcess,
        accept: Callable[[tuple[Anomaly, ...]], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inference = inference
        self._accept = accept
        self._awaiting_bundles: Study | None = None
        self._labels: set[int] = set()
        self.following = Following(session, inference, self._follow_roi, self._trace, self)
        self._same_again = QTimer(self)
        self._same_again.setSingleShot(True)
        self._same_again.setInterval(SAME_AGAIN_MS)
        self._same_again.timeout.connect(self._on_same_again)
        self._asking_again = AskingAgain(session, inference, self._ask_again, self)
        session.roi.changed.connect(self._on_roi_change)
        session.roi.segments_changed.connect(self._on_segments_change)
        session.prognosis.bundles_changed.connect(self._on_bundles_change)
        inference.finished.connect(self._on_finished)

    def close(self) -> None:
        self._same_again.stop()
        self.following.close()
        self._asking_again.close()
        self._session.roi.changed.disconnect(self._on_roi_change)
        self._session.roi.segments_changed.disconnect(self._on_segments_change)
        self._session.prognosis.bundles_changed.disconnect(self._on_bundles_change)

    def predict(self, *, recentre: bool = False) -> None:
        """Ask all usable bundles about the case that is open; see `InferenceProcess.predict`."""
        study = self._session.study
        if study is None:
            return
        prognosis = self._session.prognosis
        if not prognosis.bundles_known:
            # They are still being verified: predict as soon as they are known, if this case is still open.
            self._awaiting_bundles = study
            self._inference.list_bundles()
            self.told.emit(tr("Looking for bundles…"), False)
            return
        bundles = [entry.path for entry in prognosis.bundles if entry.error is None]
        if not bundles:
            told = tr("There is no usable bundle.") if prognosis.bundles else tr("No bundle is installed.")
            self.told.emit(told, True)
            return
        if study.refusals and not self._accept(study.refusals):
            return
        if self._session.study is study:
            self.told.emit("", False)
            self._ask(study, bundles, recentre=recentre)

    def cancel(self) -> None:
        self._awaiting_bundles = None
        self._inference.cancel()

    def _ask(self, study: Study, bundles: list[str], **how: bool) -> None:
        active = self._session.roi.active
        self._inference.predict(study, active, bundles, self._session.clinical.values, **how)

    def _ask_again(self) -> None:
        """Renew the answers that a clinical value has a part in."""
        prognosis, study = self._session.prognosis, self._session.study
        shown = {prediction.bundle for prediction in prognosis.predictions}
        entries = [entry for entry in prognosis.bundles if entry.name in shown]
        # Scores of another ROI than the one shown would stand beside the new ones.
        bundles = [entry.path for entry in entries if entry.clinical or prognosis.outdated]
        if study is not None and bundles:
            self._ask(study, bundles)

    def _follow_roi(self, saliency: bool) -> None:
        """Renew the scores that are shown, for the ROI as it is now."""
        prognosis, study = self._session.prognosis, self._session.study
        assert study is not None
        scored = {prediction.bundle for prediction in prognosis.predictions}
        bundles = [entry.path for entry in prognosis.bundles if entry.name in scored]
        self._ask(study, bundles, saliency=saliency, following=True)

    def _trace(self) -> None:
        """Ask the selected bundle alone where its answer came from: the others' are as they were."""
        prognosis, study = self._session.prognosis, self._session.study
        selected = prognosis.selected
        assert study is not None
        assert selected is not None
        bundles = [entry.path for entry in prognosis.bundles if entry.name == selected.bundle]
        self._ask(study, bundles, saliency=True, following=True)

    def _on_bundles_change(self) -> None:
        awaited, self._awaiting_bundles = self._awaiting_bundles, None
        if awaited is not None and awaited is self._session.study:
            self.predict()

    def _on_segments_change(self) -> None:
        """Another segment was chosen: the scores shown are not its."""
        active = self._session.roi.active
        prognosis = self._session.prognosis
        labels = {s.label for s in self._session.roi.segments}
        for gone in self._labels - labels:
            prognosis.lose_segment(gone)
        self._labels = labels
        if not prognosis.stands_for(active.label if active else None):
            prognosis.mark_outdated()
        self._same_again.start()

    def _on_roi_change(self, _box: object) -> None:
        # A score that follows is renewed within the blink of an eye: no mark that comes and goes.
        if not self.following.active:
            self._session.prognosis.mark_outdated()
        self._same_again.start()

    def _on_same_again(self) -> None:
        """An undo, or the segment that was chosen before: the scores shown are the ROI's once more."""
        session = self._session
        prognosis, active = session.prognosis, session.roi.active
        if not prognosis.outdated or prognosis.running or session.study is None or active is None:
            return
        if session.roi.stroking:
            self._same_again.start()
            return
        key = question_key(session.roi.part_of(active.label), session.clinical.values)
        clinical = {entry.name: bool(entry.clinical) for entry in prognosis.bundles}
        for prediction in prognosis.predictions:
            name = prediction.bundle
            same = session.live_risk.answers_to(prediction, key, clinical=clinical.get(name, True))
            if same and prognosis.is_of(name, active.label):
                prognosis.mark_current(name)
        self.following.look_closer()

    def _on_finished(self, cancelled: bool) -> None:
        if cancelled and not self.following.behind:
            self.told.emit(tr("Cancelled."), False)
            if self._session.prognosis.follow_roi:
                self._session.prognosis.mark_outdated()
        self._same_again.start()
