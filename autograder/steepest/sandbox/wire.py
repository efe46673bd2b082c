"""The wire between judge and worker: length-prefixed frames, with values as safetensors bytes (never pickle).

A frame is a fixed binary header (magic, kind, request id, two lengths), a short UTF-8 text and a payload. Whoever
reads a frame of the other side checks both lengths against its own caps before it allocates a byte.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from steepest.answers import Answer, Arguments, CallStatus, Item, NumbersItem, OtherItem, TensorItem
from steepest.text import clean

MAGIC = b"STP1"
HEADER = struct.Struct("!4sB16sIQ")
REQUEST_ID_BYTES = 16
MAX_TEXT = 8 * 1024
MAX_PAYLOAD = 8 * 1024 * 1024
MAX_ITEMS = 16
MAX_HEADER = 8 * 1024
"""What the names, dtypes and shapes of the tensors in one payload may take: 16 of them need some 2 KiB."""

MAX_DIMENSIONS = 8

DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
}
"""The dtypes that cross with their data, by their safetensors names; any other is named without data."""

_ITEM_NAME = re.compile(
    r"(\d{1,2}):(tensor|numbers|number|opaque|other)(?::([A-Za-z0-9_.]{1,80})(?::([\d,]{0,120}))?)?"
)
_MUTATED_NAME = re.compile(r"[0-9]{1,2}|[A-Za-z_][A-Za-z0-9_]{0,79}")
_ARGUMENT_NAME = re.compile(r"(array|int|float):([A-Za-z0-9_]{1,80})")


class WireError(Exception):
    """Bytes that do not follow the protocol; from the worker's side this poisons the worker."""


class Kind(IntEnum):
    """What a frame says; requests come from the judge, the others from the worker."""

    RUN_CELL = 1
    PARAMETERS = 2
    CALL = 3
    READY = 64
    CELL_DONE = 65
    PARAMETERS_ARE = 66
    RETURNED = 67
    RAISED = 68
    MISSING = 69


@dataclass(frozen=True)
class Frame:
    """One message: its kind, the id of the request it makes or answers, a short text, a payload."""

    kind: Kind
    request_id: bytes
    text: str = ""
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes of the frame."""
        text = self.text.encode("utf-8", errors="replace")[:MAX_TEXT]
        return HEADER.pack(MAGIC, self.kind, self.request_id, len(text), len(self.payload)) + text + self.payload


@dataclass(frozen=True)
class Header:
    """The checked header of a frame that is still to be read."""

    kind: Kind
    request_id: bytes
    text_bytes: int
    payload_bytes: int

    @classmethod
    def decode(cls, data: bytes) -> Header:
        """Return the header, or raise WireError for a wrong magic, an unknown kind or lengths above the caps."""
        magic, kind, request_id, text_bytes, payload_bytes = HEADER.unpack(data)
        if magic != MAGIC:
            raise WireError("wrong magic")
        if kind not in Kind.__members__.values():
            raise WireError("unknown kind of frame")
        if text_bytes > MAX_TEXT or payload_bytes > MAX_PAYLOAD:
            raise WireError("oversize frame")
        return cls(Kind(kind), request_id, text_bytes, payload_bytes)

    @property
    def body_bytes(self) -> int:
        """Return how many bytes follow the header."""
        return self.text_bytes + self.payload_bytes

    def frame(self, body: bytes) -> Frame:
        """Return the whole frame, given the bytes that followed the header."""
        try:
            text = body[: self.text_bytes].decode("utf-8")
        except UnicodeDecodeError:
            raise WireError("text is not UTF-8") from None
        return Frame(self.kind, self.request_id, text, body[self.text_bytes :])


def encode_arguments(arguments: Arguments) -> bytes:
    """Return the bytes of a call's arguments; names made of digits are positional."""
    entries: dict[str, npt.NDArray[np.generic]] = {}
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            entries[f"array:{name}"] = np.ascontiguousarray(value).reshape(value.shape)
        elif isinstance(value, int):
            entries[f"int:{name}"] = np.array(value, dtype=np.int64)
        else:
            entries[f"float:{name}"] = np.array(value, dtype=np.float64)
    return bytes(save(entries))


def decode_arguments(payload: bytes) -> Arguments:
    """Return the arguments that `encode_arguments` wrote, in their order by name kind."""
    arguments: Arguments = {}
    for name, entry in _entries(payload):
        match = _ARGUMENT_NAME.fullmatch(name)
        if match is None:
            raise WireError("unknown argument")
        kind, key = match.groups()
        array = _array(entry)
        arguments[key] = array.astype(array.dtype) if kind == "array" else int(array) if kind == "int" else float(array)
    return arguments


