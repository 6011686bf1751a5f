"""Messages between the processes: what goes in comes out, and nothing else gets in."""

from __future__ import annotations

import io
import json
import os
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, byte_string_dtypes, scalar_dtypes

from ctprog_gui.core.inference.protocol import receive, send

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = text.filter(lambda name: name not in ("", "arrays"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
messages = st.dictionaries(names, json_values, max_size=4)
dtypes = st.sampled_from(["?", "<i2", ">i2", "|u1", "<u4", "<f4", ">f8", "<i8", "<f2"]).map(np.dtype)
shapes = array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)
blocks = dtypes.flatmap(lambda dtype: arrays(dtype, shapes))


def written(*sent: tuple[dict, dict]) -> bytes:
    stream = io.BytesIO()
    for message, carried in sent:
        send(stream, message, carried)
    return stream.getvalue()


def by_hand(head: bytes, body: bytes = b"") -> io.BytesIO:
    return io.BytesIO(struct.pack(">I", len(head)) + head + body)


@given(st.lists(st.tuples(messages, st.dictionaries(names, blocks, max_size=3)), max_size=3))
def test_messages_come_out_as_they_went_in(sent: list[tuple[dict, dict]]) -> None:
    stream = io.BytesIO(written(*sent))
    for message, carried in sent:
        received = receive(stream)
        assert received is not None
        assert received[0] == message
        assert received[1].keys() == carried.keys()
        for name, block in carried.items():
            back = received[1][name]
            assert (back.dtype, back.shape) == (block.dtype, block.shape)
            # By bytes: NaN is not equal to itself.
            assert back.tobytes() == block.tobytes()
    assert receive(stream) is None


def test_an_array_in_any_memory_order_comes_out_the_same() -> None:
    block = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    views = {"turned": block.transpose(2, 0, 1), "every second": block[:, ::2], "backwards": block[::-1]}
    received = receive(io.BytesIO(written(({}, views))))
    assert received is not None
    for name, view in views.items():
        assert np.array_equal(received[1][name], view)


def test_an_array_that_came_in_may_be_written_to() -> None:
    received = receive(io.BytesIO(written(({}, {"voxels": np.zeros(3)}))))
    assert received is not None
    received[1]["voxels"][0] = 1.0


def test_a_large_array_is_written_from_its_own_memory() -> None:
    block = np.zeros(1000, np.int16)
    shared: list[bool] = []

    class Watching(io.BytesIO):
        def write(self, data: bytes) -> int:
            shared.append(np.shares_memory(np.frombuffer(data, np.uint8), block))
            return super().write(data)

    send(Watching(), {}, {"voxels": block})
    assert shared == [False, True]


def test_a_pipe_that_gives_a_few_bytes_at_a_time() -> None:
    """Voxels of a CT are far longer than a pipe's buffer, and a raw pipe reads short."""
    block = np.random.default_rng(1).integers(-1000, 1000, 500_000).astype(np.int16)
    out, into = os.pipe()

    def write() -> None:
        with os.fdopen(into, "wb") as stream:
            send(stream, {"do": "case"}, {"voxels": block})

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(out, "rb", buffering=0) as stream:
        first = receive(stream)
        assert receive(stream) is None
    writer.join()
    assert first is not None
    assert first[0] == {"do": "case"}
    assert np.array_equal(first[1]["voxels"], block)


def test_an_end_between_messages_is_the_end_and_within_one_an_error() -> None:
    whole = written(({"do": "predict", "job": 3}, {"roi": np.arange(5, dtype=np.uint8)}))
    assert receive(io.BytesIO(b"")) is None
    for cut in range(1, len(whole)):
        with pytest.raises(EOFError, match="inside a message"):
            receive(io.BytesIO(whole[:cut]))


@given(byte_string_dtypes() | st.sampled_from(["|O", "<c8", "<M8[s]", "<U4"]).map(np.dtype))
def test_only_numbers_are_taken_in(dtype: np.dtype) -> None:
    """An object array's bytes would be pointers, or a pickle: both could run code here."""
    head = {"do": "case", "arrays": [{"name": "voxels", "dtype": dtype.str, "shape": [1]}]}
    with pytest.raises(ValueError, match="does not belong in a message"):
        receive(by_hand(json.dumps(head).encode(), b"\0" * 64))


def test_a_structured_array_is_not_taken_in() -> None:
    head = {"arrays": [{"name": "x", "dtype": "i4,O", "shape": [1]}]}
    with pytest.raises(ValueError, match="does not belong in a message"):
        receive(by_hand(json.dumps(head).encode(), b"\0" * 64))


class Trap:
    """What a pickle would do on arrival."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path("sprung"),)


def test_what_could_only_travel_as_a_pickle_is_not_sent() -> None:
    stream = io.BytesIO()
    with pytest.raises(TypeError):
        send(stream, {"do": Trap()})
    with pytest.raises(TypeError):
        send(stream, {}, {"voxels": np.array([Trap()], dtype=object)})


@given(scalar_dtypes().filter(lambda dtype: dtype.kind in "biuf"), st.binary(min_size=1, max_size=40))
def test_bytes_that_are_a_pickle_arrive_as_bytes(dtype: np.dtype, poison: bytes) -> None:
    """Nothing on the receiving side looks into an array's bytes."""
    body = b"\x80\x04" + poison
    body += b"\0" * (-len(body) % dtype.itemsize)
    head = {"arrays": [{"name": "x", "dtype": dtype.str, "shape": [len(body) // dtype.itemsize]}]}
    received = receive(by_hand(json.dumps(head).encode(), body))
    assert received is not None
    assert received[1]["x"].tobytes() == body


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_not_sent(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        send(io.BytesIO(), {"fraction": number})


def test_a_head_that_is_no_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        receive(by_hand(b"ctprog"))
