"""The inference process: its answers, cancelling, failures, and its end."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from grids import make_grid

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.imaging.mask import Mask
from ctprog_gui.core.imaging.volume import Volume
from ctprog_gui.core.inference import bundle as bundle_module
from ctprog_gui.core.inference.case import Case, Outcome
from ctprog_gui.core.inference.prediction import Prediction
from ctprog_gui.core.inference.protocol import receive, send
from ctprog_gui.core.inference.saliency import Saliency
from ctprog_gui.core.inference.worker import Worker
from ctprog_gui.core.shared.errors import BundleError
from ctprog_gui.core.shared.progress import Progress

UNKNOWN = {"kvp": None, "kernel": None}
GRID = make_grid(np.eye(3), (4, 3, 5))
PATIENCE_S = 20.0


class FakePredictor:
    """Does what its bundle's name says."""

    made: ClassVar[list[str]] = []

    def __init__(self, path: str) -> None:
        self.name = path.rsplit("/", 1)[-1]
        FakePredictor.made.append(self.name)

    def predict(self, case: Case, progress: Progress, *, saliency: bool = False) -> Outcome:
        progress.report(0.5, "half way")
        match self.name:
            case "broken":
                raise ZeroDivisionError("by nothing")
            case "refusing":
                raise BundleError("weights do not fit")
            case "slow":
                give_up = time.monotonic() + PATIENCE_S
                while time.monotonic() < give_up:
                    progress.check()
                    time.sleep(0.005)
                raise AssertionError("nobody cancelled")
            case "deaf":
                # Hears no cancel: its answer comes too late to count.
                while not progress.is_cancelled:
                    time.sleep(0.005)
        warnings = () if case.roi is None else (case.roi.name, case.roi.sha256)
        return Outcome(
            Prediction(
                self.name,
                case.volume.sha256,
                repr((case.clinical, warnings)),
                risk_score=float(case.volume.voxels.mean()),
            ),
            Saliency(Volume(np.full(GRID.shape, 0.4, np.float32), GRID)) if saliency else None,
        )


class Talk:
    """A worker in a thread, and the other ends of its pipes."""

    def __init__(self) -> None:
        from_us, to_worker = os.pipe()
        from_worker, to_us = os.pipe()
        self.requests = os.fdopen(to_worker, "wb")
        self.replies = os.fdopen(from_worker, "rb")
        theirs = os.fdopen(from_us, "rb"), os.fdopen(to_us, "wb")

        def work() -> None:
            with theirs[0], theirs[1]:
                Worker(*theirs).run()

        self.thread = threading.Thread(target=work, name="worker")
        self.thread.start()

    def ask(self, message: dict[str, Any], **arrays: np.ndarray) -> None:
        send(self.requests, message, arrays)

    def case(self, number: int = 1, voxels: np.ndarray | None = None) -> None:
        voxels = np.zeros(GRID.shape, np.int16) if voxels is None else voxels
        self.ask(
            {"do": "case", "case": number, "geometry": GRID.to_json(), "acquisition": UNKNOWN}, voxels=voxels
        )

    def predict(self, *bundles: str, job: int = 1, case: int = 1, **more: Any) -> None:
        arrays = {"roi": more.pop("roi")} if "roi" in more else {}
        paths = [f"/bundles/{name}" for name in bundles]
        request = {
            "do": "predict",
            "job": job,
            "case": case,
            "bundles": paths,
            "clinical": {},
            "roi_name": None,
            "saliency": False,
            "recentre": False,
        }
        self.ask(request | more, **arrays)

    def hear(self) -> dict[str, Any]:
        reply = receive(self.replies)
        assert reply is not None
        assert reply[1] == {}
        return reply[0]

    def until(self, event: str) -> list[dict[str, Any]]:
        """The replies up to and with the first of a kind."""
        heard = [self.hear()]
        while heard[-1]["event"] != event:
            heard.append(self.hear())
        return heard

    def hear_half_way(self) -> None:
        """Wait until a prediction runs."""
        while self.hear().get("text") != "half way":
            pass

    def end(self) -> None:
        if not self.requests.closed:
            self.requests.close()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    fake = ModuleType("predictor")
    fake.Predictor = FakePredictor
    monkeypatch.setitem(sys.modules, "ctprog_gui.core.inference.predictor", fake)
    monkeypatch.setattr(bundle_module.Bundle, "open", lambda path: str(path))
    monkeypatch.setattr(FakePredictor, "made", [])
    talk = Talk()
    yield talk
    talk.end()
    talk.replies.close()


