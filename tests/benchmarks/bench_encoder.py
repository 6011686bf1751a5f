"""The paper's encoder on the CPU: OpenVINO against PyTorch's plain batch, and Grad-CAM against OpenVINO.

EfficientNet-B0 on 72 slices of 224², random weights with batch norms settled on the slices, one soft
attention head. Ours is the look that the inference process takes, chunk by chunk; the peer is one
fp32 batch in PyTorch, with the same number of threads. Grad-CAM starts from the maps that the look
left behind; its peer is that look, in the same runtime.
Run as ``python tests/benchmarks/bench_encoder.py``; prints a list of JSON objects.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from typing import Any

import numpy as np
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.compiled import compile_encoder
from ctprog_gui.core.inference.device import be_deterministic
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel
from ctprog_gui.core.networks.norms import settle_norms
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.slices import NetworkSlices

SLICES, SIDE, ROUNDS = 72, 224, 3


def timed(act: Any) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def run() -> list[dict[str, Any]]:
    be_deterministic()
    torch.manual_seed(0)
    pixels = np.random.default_rng(0).random((SLICES, SIDE, SIDE), dtype=np.float32)
    spec = SliceAttentionSpec(
        EncoderSpec(name="efficientnet_b0", channels=3, pooling="average"),
        hidden=100,
        shared_layers=5,
        cause_layers=5,
        bins=24,
    )
    encoder = build_encoder(spec.encoder)
    batch = torch.from_numpy(pixels).unsqueeze(1)
    settle_norms(encoder, batch[:8])
    with tempfile.TemporaryDirectory() as home:
        os.environ["CTPROG_HOME"] = home
        compiled = compile_encoder(encoder.eval(), (SIDE, SIDE), "benchmark")
    model = SliceAttentionModel(encoder, [build_head(spec)], torch.device("cpu"), compiled)
    grid = Geometry((SIDE, SIDE, SLICES), (1.5, 1.5, 3.0))
    slices = NetworkSlices(pixels, grid, np.eye(SLICES), lungs_found=True)
    features, maps = model.look(pixels)

    @torch.inference_mode()
    def plain() -> None:
        encoder(batch)

    plain()
    ours, peer, cam = [], [], []
    for _ in range(ROUNDS):
        peer.append(timed(plain))
        ours.append(timed(lambda: model.look(pixels)))
        cam.append(timed(lambda: saliency_of(model, slices, features, kept=maps)))
    look_s, plain_s, cam_s = map(statistics.median, (ours, peer, cam))
    what = f"EfficientNet-B0 on {SLICES} slices of {SIDE}²"
    return [
        _row(f"{what}, OpenVINO against PyTorch's fp32 batch", look_s, plain_s, 0.1),
        _row(f"{what}: Grad-CAM, against OpenVINO's forward pass", cam_s, look_s, 3.0),
    ]


def _row(name: str, ours_s: float, peer_s: float, goal: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours_s": round(ours_s, 4),
        "peer_s": round(peer_s, 4),
        "ratio": round(ours_s / peer_s, 3),
        "goal": goal,
    }


if __name__ == "__main__":
    print(json.dumps(run()))
    sys.exit(0)
