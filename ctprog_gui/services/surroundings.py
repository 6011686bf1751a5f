"""Scores the ROI with margins, and the other reader's, when the hand has come to rest."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer

from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.roi.agreement import Agreement, agreement
from ctprog_gui.core.roi.effect import Part, room_for
from ctprog_gui.core.roi.margin import Margin, margins
from ctprog_gui.core.shared.progress import Progress
from ctprog_gui.services.inference_process import InferenceProcess, Variant
from ctprog_gui.services.ring_finding import RingFinding
from ctprog_gui.services.task_runner import TaskRunner
from ctprog_gui.state.listening import Listening
from ctprog_gui.state.live_risk import MARGINS_MM
from ctprog_gui.state.session import Session

LANE, AGREEING = "margins", "agreeing"
REST_MS = 600
OTHER = "other"


class Surroundings(QObject):
    """Asks only bundles that read the ROI's shape, and only while scores follow the ROI.

    A change of the ROI drops what was found and what is still asked for.
    """

    def __init__(
        self, session: Session, inference: InferenceProcess, tasks: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._inference = inference
        self._tasks = tasks
        self.ring = RingFinding(session, tasks, self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest)
        inference.finished.connect(self._on_finished)
        self._active: int | None = None
        self._listening = Listening(
            (session.roi.changed, self._on_change),
            (session.roi.segments_changed, self._on_segments_change),
            (session.second_reader.changed, self._on_second_reader),
            (session.study_changed, self._on_study_change),
            (session.prognosis.follow_changed, self._on_follow_change),
        )

    def close(self) -> None:
        self.ring.close()
        self._rest.stop()
        self._listening.end()

    def _drop(self) -> None:
        self._rest.stop()
        self._tasks.cancel(LANE)
        self._tasks.cancel(AGREEING)
        self._inference.drop_probes()
        self._session.live_risk.drop_variants()
        self._session.second_reader.agreement = None

    def _on_change(self, _box: object) -> None:
        self._drop()
        self._rest.start()

    def _on_segments_change(self) -> None:
        active = self._session.roi.active
        if (active.label if active else None) != self._active:
            self._active = active.label if active else None
            self._on_change(None)

    def _on_second_reader(self) -> None:
        self._drop()
        self._rest.start()

    def _on_study_change(self) -> None:
        self._session.second_reader.mask = None
        self._session.live_risk.forget()

    def _on_follow_change(self) -> None:
        self._rest.start()

    def _on_finished(self, cancelled: bool) -> None:
        if not cancelled:
            self._rest.start()

    def _on_rest(self) -> None:
        session = self._session
        prognosis, active, study = session.prognosis, session.roi.active, session.study
        if active is None or study is None or session.roi.extent(active.label) is None:
            return
        second = session.second_reader
        if second.label is None:
            second.label = active.label
        # The other reader's tumour says nothing of a node.
        other = second.mask if second.label == active.label else None
        if other is not None:
            self._compare(other)
        asked = [
            entry
            for entry in prognosis.bundles
            if self._reads_shape(entry.name) and self._current(entry.name, active.label)
        ]
        if not prognosis.follow_roi or prognosis.running or not asked:
            return
        extent = session.roi.extent(active.label)
        assert extent is not None
        box = room_for(Margin(float(max(MARGINS_MM))), extent, study.volume.geometry)
        part = Part(session.roi.inside(active.label, box), study.volume.geometry.spacing_mm)
        corner = (box[0].start, box[1].start, box[2].start)
        paths = [entry.path for entry in asked]
        known = [session.live_risk.margins(entry.name) for entry in asked]
        wanted = [mm for mm in MARGINS_MM if any(mm not in one for one in known)]
        asks_other = other is not None and not other.is_empty

        def work(progress: Progress) -> list[Variant]:
            variants: list[Variant] = []
            if asks_other and other is not None and other.bounding_box is not None:
                around = other.bounding_box
                at = (around[0].start, around[1].start, around[2].start)
                variants.append((OTHER, at, other.voxels[around]))
            # The near margins first: they are what a hand could have missed by.
            near = sorted(wanted, key=abs)
            for mm, shape in zip(near, margins(part, near, progress.check), strict=True):
                if shape.any():
                    variants.append((mm, corner, shape))
            return variants

        def done(variants: list[Variant]) -> None:
            if session.study is study and not prognosis.running:
                self._inference.probe(study, active.name, variants, paths, self._on_answer)

        if wanted or asks_other:
            self._tasks.start(LANE, "", work, done)

    def _on_answer(self, key: int | str, prediction: Prediction) -> None:
        if prediction.risk_score is None:
            return
        if isinstance(key, int):
            self._session.live_risk.put_margin(prediction.bundle, key, prediction.risk_score)
        else:
            self._session.live_risk.put_other(prediction.bundle, prediction.risk_score)

    def _reads_shape(self, bundle: str) -> bool:
        prognosis = self._session.prognosis
        scored = {p.bundle for p in prognosis.predictions if p.risk_score is not None}
        return bundle in scored and prognosis.reads(bundle) == "shape"

    def _current(self, bundle: str, label: int) -> bool:
        """Whether the score shown is of the segment as it is: margins of another would say nothing of it."""
        prognosis, last = self._session.prognosis, self._session.last_edit
        shown = prognosis.is_of(bundle, label) and not prognosis.is_outdated(bundle)
        return shown and last.holds(bundle, label)

    def _compare(self, other: Mask) -> None:
        session = self._session
        active, grid = session.roi.active, session.roi.geometry
        if active is None or grid is None or session.second_reader.agreement is not None:
            return
        corner, part = session.roi.part_of(active.label)

        def work(_: Progress) -> Agreement:
            return agreement(Mask.of_part(corner, np.asarray(part), grid, active.name), other)

        def done(found: Agreement) -> None:
            session.second_reader.agreement = found

        self._tasks.start(AGREEING, "", work, done)
