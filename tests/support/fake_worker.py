"""Speaks the protocol of the inference process without models: the name of the ROI says what happens.

"slow" waits for a cancel, "die" ends the process, "fail" fails the bundle, "sized" scores thousands
of voxels, "staged" asks for the N stage, "endpoints" is answered by each bundle that is asked, with
endpoints of a slow map; anything else is answered at once with the prediction below.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from dataclasses import replace

import numpy as np

from ctprog_gui.core.inference.prediction import (
    Caution,
    GroupCurve,
    HazardRatio,
    Placement,
    Prediction,
    SliceAttention,
    SurvivalCurve,
)
from ctprog_gui.core.inference.protocol import receive, send
from ctprog_gui.core.inference.sanity import Move, Sanity

CLINICAL = [
    {"name": "age", "label": "Age", "kind": "number", "unit": "years", "low": 18, "high": 110,
     "unknown": True, "from_dicom": "age_years"},
    {"name": "n_stage", "label": "N stage", "kind": "ordered",
     "levels": [{"value": "0", "label": "N0"}, {"value": "1", "label": "N1"}]},
    {"name": "histology", "label": "Histology", "kind": "category", "unknown": True,
     "levels": [{"value": "adeno", "label": "Adenocarcinoma"}, {"value": "nos", "label": "Other"}]},
]  # fmt: skip


def prediction(slices: int, bundle: str = "fake") -> Prediction:
    """High risk; attention on slice 5 above all."""

    def group(name: str, n: int, events: int, half: float) -> GroupCurve:
        return GroupCurve(
            name, n, events, (0.0, 10.0, 24.0), (1.0, 0.8 * half, 0.5 * half), (1.0, 0.6 * half, 0.3 * half),
            (1.0, 0.95 * half, 0.7 * half), (15.0,), (0.0, 12.0, 24.0), (n, n // 2, 1),
        )  # fmt: skip

    weights = [3.0 if k == 5 else 1.0 for k in range(slices)]
    return Prediction(
        bundle=bundle,
        system="slice_attention",
        bundle_sha256="ab" * 32,
        risk_score=0.75,
        risk_group="high",
        cutoff=0.5,
        percentile=80.0,
        survival=SurvivalCurve(
            (0.0, 12.0, 24.0), (1.0, 0.6, 0.3), (1.0, 0.5, 0.2), (1.0, 0.7, 0.4), "made up"
        ),
        placement=Placement(
            20,
            11,
            {"low": group("low", 12, 4, 1.0), "high": group("high", 8, 7, 0.8)},
            0.03,
            HazardRatio(2.5, 1.1, 5.5),
            True,
        ),
        attention=tuple(SliceAttention(k, 4.0 * k, w / sum(weights)) for k, w in enumerate(weights)),
        warnings=(Caution("made_up", "numbers made up for a test"),),
        roi_name="ball",
        roi_sha256="cd" * 32,
    )


def staged(slices: int, clinical: dict) -> Prediction:
    """Can't do without the N stage, and is moved by what it is."""
    if "n_stage" not in clinical:
        told = Caution("needs_clinical", "needs to know: N stage")
        return Prediction("fake", "slice_attention", "ab" * 32, warnings=(told,))
    moved = 0.25 * int(clinical["n_stage"])
    rows = (
        {"feature": "size", "value": 0.3, "source": "image"},
        {"feature": "air", "value": -0.1, "source": "image"},
        {"feature": "age", "value": -0.05, "source": "clinical", "label": "Age: 63 years"},
        {"feature": "n_stage", "value": moved, "source": "clinical", "label": "N stage: N1"},
    )
    return replace(prediction(slices), risk_score=0.5 + moved, contributions=rows)


def endpoints(bundle: str, voxels: int, asked: str | None) -> Prediction:
    """Three endpoints moved by the ROI's size: EGFR stands out, KRAS the more so the larger it is."""
    rows = {}
    for name, log_odds in (("egfr", 1.0), ("kras", voxels / 800), ("tp53", -3.0)):
        probability = 1 / (1 + np.exp(-log_odds))
        rows[name] = {
            "label": f"{name.upper()} mutation", "probability": probability, "lower": 0.9 * probability,
            "upper": min(1.0, 1.05 * probability), "interval_kind": "made up", "prevalence": 0.5,
            "patients": 40, "positives": 20, "auc": {"value": 0.8, "lower": 0.7, "upper": 0.9},
            "percentile": 60.0, "log_odds": log_odds, "base_log_odds": 0.0, "rad_scores": {"tumour": 0.5},
        }  # fmt: skip
    moved = tuple(
        {"feature": "original_firstorder_Mean", "value": row["log_odds"], "source": "tumour",
         "endpoint": name, "measured": 12.0}
        for name, row in rows.items()
    )  # fmt: skip
    patch = {"feature": "patch", "value": -0.62, "source": "patch", "endpoint": "tp53"}
    moved += ({**patch, "endpoint": "egfr", "value": 0.3}, patch)
    traced = asked or max(rows, key=lambda name: rows[name]["log_odds"])
    return Prediction(
        bundle, "deep_radscore", "ab" * 32, contributions=moved, endpoints=rows, saliency_endpoint=traced
    )