def encode_items(items: Sequence[Item]) -> bytes:
    """Return the bytes of what a function returned; more than 16 items are cut."""
    return bytes(save(dict(_encode_item(index, item) for index, item in enumerate(items[:MAX_ITEMS]))))


def decode_items(payload: bytes) -> tuple[Item, ...]:
    """Return what a worker says a function returned; every malformed byte raises WireError."""
    entries = _entries(payload)
    if len(entries) > MAX_ITEMS:
        raise WireError("too many items")
    items = dict(_decode_item(name, entry) for name, entry in entries)
    if sorted(items) != list(range(len(entries))):
        raise WireError("items are not numbered from 0")
    return tuple(items[index] for index in range(len(items)))


def read_answer(kind: Kind, text: str, payload: bytes) -> Answer:
    """Return the answer that a frame of the worker carries; every text in it is cleaned.

    Raises:
        WireError: It is no answer to a call, or its payload is malformed.
    """
    match kind:
        case Kind.MISSING:
            return Answer(CallStatus.MISSING)
        case Kind.RAISED:
            return Answer(CallStatus.RAISED, error=clean(text, 2000))
        case Kind.RETURNED:
            mutated = tuple(filter(_MUTATED_NAME.fullmatch, text.split(",")))[:MAX_ITEMS]
            return Answer(CallStatus.RETURNED, decode_items(payload), mutated=mutated)
        case _:
            raise WireError("an answer to another question")


def read_parameters(kind: Kind, text: str) -> tuple[str, ...] | None:
    """Return the parameter names that a frame of the worker carries, None if there is no such function."""
    return tuple(name for name in text.split(",") if name)[:64] if kind is Kind.PARAMETERS_ARE else None


def _entries(payload: bytes) -> list[tuple[str, Mapping[str, object]]]:
    if int.from_bytes(payload[:8], "little") > MAX_HEADER:  # else its parser works on megabytes of names
        raise WireError("oversize header of tensors")
    try:
        return list(deserialize(payload))  # type: ignore[no-untyped-call]  # the package's stub leaves it untyped
    except (SafetensorError, ValueError, MemoryError, RecursionError) as error:
        raise WireError(f"malformed tensors ({type(error).__name__})") from None


def _encode_item(index: int, item: Item) -> tuple[str, npt.NDArray[np.generic]]:
    nothing = np.empty(0, dtype=np.uint8)
    match item:
        case TensorItem(array=array) if array is not None:
            return f"{index}:tensor", np.asarray(array)
        case TensorItem(shape=shape, dtype=dtype):
            return f"{index}:opaque:{dtype}:{','.join(map(str, shape[:MAX_DIMENSIONS]))}", nothing
        case NumbersItem(values=values, lone=lone):
            return f"{index}:{'number' if lone else 'numbers'}", np.asarray(values, dtype=np.float64)
        case OtherItem(type_name=type_name):
            return f"{index}:other:{re.sub(r'[^A-Za-z0-9_.]', '_', type_name)[:80] or '_'}", nothing


def _decode_item(name: str, entry: Mapping[str, object]) -> tuple[int, Item]:
    match = _ITEM_NAME.fullmatch(name)
    if match is None:
        raise WireError("unknown item")
    index, kind, type_name, shape = match.groups()
    match kind:
        case "tensor":
            array = _array(entry)
            return int(index), TensorItem(array.shape, array.dtype.name, array)
        case "numbers" | "number":
            return int(index), _numbers(_array(entry), lone=kind == "number")
        case "opaque":
            sides = tuple(int(side[:18]) for side in (shape or "").split(",") if side)
            return int(index), TensorItem(sides, type_name or "unknown", None)
        case _:
            return int(index), OtherItem(type_name or "unknown")


def _numbers(array: npt.NDArray[np.generic], *, lone: bool) -> NumbersItem:
    if array.dtype != np.float64 or array.ndim != 1 or (lone and array.size != 1):
        raise WireError("numbers are not a float64 vector")
    return NumbersItem(array, lone)


def _array(entry: Mapping[str, object]) -> npt.NDArray[np.generic]:
    dtype, shape, data = entry["dtype"], entry["shape"], entry["data"]
    if dtype not in DTYPES or not isinstance(shape, list) or not isinstance(data, bytes | bytearray):
        raise WireError("unknown dtype")
    if len(shape) > MAX_DIMENSIONS:
        raise WireError("too many dimensions")
    try:
        return np.frombuffer(bytes(data), dtype=DTYPES[str(dtype)]).reshape(shape)
    except (ValueError, OverflowError):  # an empty tensor may claim sides that numpy cannot count
        raise WireError("impossible shape") from None
