"""What a frozen encoder sees in each case, computed once and kept.

A case's file is named for the encoder's weights and for the prepared case, so runs that share both
share the file, and nothing that differs in either is ever taken for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ctprog_gui.core.inference.slice_attention import encode
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.shared.progress import Progress
from training.optimisation.checkpoint import read_tensors, write_tensors
from training.preparation.images import PreparedImage


def cached_features(
    encoder: SliceEncoder,
    images: Sequence[PreparedImage],
    cache: Path,
    device: torch.device,
    progress: Progress | None = None,
) -> list[Tensor]:
    """Vectors (slice, feature) of each case's slices, read from `cache` or computed and put there."""
    progress = progress or Progress()
    folder = cache / encoder_sha256(encoder, device)
    vectors = []
    for number, image in enumerate(images):
        progress.report(number / len(images), "Computing features")
        path = folder / f"{image.key}.safetensors"
        if not path.exists():
            with torch.inference_mode():
                found = encode(encoder, image.pixels.astype(np.float32), device).cpu()
            write_tensors(path, {"features": found})
        vectors.append(read_tensors(path)["features"])
    return vectors


def encoder_sha256(encoder: SliceEncoder, device: torch.device) -> str:
    """Names an encoder's weights, what it is, and what its last bits depend on: where it computes."""
    where = [device.type, torch.get_num_threads(), torch.__version__]
    digest = hashlib.sha256(json.dumps([repr(encoder.spec), where]).encode())
    for name, value in sorted(encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:32]
