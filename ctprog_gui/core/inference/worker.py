"""The inference process: ``python -m ctprog_gui.core.inference.worker``.

Holds torch and the bundles away from the window: it can be killed at any moment and a new one
started. One thread reads requests so that a cancel is heard while a prediction runs; the main
thread does one job after another. It ends when its input closes, so it never outlives the window.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ctprog_gui.core.imaging.acquisition import Acquisition
from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.reduction import reduced_geometry
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference.protocol import receive, send
from ctprog_gui.core.shared.errors import Cancelled, CtprogError
from ctprog_gui.core.shared.progress import Progress

Request = tuple[dict[str, Any], dict[str, NDArray[Any]]]


class Worker:
    """Answers the requests of `protocol`, from one stream to another."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._todo: queue.Queue[Request | None] = queue.Queue()
        self._cancelled: set[int] = set()
        self._running: tuple[int, threading.Event] | None = None
        self._lock = threading.Lock()
        self._case: tuple[int, Volume] | None = None
        self._acquisition = Acquisition()
        self._predictors: dict[str, Any] = {}

    def run(self) -> None:
        """Serve until the requests end."""
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        while (request := self._todo.get()) is not None:
            message, arrays = request
            match message["do"]:
                case "bundles":
                    self._list_bundles()
                case "case":
                    geometry = Geometry.from_json(message["geometry"])
                    self._case = message["case"], Volume(arrays["voxels"], geometry)
                    self._acquisition = Acquisition.from_json(message["acquisition"])
                case "predict" | "check":
                    self._answer(message, arrays)

    def _listen(self) -> None:
        try:
            while (request := receive(self._requests)) is not None:
                if request[0]["do"] == "quit":
                    break
                if request[0]["do"] == "cancel":
                    self._cancel(request[0]["job"])
                else:
                    self._todo.put(request)
        except EOFError:
            # The window ended while it wrote: an end like another.
            pass
        finally:
            # The window is gone: a running prediction has nobody to answer to.
            self._cancel(None)
            self._todo.put(None)

    def _cancel(self, job: int | None) -> None:
        with self._lock:
            if job is not None:
                self._cancelled.add(job)
            if self._running is not None and job in (None, self._running[0]):
                self._running[1].set()

    def _list_bundles(self) -> None:
        from ctprog_gui.core.inference.bundle import list_bundles

        send(self._replies, {"event": "bundles", "bundles": list_bundles(verify=True)})

    def _answer(self, message: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        job = message["job"]
        stop = threading.Event()
        with self._lock:
            self._running = job, stop
            if job in self._cancelled:
                stop.set()
        try:
            volume = self._volume(message["case"])
            roi = _mask(arrays["roi"], volume.geometry, message) if "roi" in arrays else None
            if message["do"] == "check":
                self._check(message, volume, roi, stop)
                return
            paths = message["bundles"]
            # All scores first: what they rest on takes longer and can wait.
            turns = len(paths) * (2 if message["saliency"] else 1)
            scored = [
                path
                for at, path in enumerate(paths)
                if self._predict_one(message, path, volume, roi, stop, (at, turns), saliency=False)
            ]
            if message["saliency"]:
                for at, path in enumerate(scored, start=len(paths)):
                    self._predict_one(message, path, volume, roi, stop, (at, turns), saliency=True)
        except Cancelled:
            pass
        except CtprogError as error:
            # Of the case itself, so it goes for every bundle.
            for path in message["bundles"]:
                self._failed(job, path, str(error))
        finally:
            with self._lock:
                self._running = None
                self._cancelled.discard(job)
            send(self._replies, {"event": "done", "job": job, "cancelled": stop.is_set()})

    def _predict_one(
        self,
        message: dict[str, Any],
        path: str,
        volume: Volume,
        roi: Mask | None,
        stop: threading.Event,
        place: tuple[int, int],
        *,
        saliency: bool,
    ) -> bool:
        """Ask one bundle and send its answer; returns whether it had one."""
        from ctprog_gui.core.inference.case import Case

        job = message["job"]

        def tell(fraction: float, text: str) -> None:
            send(self._replies, {"event": "progress", "job": job, "fraction": fraction, "text": text})

        at, count = place
        progress = Progress(tell, cancelled=stop, span=(at / count, (at + 1) / count))
        try:
            progress.report(0.0, f"Loading {Path(path).name}")
            # Placed anew once, with the score; its saliency is of the same place.
            recentre = message["recentre"] and not saliency
            case = Case(
                volume,
                roi,
                message["clinical"],
                recentre=recentre,
                acquisition=self._acquisition,
                endpoint=message.get("endpoint"),
            )
            outcome = self._predictor(path).predict(case, progress, saliency=saliency)
            progress.check()
        except Cancelled:
            raise
        except CtprogError as error:
            self._failed(job, path, str(error))
        except Exception as error:  # A bug in one bundle's path must not take the others with it.
            traceback.print_exc()
            self._failed(job, path, f"internal error ({type(error).__name__}: {error})")
        else:
            prediction = outcome.prediction
            if roi is not None:
                # Which ROI a score is of goes wherever the score goes.
                prediction = replace(prediction, roi_name=roi.name, roi_sha256=roi.sha256)
            reply = {"job": job, "prediction": prediction.to_json()}
            if not saliency:
                send(self._replies, {"event": "prediction", **reply})
            elif outcome.saliency is not None:
                # The views need no finer grid, and the window no larger array.
                shown = outcome.saliency.on(reduced_geometry(volume.geometry))
                voxels = np.rint(255 * shown.voxels).astype(np.uint8)
                reply["geometry"] = shown.geometry.to_json()
                send(self._replies, {"event": "saliency", **reply}, {"voxels": voxels})
            return bool(outcome.prediction.answers)
        return False

    def _check(
        self, message: dict[str, Any], volume: Volume, roi: Mask | None, stop: threading.Event
    ) -> None:
        """Check the score of the one bundle that is named."""
        from ctprog_gui.core.inference.case import Case

        job, (path,) = message["job"], message["bundles"]

        def tell(fraction: float, text: str) -> None:
            send(self._replies, {"event": "progress", "job": job, "fraction": fraction, "text": text})

        progress = Progress(tell, cancelled=stop)
        try:
            case = Case(volume, roi, message["clinical"], acquisition=self._acquisition)
            sanity, pictures = self._predictor(path).check(case, progress)
            progress.check()
        except Cancelled:
            raise
        except CtprogError as error:
            self._failed(job, path, str(error))
        except Exception as error:  # As for a prediction: a bug here must not end the process.
            traceback.print_exc()
            self._failed(job, path, f"internal error ({type(error).__name__}: {error})")
        else:
            send(self._replies, {"event": "check", "job": job, "sanity": sanity.to_json()}, vars(pictures))

    def _failed(self, job: int, path: str, reason: str) -> None:
        name = Path(path).name
        send(self._replies, {"event": "failed", "job": job, "bundle": name, "reason": reason})

    def _predictor(self, path: str) -> Any:
        """One predictor a bundle, kept: its networks are loaded and its features of the case cached."""
        if path not in self._predictors:
            from ctprog_gui.core.inference.bundle import Bundle
            from ctprog_gui.core.inference.predictor import Predictor

            self._predictors[path] = Predictor(Bundle.open(Path(path)))
        return self._predictors[path]

    def _volume(self, case: int) -> Volume:
        if self._case is None or self._case[0] != case:
            raise CtprogError("the case is no longer open")
        return self._case[1]


def _mask(bits: NDArray[Any], geometry: Geometry, message: dict[str, Any]) -> Mask:
    """The ROI from the bits of the box that holds it."""
    shape = message["roi_shape"]
    part = np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).view(bool)
    z, y, x = message["roi_corner"]
    return Mask.of_part((z, y, x), part, geometry, message["roi_name"])


def main() -> None:
    # Ctrl-C in a terminal reaches the whole group; the window decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Replies own the real stdout; whatever a library prints goes to stderr instead.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin.buffer, replies).run()


if __name__ == "__main__":
    main()
