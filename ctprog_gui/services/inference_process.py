"""The inference process as the window sees it: start, ask, cancel, restart."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal, Slot

from ctprog_gui.core.cohort.clinical import ClinicalInput
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.protocol import receive, send
from ctprog_gui.core.inference.sanity import Pictures, Sanity
from ctprog_gui.state.core_words import trouble
from ctprog_gui.state.language import tr
from ctprog_gui.state.live_risk import question_key
from ctprog_gui.state.prognosis import BundleEntry
from ctprog_gui.state.segment import Segment
from ctprog_gui.state.session import Session
from ctprog_gui.state.study import Study

WORKER = (sys.executable, "-m", "ctprog_gui.core.inference.worker")
# Deaths in a row, without one answered job between, after which it is not started again by itself.
MAX_RESTARTS = 3

# A region to be scored beside the ROI: what it is called here, its box's corner (z, y, x), its voxels.
Variant = tuple[int | str, tuple[int, int, int], NDArray[np.bool_]]
Answer = Callable[[int | str, Prediction], None]


class _Child(QObject):
    """One life of the process. Reading and writing happen in threads of their own."""

    replied = Signal(object, object, object)  # itself, message, arrays
    died = Signal(object, int)  # itself, exit status

    def __init__(self) -> None:
        super().__init__()
        self.process = subprocess.Popen(list(WORKER), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.case: int | None = None
        self._outbox: list[tuple[dict[str, Any], dict[str, NDArray[Any]]] | None] = []
        self._filled = threading.Condition()
        self._threads = [
            threading.Thread(target=self._read, name="inference-replies"),
            threading.Thread(target=self._write, name="inference-requests"),
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, message: dict[str, Any], arrays: dict[str, NDArray[Any]] | None = None) -> None:
        with self._filled:
            self._outbox.append((message, arrays or {}))
            self._filled.notify()

    def end(self, *, kill: bool = False) -> None:
        """Close its input, which ends it; wait a moment, then kill. Joins the threads."""
        with self._filled:
            self._outbox[:] = [None]
            self._filled.notify()
        if kill:
            self.process.kill()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        with stream:
            try:
                while (reply := receive(stream)) is not None:
                    self.replied.emit(self, *reply)
            except (EOFError, OSError, ValueError):
                pass
        status = self.process.wait()
        with self._filled:
            self._outbox.append(None)
            self._filled.notify()
        self.died.emit(self, status)

    def _write(self) -> None:
        stream = self.process.stdin
        assert stream is not None
        try:
            with stream:
                while True:
                    with self._filled:
                        self._filled.wait_for(lambda: self._outbox)
                        entry = self._outbox.pop(0)
                    if entry is None:
                        break
                    send(stream, *entry)
        except OSError:
            # The process is gone; `_read` tells.
            pass


class InferenceProcess(QObject):
    """Asks the inference process and puts its answers into the prognosis state.

    If the process dies, the running job fails with a notice and a new process is started for the
    next one. Answers to a cancelled or older job never reach the state.
    """

    progressed = Signal(float, str)
    finished = Signal(bool)  # cancelled?
    failed = Signal(str)
    checked = Signal(object, object)  # Sanity, Pictures

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._child: _Child | None = None
        self._job = 0
        self._running: int | None = None
        self._asked_about: Study | None = None
        self._case = 0
        self._deaths = 0
        self._quiet = False
        self._probes: dict[int, tuple[int | str, Answer]] = {}
        self._shape = ""
        self._clinical: dict[str, Any] = {}
        session.study_changed.connect(self._on_study_change)

    @property
    def pid(self) -> int | None:
        """Process id while it lives."""
        return self._child.process.pid if self._child else None

    def list_bundles(self) -> None:
        """Ask which bundles there are; the answer arrives in the state."""
        self._alive().ask({"do": "bundles"})

    def predict(
        self,
        study: Study,
        segment: Segment | None,
        bundles: list[str],
        clinical: dict[str, Any],
        *,
        saliency: bool = True,
        recentre: bool = False,
        following: bool = False,
    ) -> None:
        """Start predicting with a segment as the ROI; replaces a running job.

        `recentre` places crops anew on the ROI instead of where they stood at the first score.
        `following` renews scores while the ROI is corrected: too quick for a progress bar.

        Scores arrive first, each bundle's saliency afterwards where it is asked for.
        """
        asked = {"do": "predict", "bundles": bundles, "clinical": clinical, "saliency": saliency}
        self._ask(study, segment, asked | {"recentre": recentre}, following=following)

    def check(self, study: Study, segment: Segment | None, bundle: str, clinical: dict[str, Any]) -> None:
        """Check one bundle's score; `checked` tells what was found. Replaces a running job."""
        self._ask(study, segment, {"do": "check", "bundles": [bundle], "clinical": clinical}, following=False)

    def _ask(self, study: Study, segment: Segment | None, asked: dict[str, Any], *, following: bool) -> None:
        self.cancel()
        self.drop_probes()
        if study is not self._session.study:
            # Another case was opened while the person was asked something about this one.
            return
        child = self._alive()
        if self._asked_about is not study:
            self._asked_about = study
            self._case += 1
        case = self._case
        if child.case != case:
            volume = study.volume
            head = {"do": "case", "case": case, "geometry": volume.geometry.to_json()}
            head["acquisition"] = study.info.acquisition.to_json()
            child.ask(head, {"voxels": volume.voxels})
            child.case = case
        self._job += 1
        self._running = self._job
        request: dict[str, Any] = {**asked, "job": self._job, "case": case, "roi_name": None}
        # While the ROI is corrected, what is looked at stays the same endpoint, chosen or not.
        prognosis = self._session.prognosis
        request["endpoint"] = prognosis.endpoint if following else prognosis.chosen_endpoint
        arrays = {}
        if segment is not None:
            corner, inside = self._session.roi.part_of(segment.label)
            request |= {"roi_name": segment.name, "roi_corner": corner, "roi_shape": inside.shape}
            arrays["roi"] = np.packbits(inside)
            self._shape = question_key((corner, inside), asked["clinical"])
        child.ask(request, arrays)
        if not following and asked["do"] == "predict":
            # Asked anew, perhaps placed anew: scores of before are of another way of asking.
            self._session.live_risk.forget()
            self._session.last_edit.forget()
        label = segment.label if segment is not None else None
        if asked["do"] == "predict":
            self._session.last_edit.ask(label)
        self._quiet, self._clinical = following, asked["clinical"]
        self._session.prognosis.begin_run(label, following=following)
        if not following:
            self.progressed.emit(0.0, tr("Starting the models"))

    def probe(
        self, study: Study, name: str, variants: list[Variant], bundles: list[str], told: Answer
    ) -> None:
        """Score other regions of the asked case on the side; `told` gets each answer with its key.

        A prediction that is asked for goes first and drops them.
        """
        child = self._child
        if child is None or child.case != self._case or self._asked_about is not study:
            return
        self.drop_probes()
        for key, corner, inside in variants:
            self._job += 1
            self._probes[self._job] = key, told
            request: dict[str, Any] = {"do": "predict", "job": self._job, "case": self._case}
            request |= {"bundles": bundles, "clinical": self._clinical, "saliency": False}
            request["recentre"] = False
            request |= {"roi_name": name, "roi_corner": corner, "roi_shape": inside.shape}
            child.ask(request, {"roi": np.packbits(inside)})

    def drop_probes(self) -> None:
        """Ask nothing on the side any more, and hear no more of it."""
        for job in self._probes:
            if self._child is not None:
                self._child.ask({"do": "cancel", "job": job})
        self._probes = {}

    def cancel(self) -> None:
        """Ask the running job to stop; from here on its answers are ignored."""
        if self._running is not None:
            job, self._running = self._running, None
            if self._child is not None:
                self._child.ask({"do": "cancel", "job": job})
            self._end(cancelled=True)

    def close(self) -> None:
        """End the process with the window."""
        self._session.study_changed.disconnect(self._on_study_change)
        self.cancel()
        if self._child is not None:
            child, self._child = self._child, None
            child.replied.disconnect()
            child.died.disconnect()
            child.end(kill=True)

    def _on_study_change(self) -> None:
        # An answer about the last case must not stand beside this one.
        if self._asked_about is not self._session.study:
            self._asked_about = None
            self.cancel()

    def _alive(self) -> _Child:
        if self._child is None:
            self._child = _Child()
            queued = Qt.ConnectionType.QueuedConnection
            self._child.replied.connect(self._on_reply, queued)
            self._child.died.connect(self._on_death, queued)
        return self._child

    def _end(self, *, cancelled: bool) -> None:
        self._session.prognosis.end_run()
        self.finished.emit(cancelled)

    @Slot(object, object, object)
    def _on_reply(self, child: _Child, message: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        if child is not self._child:
            return
        if message["event"] == "bundles":
            self._session.prognosis.bundles = tuple(_entry(row) for row in message["bundles"])
            return
        if message["job"] in self._probes:
            key, told = self._probes[message["job"]]
            if message["event"] == "prediction":
                told(key, Prediction.from_json(message["prediction"]))
            elif message["event"] == "done":
                del self._probes[message["job"]]
            return
        if message["job"] != self._running:
            return
        if message["event"] == "check":
            self.checked.emit(Sanity.from_json(message["sanity"]), Pictures(**arrays))
            return
        if message["event"] == "saliency":
            prediction = Prediction.from_json(message["prediction"])
            where = Volume(arrays["voxels"], Geometry.from_json(message["geometry"]))
            self._session.prognosis.put_saliency(prediction, where)
            return
        answers: dict[str, Callable[[dict[str, Any]], None]] = {
            "progress": self._on_progress,
            "prediction": self._on_prediction,
            "failed": self._on_failed,
            "done": self._on_done,
        }
        answers[message["event"]](message)

    def _on_prediction(self, message: dict[str, Any]) -> None:
        prediction = Prediction.from_json(message["prediction"])
        self._session.live_risk.remember(self._shape, prediction)
        self._session.last_edit.answer(prediction.bundle, prediction.risk_score)
        self._session.prognosis.put(prediction)

    def _on_progress(self, message: dict[str, Any]) -> None:
        if not self._quiet:
            self.progressed.emit(message["fraction"], message["text"])

    def _on_done(self, message: dict[str, Any]) -> None:
        self._deaths = 0
        self._running = None
        self._end(cancelled=bool(message["cancelled"]))

    @Slot(object, int)
    def _on_failed(self, message: dict[str, Any]) -> None:
        # What is shown of this bundle answers an earlier question.
        self._session.prognosis.mark_outdated(message["bundle"])
        self.failed.emit(f"{message['bundle']}: {trouble(message['reason'])}")

    def _on_death(self, child: _Child, status: int) -> None:
        if child is not self._child:
            return
        self._child = None
        child.end()
        self._deaths += 1
        was_running, self._running = self._running is not None, None
        if was_running:
            self._end(cancelled=False)
            self._session.prognosis.mark_outdated()
        if self._deaths < MAX_RESTARTS:
            self._alive()
            if not self._session.prognosis.bundles_known:
                self.list_bundles()
            after = tr("it was started again, ask once more") if was_running else tr("it was started again")
        else:
            after = tr("it died several times in a row; it is started again when you ask")
            self._deaths = 0
        ended = tr("The inference process ended unexpectedly (status {status}); {after}.")
        self.failed.emit(ended.format(status=status, after=after))


def _entry(row: dict[str, Any]) -> BundleEntry:
    clinical = tuple(ClinicalInput.from_json(one) for one in row.get("clinical", ()))
    system, reads = row.get("system", ""), row.get("uses_roi", "")
    return BundleEntry(row["name"], row["path"], system, row.get("error"), clinical, reads)
