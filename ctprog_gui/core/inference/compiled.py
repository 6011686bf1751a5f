"""An encoder compiled for this machine's processor, and kept for the next start.

OpenVINO runs EfficientNet-B0 on 72 slices of 224² several times as fast as PyTorch does; see
docs/decisions/0006-openvino.md for what was measured. Small networks stay with PyTorch: nothing is
gained there that a person would notice. Imported by the inference process alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.shared.errors import InputError
from ctprog_gui.core.shared.places import user_cache
from ctprog_gui.core.shared.writing import replacing

if TYPE_CHECKING:
    import openvino

# An encoder of fewer weights is PyTorch's.
LEAST_WEIGHTS = 2_000_000
# Raised when the same encoder is to be compiled in another way.
_EDITION = 1
# Compiled encoders that are kept, some 10 MB each; the one used longest ago goes first.
_KEPT = 8
_DIGEST = hashlib.sha256().digest_size


class _WithMaps(nn.Module):
    """The vectors of slices, and the maps that saliency is traced to where they can be had."""

    def __init__(self, encoder: SliceEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, slices: Tensor) -> tuple[Tensor, ...]:
        features, maps = self.encoder.with_maps(slices)
        return (features,) if maps is None else (features, maps)


class CompiledEncoder:
    """Slices (n, row, column) to vectors and maps; every slice is computed by one thread.

    So a slice's bits hang neither on its neighbours nor on the number of threads.
    """

    def __init__(self, compiled: openvino.CompiledModel, threads: int) -> None:
        from openvino import AsyncInferQueue

        self._queue = AsyncInferQueue(compiled, threads)
        self._shapes = [tuple(output.shape)[1:] for output in compiled.outputs]

    def __call__(self, slices: NDArray[np.float32]) -> tuple[Tensor, Tensor | None]:
        """As `SliceEncoder.with_maps`."""
        found = [np.empty((len(slices), *shape), np.float32) for shape in self._shapes]

        def keep(request: Any, number: int) -> None:
            for output, into in enumerate(found):
                into[number] = request.get_output_tensor(output).data[0]

        self._queue.set_callback(keep)
        for number, one in enumerate(slices):
            self._queue.start_async({0: np.ascontiguousarray(one[None, None])}, number)
        self._queue.wait_all()
        features, *maps = (torch.from_numpy(one) for one in found)
        return features, maps[0] if maps else None


def silent_openvino() -> ModuleType:
    """OpenVINO, imported so that it tells nobody.

    Its import alone sends an event to its makers, by the package `openvino_telemetry` that pip installs with
    it. Where that package can't be imported OpenVINO has a stand-in of its own that sends nothing.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None is how an import is barred
    import openvino

    silent: ModuleType = openvino
    return silent


def compile_encoder(
    encoder: SliceEncoder, slice_size: Sequence[int], weights_sha256: str
) -> CompiledEncoder | None:
    """The encoder for slices of (rows, columns); None where PyTorch is to run it.

    What was compiled before is read from the user's cache, where it lies under the hash of the
    weights, the runtime and the processor. A damaged file is made anew; a cache that can't be
    written is done without.
    """
    if encoder.takes_volume or sum(p.numel() for p in encoder.parameters()) < LEAST_WEIGHTS:
        return None
    openvino = silent_openvino()
    core = openvino.Core()
    able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    threads = torch.get_num_threads()
    options = {
        # In bf16 it would be half as fast again, but a risk moved by 0.07 of the cohort's SD.
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
        # Pinned, two processes would share the first cores and leave the others idle.
        "ENABLE_CPU_PINNING": False,
    }
    processor = [core.get_property("CPU", "FULL_DEVICE_NAME"), sorted(able)]
    key = [_EDITION, weights_sha256, list(slice_size), openvino.__version__, processor, options]
    name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]
    path = user_cache() / "compiled" / f"{name}.openvino"
    blob = _read(path)
    if blob is not None:
        try:
            return CompiledEncoder(core.import_model(blob, "CPU", options), threads)
        except RuntimeError:
            # Whole, but of another build of the runtime: made anew below.
            pass
    stream = io.BytesIO()
    core.compile_model(_converted(encoder, slice_size), "CPU", options).export_model(stream)
    blob = stream.getvalue()
    _keep(path, blob)
    # Imported even now, so that the first start runs what every later one does.
    return CompiledEncoder(core.import_model(blob, "CPU", options), threads)


def _converted(encoder: SliceEncoder, slice_size: Sequence[int]) -> openvino.Model:
    """The network as OpenVINO's own graph, for one slice at a time.

    By the frontend itself: `openvino.convert_model` does the same and reports its use over the network.
    """
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    rows, columns = slice_size
    example = torch.zeros(1, 1, rows, columns)
    network = _WithMaps(encoder).eval()
    with torch.no_grad(), warnings.catch_warnings():
        # The frontend's other way, torch.export, warns of more and is as deprecated within.
        warnings.filterwarnings("ignore", ".*torch.jit.* is deprecated", DeprecationWarning)
        decoder = TorchScriptPythonDecoder(network, example_input=example)
    frontend = FrontEndManager().load_by_framework("pytorch")
    model = frontend.convert(frontend.load(decoder))
    model.reshape([1, 1, rows, columns])
    return model


def _read(path: Path) -> bytes | None:
    """What was kept, if it is there and whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, blob = content[:_DIGEST], content[_DIGEST:]
    return blob if hashlib.sha256(blob).digest() == digest else None


def _keep(path: Path, blob: bytes) -> None:
    try:
        with replacing(path) as partial:
            partial.write_bytes(hashlib.sha256(blob).digest() + blob)
        kept = sorted(path.parent.glob("*.openvino"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except (InputError, OSError):
        # A cache saves time and nothing else.
        pass
