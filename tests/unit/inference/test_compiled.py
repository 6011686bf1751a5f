"""An encoder run by OpenVINO: the same vectors and maps, kept in the cache, nothing over the network."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ctprog_gui.core.imaging.geometry import Geometry
from ctprog_gui.core.inference import compiled as compiling
from ctprog_gui.core.inference.attribution import saliency_of
from ctprog_gui.core.inference.compiled import compile_encoder
from ctprog_gui.core.inference.slice_attention import SliceAttentionModel
from ctprog_gui.core.networks.encoder import SliceEncoder
from ctprog_gui.core.networks.registry import build_encoder, build_head
from ctprog_gui.core.networks.spec import EncoderSpec, SliceAttentionSpec
from ctprog_gui.core.preprocessing.slices import NetworkSlices

SPEC = EncoderSpec(widths=(8, 8, 16, 16), layers=(1, 1, 1, 1), channels=1, pooling="average_and_maximum")
SIZE = (48, 64)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, any encoder large enough, and no network."""

    def refuse(*_: object) -> None:
        raise AssertionError("something went out over the network")

    monkeypatch.setenv("CTPROG_HOME", str(tmp_path))
    monkeypatch.setattr(compiling, "LEAST_WEIGHTS", 0)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tmp_path / "cache" / "compiled"


@pytest.fixture(scope="module")
def encoder() -> SliceEncoder:
    torch.manual_seed(1)
    return build_encoder(SPEC).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.random.default_rng(2).random((11, *SIZE), dtype=np.float32)


def test_the_runtime_gives_the_networks_vectors_and_maps(encoder: SliceEncoder, pixels: np.ndarray) -> None:
    runtime = compile_encoder(encoder, SIZE, "a")
    assert runtime is not None
    features, maps = runtime(pixels)
    with torch.inference_mode():
        expected, where = encoder.with_maps(torch.from_numpy(pixels).unsqueeze(1))
        assert torch.equal(expected, encoder(torch.from_numpy(pixels).unsqueeze(1)))
        assert where is not None
        assert torch.equal(encoder.after_maps(where), expected)
    assert maps is not None
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(maps, where, rtol=1e-4, atol=1e-5)


def test_a_slices_bits_hang_on_neither_neighbours_nor_threads(
    encoder: SliceEncoder, pixels: np.ndarray
) -> None:
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = compile_encoder(encoder, SIZE, "a")
        torch.set_num_threads(3)
        three = compile_encoder(encoder, SIZE, "a")
    finally:
        torch.set_num_threads(threads)
    assert one is not None
    assert three is not None
    all_of_them, _ = one(pixels)
    assert torch.equal(all_of_them, three(pixels)[0])
    assert torch.equal(all_of_them[3:5], one(pixels[3:5])[0])


def test_the_second_start_reads_what_the_first_compiled(
    encoder: SliceEncoder, pixels: np.ndarray, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = compile_encoder(encoder, SIZE, "a")
    assert first is not None
    (kept,) = alone.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "_converted", None)
        again = compile_encoder(encoder, SIZE, "a")
    assert again is not None
    assert torch.equal(first(pixels)[0], again(pixels)[0])
    # Other weights and another size are other encoders.
    compile_encoder(encoder, SIZE, "b")
    compile_encoder(encoder, (32, 32), "a")
    assert len(list(alone.iterdir())) == 3
    # A damaged file is made anew.
    whole = kept.read_bytes()
    for damaged in (whole[:1000], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        kept.write_bytes(damaged)
        mended = compile_encoder(encoder, SIZE, "a")
        assert mended is not None
        assert torch.equal(first(pixels)[0], mended(pixels)[0])
        assert len(kept.read_bytes()) == len(whole)


def test_only_so_many_are_kept(encoder: SliceEncoder, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "_KEPT", 2)
    for name in "abc":
        compile_encoder(encoder, SIZE, name)
    assert len(list(alone.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_done_without(
    encoder: SliceEncoder, pixels: np.ndarray, alone: Path
) -> None:
    alone.parent.mkdir(parents=True)
    alone.write_text("a file where the folder should be")
    runtime = compile_encoder(encoder, SIZE, "a")
    assert runtime is not None
    assert runtime(pixels)[0].shape == (11, 32)


def test_two_processes_at_once_leave_one_whole_file(alone: Path) -> None:
    code = (
        "import sys, torch; from ctprog_gui.core.inference import compiled\n"
        "from ctprog_gui.core.networks.registry import build_encoder\n"
        "from ctprog_gui.core.networks.spec import EncoderSpec\n"
        "compiled.LEAST_WEIGHTS = 0; torch.manual_seed(1); torch.set_num_threads(1)\n"
        "encoder = build_encoder(EncoderSpec(widths=(8, 8, 8, 8), layers=(1, 1, 1, 1))).eval()\n"
        "print(compiled.compile_encoder(encoder, (32, 32), 'a')(torch.ones(2, 32, 32).numpy())[0].sum())"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert told[0] == told[1]
    assert [path.suffix for path in alone.iterdir()] == [".openvino"]


def test_small_networks_and_networks_of_volumes_stay_with_pytorch(
    encoder: SliceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "LEAST_WEIGHTS", 2_000_000)
    assert compile_encoder(encoder, SIZE, "a") is None


def test_saliency_from_kept_maps_is_that_of_the_whole_network(
    encoder: SliceEncoder, pixels: np.ndarray
) -> None:
    head = build_head(SliceAttentionSpec(SPEC, hidden=8, shared_layers=1, cause_layers=1, bins=24))
    model = SliceAttentionModel(encoder, [head], torch.device("cpu"))
    slices = NetworkSlices(pixels, Geometry((64, 48, 11), (1, 1, 1)), np.eye(11), lungs_found=True)
    features, maps = model.look(pixels)
    whole = saliency_of(model, slices, features).map.voxels
    assert whole.max() > 0
    np.testing.assert_allclose(saliency_of(model, slices, features, kept=maps).map.voxels, whole, rtol=1e-6)


def test_openvino_tells_nobody_that_it_was_imported() -> None:
    """Its import alone would send an event: through a pool of threads, to its makers."""
    script = (
        "import socket, threading\n"
        "socket.socket.connect = lambda *_: print('connected')\n"
        "from ctprog_gui.core.inference.compiled import silent_openvino\n"
        "silent_openvino()\n"
        "from openvino.tools import ovc\n"
        "print(type(ovc.telemetry).__module__)\n"
        "print([one.name for one in threading.enumerate() if one is not threading.main_thread()])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["openvino.tools.ovc.telemetry_stub", "[]"], done.stderr