def main() -> None:
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    slices = 0
    geometry: dict = {}
    cancelled = threading.Event()
    running: list[threading.Thread] = []
    while (request := receive(requests)) is not None:
        message, arrays = request
        match message["do"]:
            case "bundles":
                rows = [
                    {
                        "name": "fake",
                        "path": "/fake",
                        "system": "slice_attention",
                        "clinical": CLINICAL,
                        "uses_roi": "shape",
                    },
                    {"name": "broken", "path": "/broken", "error": "models/head.safetensors does not match"},
                ]
                send(replies, {"event": "bundles", "bundles": rows})
            case "case":
                slices = arrays["voxels"].shape[0]
                geometry = message["geometry"]
            case "cancel":
                cancelled.set()
            case "check":
                _check(message, replies)
            case "predict":
                cancelled.clear()
                running.append(
                    threading.Thread(
                        target=_answer, args=(message, arrays, replies, slices, geometry, cancelled)
                    )
                )
                running[-1].start()
    cancelled.set()


def _check(message: dict, replies) -> None:
    job = message["job"]
    send(replies, {"event": "progress", "job": job, "fraction": 0.4, "text": "Scoring again"})
    if message["roi_name"] != "slow":
        sanity = Sanity(
            "fake", "ab" * 32, 0.75, 0.5, "ROI", (Move("x", 1, 0.8), Move("z", -1, 0.7)), 0.08, 0.1,
            0.62, 0.58, 0.91, 5,
        )  # fmt: skip
        where = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
        pictures = {
            "image": np.zeros((8, 8), np.int16),
            "saliency": where,
            "random": where[::-1],
            "roi": where > 0.9,
        }
        send(replies, {"event": "check", "job": job, "sanity": sanity.to_json()}, pictures)
        send(replies, {"event": "done", "job": job, "cancelled": False})


def _answer(
    message: dict, arrays: dict, replies, slices: int, geometry: dict, cancelled: threading.Event
) -> None:
    job, name = message["job"], message["roi_name"]
    send(replies, {"event": "progress", "job": job, "fraction": 0.4, "text": "Encoding slice 12 of 30"})
    if name == "die":
        os._exit(3)
    if name == "fail":
        send(replies, {"event": "failed", "job": job, "bundle": "fake", "reason": "it would not"})
    elif name == "endpoints" or (name is None and "/other" in message["bundles"]):
        _answer_endpoints(message, arrays, replies, geometry, cancelled)
    elif name == "slow":
        cancelled.wait(30)
        # Late, after the cancel: must never reach the screen.
        send(replies, {"event": "prediction", "job": job, "prediction": prediction(slices).to_json()})
    else:
        answer = prediction(slices)
        if name is not None and name.startswith("sized"):
            answer = replace(answer, risk_score=int(np.unpackbits(arrays["roi"]).sum()) / 1000)
        if name == "staged":
            answer = staged(slices, message["clinical"])
        send(replies, {"event": "prediction", "job": job, "prediction": answer.to_json()})
        if not message["saliency"] or answer.risk_score is None:
            send(replies, {"event": "done", "job": job, "cancelled": cancelled.is_set()})
            return
        x, y, z = geometry["size"]
        voxels = np.zeros((z, y, x), np.uint8)
        # Hot in the middle of the volume.
        voxels[z // 3 : 2 * z // 3, y // 3 : 2 * y // 3, x // 3 : 2 * x // 3] = 255
        told = replace(answer, saliency_mass_in_roi=0.25).to_json()
        reply = {"event": "saliency", "job": job, "prediction": told, "geometry": geometry}
        send(replies, reply, {"voxels": voxels})
    send(replies, {"event": "done", "job": job, "cancelled": cancelled.is_set()})


def _answer_endpoints(
    message: dict, arrays: dict, replies, geometry: dict, cancelled: threading.Event
) -> None:
    """All scores, then all maps; the map is hot in the slices of its endpoint."""
    told = []
    voxels = int(np.unpackbits(arrays["roi"]).sum()) if "roi" in arrays else 0
    place = f"{message.get('roi_corner')} {message.get('roi_shape')}".encode()
    region = hashlib.sha256(place + bytes(arrays.get("roi", b""))).hexdigest()
    for path in message["bundles"]:
        one = endpoints(path.removeprefix("/"), voxels, message["endpoint"])
        one = replace(one, roi_sha256=region)
        if not voxels and one.bundle != "other":
            one = Prediction(
                one.bundle, one.system, one.bundle_sha256, warnings=(Caution("needs_roi", "no ROI"),)
            )
        told.append(one)
        send(replies, {"event": "prediction", "job": message["job"], "prediction": one.to_json()})
    x, y, z = geometry["size"]
    for one in told if message["saliency"] and voxels else ():
        if cancelled.wait(0.3):
            return
        hot = 4 + 3 * list(one.endpoints).index(one.saliency_endpoint)
        where = np.zeros((z, y, x), np.uint8)
        where[hot, y // 3 : 2 * y // 3, x // 3 : 2 * x // 3] = 255
        row = replace(one, saliency_mass_in_roi=0.25).to_json()
        reply = {"event": "saliency", "job": message["job"], "prediction": row, "geometry": geometry}
        send(replies, reply, {"voxels": where})


if __name__ == "__main__":
    main()
