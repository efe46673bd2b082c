"""The wire: what one side writes the other reads, and no byte of the worker's does more than raise WireError."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steepest.answers import CallStatus, NumbersItem, OtherItem, TensorItem
from steepest.sandbox import wire
from steepest.sandbox.wire import (
    HEADER,
    MAX_PAYLOAD,
    MAX_TEXT,
    Frame,
    Header,
    Kind,
    WireError,
    decode_arguments,
    decode_items,
    encode_arguments,
    encode_items,
    read_answer,
    read_parameters,
)

ID = bytes(range(16))


def safetensors_bytes(header: object, payload: bytes = b"") -> bytes:
    """Return bytes laid out as safetensors, with any header whatever."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + payload


def test_a_frame_survives_the_wire() -> None:
    data = Frame(Kind.CALL, ID, "calculate_inverse", b"payload").encode()
    header = Header.decode(data[: HEADER.size])
    assert header.frame(data[HEADER.size :]) == Frame(Kind.CALL, ID, "calculate_inverse", b"payload")


@pytest.mark.parametrize(
    ("magic", "kind", "text_bytes", "payload_bytes"),
    [
        (b"STP2", Kind.RETURNED, 0, 0),
        (b"STP1", 255, 0, 0),
        (b"STP1", Kind.RETURNED, MAX_TEXT + 1, 0),
        (b"STP1", Kind.RETURNED, 0, MAX_PAYLOAD + 1),
        (b"STP1", Kind.RETURNED, 0, 2**63),
    ],
)
def test_a_header_out_of_bounds_is_refused(magic: bytes, kind: int, text_bytes: int, payload_bytes: int) -> None:
    with pytest.raises(WireError):
        Header.decode(HEADER.pack(magic, kind, ID, text_bytes, payload_bytes))


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(WireError):
        Header(Kind.RETURNED, ID, 2, 0).frame(b"\xff\xfe")


def test_arguments_keep_their_kind_dtype_and_layout() -> None:
    M = np.arange(6, dtype=np.float32).reshape(2, 3).T
    found = decode_arguments(encode_arguments({"0": M, "steps": 3, "momentum": 0.9, "start": np.zeros((2, 2))}))
    assert isinstance(found["0"], np.ndarray)
    assert np.array_equal(found["0"], M)
    assert found["0"].dtype == np.float32
    assert found["0"].flags.c_contiguous
    assert (found["steps"], type(found["steps"])) == (3, int)
    assert (found["momentum"], type(found["momentum"])) == (0.9, float)


def test_items_keep_their_order_and_kind() -> None:
    array = np.eye(2, dtype=np.float32)
    items = (
        NumbersItem((1.0, 2.5)),
        TensorItem((2, 2), "float32", array),
        NumbersItem((3.0,), lone=True),
        TensorItem((2, 3), "bfloat16", None),
        OtherItem("builtins.dict"),
    )
    found = decode_items(encode_items(items))
    assert found[0] == items[0]
    assert isinstance(found[1], TensorItem)
    assert found[1].array is not None
    assert np.array_equal(found[1].array, array)
    assert found[2:] == items[2:]


def test_a_scalar_tensor_keeps_its_empty_shape() -> None:
    (found,) = decode_items(encode_items([TensorItem((), "float64", np.array(2.0))]))
    assert isinstance(found, TensorItem)
    assert found.shape == ()


@given(st.binary(max_size=400))
def test_arbitrary_bytes_only_ever_raise_wire_error(data: bytes) -> None:
    try:
        items = decode_items(data)
    except WireError:
        return
    assert isinstance(items, tuple)


ENTRY = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "data",
    [
        safetensors_bytes({"0:tensor": ENTRY | {"shape": [10**19]}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"shape": [-1]}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"shape": [True]}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"shape": [1e400]}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"shape": [1] * 40}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"data_offsets": [0, 2**40]}}, bytes(4)),
        safetensors_bytes({"0:tensor": ENTRY | {"dtype": "F8_E5M2"}}, bytes(1)),
        safetensors_bytes({"0:numbers": ENTRY}, bytes(4)),
        safetensors_bytes({"1:tensor": ENTRY}, bytes(4)),
        safetensors_bytes({"0:pickle": ENTRY}, bytes(4)),
        safetensors_bytes({"../../etc": ENTRY}, bytes(4)),
        safetensors_bytes(b"[" * 4000),
        safetensors_bytes(
            b'{"0:tensor": {"dtype": "F32", "shape": [' + b"9" * 5000 + b'], "data_offsets": [0, 4]}}', bytes(4)
        ),
        struct.pack("<Q", 2**63),
        b"\xff" * 8,
        b"",
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_a_hostile_tensor_header_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        decode_items(data)


def test_more_items_than_the_cap_are_refused_on_reading_and_cut_on_writing() -> None:
    entries = {f"{index}:numbers": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]} for index in range(17)}
    with pytest.raises(WireError):
        decode_items(safetensors_bytes(entries))
    assert len(decode_items(encode_items([NumbersItem(())] * 40))) == 16


def test_texts_of_an_answer_are_cleaned() -> None:
    answer = read_answer(Kind.RAISED, "ValueError: \x1b]52;c;evil\x07red \u202e", b"")
    assert answer.status is CallStatus.RAISED
    assert answer.error == "ValueError: red "


def test_an_answer_of_another_kind_is_refused() -> None:
    with pytest.raises(WireError):
        read_answer(Kind.CELL_DONE, "", b"")


def test_parameters_are_capped() -> None:
    names = read_parameters(Kind.PARAMETERS_ARE, ",".join(f"p{index}" for index in range(500)))
    assert names is not None
    assert len(names) == 64
    assert read_parameters(Kind.MISSING, "") is None


def test_a_header_of_megabytes_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"__metadata__": {f"{number}": "" for number in range(100_000)}}
    header = json.dumps(names | {"0:tensor": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}).encode()
    monkeypatch.setattr(wire, "deserialize", lambda data: pytest.fail("it was parsed"))
    with pytest.raises(WireError, match="oversize header"):
        decode_items(len(header).to_bytes(8, "little") + header + b"x")


def test_the_header_of_as_many_items_as_may_be_fits() -> None:
    items = [TensorItem((1,) * 8, "float64", np.ones((1,) * 8))] * 16
    assert len(decode_items(encode_items(items))) == 16
    opaque = [TensorItem((10**13,) * 8, "x" * 80, None)] * 16
    assert len(decode_items(encode_items(opaque))) == 16