def only(replies: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [reply for reply in replies if reply["event"] == event]


def test_a_prediction_arrives_with_its_job(talk: Talk) -> None:
    voxels = np.full(GRID.shape, 40, np.int16)
    talk.case(voxels=voxels)
    talk.predict("good", job=7, clinical={"age": 71})
    replies = talk.until("done")
    assert {reply["job"] for reply in replies} == {7}
    (answer,) = only(replies, "prediction")
    prediction = Prediction.from_json(answer["prediction"])
    assert prediction.bundle == "good"
    assert prediction.risk_score == 40.0
    assert "'age': 71" in prediction.bundle_sha256
    assert replies[-1] == {"event": "done", "job": 7, "cancelled": False}


def test_the_volume_and_the_region_arrive_bit_for_bit(talk: Talk) -> None:
    random = np.random.default_rng(3)
    voxels = random.integers(-1000, 1000, GRID.shape).astype(np.int16)
    inside = random.random(GRID.shape) < 0.4
    talk.case(voxels=voxels)
    # Only the box that holds the region travels.
    box = inside[1:4, 0:3, 1:4].copy()
    inside[...] = False
    inside[1:4, 0:3, 1:4] = box
    part = {"roi_corner": (1, 0, 1), "roi_shape": box.shape}
    talk.predict("good", roi=np.packbits(box), roi_name="GTV-1", **part)
    (answer,) = only(talk.until("done"), "prediction")
    assert answer["prediction"]["system"] == Volume(voxels, GRID).sha256
    assert repr(("GTV-1", Mask(inside, GRID).sha256)) in answer["prediction"]["bundle_sha256"]


def test_all_scores_come_before_what_they_rest_on(talk: Talk) -> None:
    talk.case()
    talk.predict("good", "refusing", "better", saliency=True)
    seen = []
    maps = []
    while True:
        reply, arrays = receive(talk.replies)
        if reply["event"] in ("prediction", "saliency"):
            seen.append((reply["event"], reply["prediction"]["bundle"]))
        if reply["event"] == "saliency":
            assert Geometry.from_json(reply["geometry"]).shape == arrays["voxels"].shape
            maps.append(arrays["voxels"])
        if reply["event"] == "done":
            break
    events = ("prediction", "saliency")
    assert seen == [(event, bundle) for event in events for bundle in ("good", "better")]
    assert all((m == 255).all() and m.dtype == np.uint8 for m in maps)


def test_progress_rises_over_all_bundles(talk: Talk) -> None:
    talk.case()
    talk.predict("good", "better", "best")
    told = [reply["fraction"] for reply in only(talk.until("done"), "progress")]
    assert told == sorted(told)
    assert told[0] == 0.0
    assert 0.5 < told[-1] <= 1.0


def test_one_bundles_bug_does_not_take_the_others_along(
    talk: Talk, capfd: pytest.CaptureFixture[str]
) -> None:
    talk.case()
    talk.predict("broken", "refusing", "good")
    replies = talk.until("done")
    assert [(r["bundle"], r["reason"]) for r in only(replies, "failed")] == [
        ("broken", "internal error (ZeroDivisionError: by nothing)"),
        ("refusing", "weights do not fit"),
    ]
    assert [r["prediction"]["bundle"] for r in only(replies, "prediction")] == ["good"]
    assert replies[-1]["cancelled"] is False
    # The bug keeps its traceback; what a person can cause has none.
    assert capfd.readouterr().err.count("Traceback") == 1


def test_a_cancel_is_heard_while_a_prediction_runs(talk: Talk) -> None:
    talk.case()
    talk.predict("slow", "good", job=1)
    talk.hear_half_way()
    talk.ask({"do": "cancel", "job": 1})
    assert talk.until("done") == [{"event": "done", "job": 1, "cancelled": True}]
    talk.predict("good", job=2)
    assert len(only(talk.until("done"), "prediction")) == 1


def test_a_cancelled_jobs_late_answer_is_not_sent(talk: Talk) -> None:
    talk.case()
    talk.predict("deaf", job=1)
    talk.hear_half_way()
    talk.ask({"do": "cancel", "job": 1})
    assert talk.until("done") == [{"event": "done", "job": 1, "cancelled": True}]


def test_a_job_cancelled_before_its_turn_does_not_begin(talk: Talk) -> None:
    talk.case()
    talk.predict("slow", job=1)
    talk.hear_half_way()
    talk.predict("good", job=2)
    talk.ask({"do": "cancel", "job": 2})
    talk.ask({"do": "cancel", "job": 1})
    talk.until("done")
    assert talk.until("done") == [{"event": "done", "job": 2, "cancelled": True}]
    assert FakePredictor.made == ["slow"]


def test_a_cancel_of_another_job_stops_nothing(talk: Talk) -> None:
    talk.case()
    talk.ask({"do": "cancel", "job": 99})
    talk.predict("good", job=1)
    assert talk.until("done")[-1]["cancelled"] is False


def test_a_bundle_is_loaded_once(talk: Talk) -> None:
    talk.case()
    for job in (1, 2, 3):
        talk.predict("good", "better", job=job)
        talk.until("done")
    assert FakePredictor.made == ["good", "better"]


def test_a_bundle_that_cannot_be_opened_is_tried_again_the_next_time(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> str:
        raise BundleError("checksum")

    talk.case()
    with monkeypatch.context() as patch:
        patch.setattr(bundle_module.Bundle, "open", refuse)
        talk.predict("good")
        assert [r["reason"] for r in only(talk.until("done"), "failed")] == ["checksum"]
    talk.predict("good", job=2)
    assert len(only(talk.until("done"), "prediction")) == 1


def test_a_question_about_another_case_fails_and_the_worker_lives(talk: Talk) -> None:
    talk.case(2)
    talk.predict("good", "better", job=1, case=1)
    replies = talk.until("done")
    assert [(r["bundle"], r["reason"]) for r in only(replies, "failed")] == [
        ("good", "the case is no longer open"),
        ("better", "the case is no longer open"),
    ]
    talk.predict("good", job=2, case=2)
    assert len(only(talk.until("done"), "prediction")) == 1


def test_it_ends_when_asked_to(talk: Talk) -> None:
    talk.ask({"do": "quit"})
    talk.thread.join(PATIENCE_S)
    assert not talk.thread.is_alive()


def test_it_ends_with_its_input_even_while_it_predicts(talk: Talk) -> None:
    talk.case()
    talk.predict("slow")
    talk.hear_half_way()
    talk.requests.close()
    talk.thread.join(PATIENCE_S)
    assert not talk.thread.is_alive()


def test_an_end_inside_a_message_is_an_end(talk: Talk) -> None:
    whole = io.BytesIO()
    send(
        whole,
        {"do": "case", "case": 1, "geometry": GRID.to_json(), "acquisition": UNKNOWN},
        {"voxels": np.zeros(GRID.shape)},
    )
    talk.requests.write(whole.getvalue()[:-10])
    talk.requests.close()
    talk.thread.join(PATIENCE_S)
    assert not talk.thread.is_alive()


def test_what_the_grid_says_survives_the_journey() -> None:
    for axes in (np.eye(3), np.diag([1.0, -1.0, -1.0])):
        grid = make_grid(axes, (4, 3, 5), (0.9765625, 0.9765625, 3.0), (-249.51171875, -460.51, -681.5))
        assert Geometry.from_json(grid.to_json()) == grid


@pytest.fixture
def process(tmp_path: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "ctprog_gui.core.inference.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CTPROG_HOME": str(tmp_path)},
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def test_the_real_process_answers_and_ends_with_its_input(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    send(process.stdin, {"do": "bundles"})
    reply = receive(process.stdout)
    assert reply is not None
    assert reply[0]["event"] == "bundles"
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 0
    # Nothing but messages on stdout, whatever a library prints.
    assert process.stdout.read() == b""
