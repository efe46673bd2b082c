"""The worker: runs a submission's cells and answers calls of its functions, in raw values, until it is killed.

It runs in a locked child of the zygote, beside the student's code, so nothing it says is believed: it holds no
exam, no bound, no score, and it knows nothing that the student may not know.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import linecache
import os
import random
import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np
import torch

from steepest.answers import Item, NumbersItem, OtherItem, TensorItem
from steepest.sandbox.shell import CappedText, StudentShell, redirected
from steepest.sandbox.wire import (
    DTYPES,
    HEADER,
    MAX_DIMENSIONS,
    MAX_ITEMS,
    MAX_PAYLOAD,
    Frame,
    Header,
    Kind,
    decode_arguments,
    encode_items,
)

MAX_NUMBERS = 200_000
MAX_ELEMENTS = 200_000
MAX_DEPTH = 3
CONTEXT_LOST_STATUS = 71

# Taken before any student code runs, so that a patched class does not break the worker by accident.
_detach, _contiguous, _to = torch.Tensor.detach, torch.Tensor.contiguous, torch.Tensor.to
_resolve_conj, _resolve_neg, _numpy = torch.Tensor.resolve_conj, torch.Tensor.resolve_neg, torch.Tensor.numpy


_device = torch.device("cpu")
"""Where arguments are sent, and where tensors are made that a function makes without naming a device."""


class ContextLost(BaseException):
    """The card does not answer this process any more; no student's handler for exceptions is to catch it."""


class Worker:
    """Serves one submission over two pipes: reads requests, writes one answer for each."""

    def __init__(self, shell: StudentShell, requests: int, answers: int) -> None:
        self.shell = shell
        self.requests = requests
        self.answers = answers

    def serve(self) -> None:
        """Answer requests until the judge closes its end."""
        while True:
            header = Header.decode(self._read(HEADER.size))
            request = header.frame(self._read(header.body_bytes))
            kind, text, payload = self._answer(request)
            self._write(Frame(kind, request.request_id, text, payload).encode())

    def _answer(self, request: Frame) -> tuple[Kind, str, bytes]:
        match request.kind:
            case Kind.RUN_CELL:
                return Kind.CELL_DONE, "", run_cell(self.shell, request.payload.decode("utf-8", errors="replace"))
            case Kind.PARAMETERS:
                return parameters(self.shell.user_ns, request.text)
            case _:
                return call(self.shell.user_ns, request.text, request.payload)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = os.read(self.requests, size - len(data))
            if not part:
                os._exit(0)
            data += part
        return data

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self.answers, view) :]


def run_cell(shell: StudentShell, source: str) -> bytes:
    """Return, as JSON, what a cell printed and displayed and the error it ended with, if any."""
    shell.outputs = []
    with redirected(shell.printed):
        result = shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
    error = result.error_before_exec or result.error_in_exec
    report = {
        "printed": shell.printed.take(),
        "outputs": shell.outputs[:64],
        "error": None if error is None else describe_error(error),
    }
    data = json.dumps(report).encode("utf-8")
    if len(data) > MAX_PAYLOAD // 2:
        report["outputs"] = []
        data = json.dumps(report).encode("utf-8")
    return data


def describe_error(error: BaseException) -> str:
    """Return type, message and the student's own line that raised: ``ValueError: no (at `x = f(M)`)``."""
    name = type(error).__name__
    try:
        message = str(error)
    except BaseException:  # a hostile or broken __str__ must not end the worker
        message = ""
    line = _student_line(error.__traceback__)
    return f"{name}: {message[:1500]}" + (f" (at `{line[:200]}`)" if line else "")


def _student_line(trace: TracebackType | None) -> str:
    line = ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith("<ipython-input") or f"{os.sep}ipykernel_" in name:
            line = linecache.getline(name, trace.tb_lineno).strip() or line
        trace = trace.tb_next
    return line


def parameters(namespace: Mapping[str, Any], function: str) -> tuple[Kind, str, bytes]:
    """Return the parameter names of a function, comma separated; ``**`` stands for any keyword."""
    target = namespace.get(function)
    if not callable(target):
        return Kind.MISSING, "", b""
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return Kind.PARAMETERS_ARE, "**", b""
    names = ("**" if p.kind is p.VAR_KEYWORD else p.name for p in signature.parameters.values())
    return Kind.PARAMETERS_ARE, ",".join(names), b""


def call(namespace: Mapping[str, Any], function: str, payload: bytes) -> tuple[Kind, str, bytes]:
    """Return the answer to one call: the returned items, or the error it raised."""
    target = namespace.get(function)
    if not callable(target):
        return Kind.MISSING, "", b""
    try:
        items, changed = ask(target, function, payload)
        return Kind.RETURNED, ",".join(changed), encode_items(items)
    except ContextLost:
        os._exit(CONTEXT_LOST_STATUS)
    except BaseException as error:  # SystemExit and KeyboardInterrupt are a student's errors like any other
        return Kind.RAISED, describe_error(error), b""


def ask(target: Callable[..., Any], function: str, payload: bytes) -> tuple[list[Item], list[str]]:
    """Return the items that ``target`` returned, and the names of the arguments that it changed in place."""
    arguments = {name: _given(value) for name, value in decode_arguments(payload[8:]).items()}
    before = {name: value.clone() for name, value in arguments.items() if isinstance(value, torch.Tensor)}
    positional = [arguments[name] for name in sorted(filter(str.isdigit, arguments), key=int)]
    keyword = {name: value for name, value in arguments.items() if not name.isdigit()}
    seed_everything(function, payload)
    with redirected(CappedText(0)), on_device(_device):
        result = target(*positional, **keyword)
        items = list(flatten(result))
    changed = [name for name, value in before.items() if not torch.equal(value, arguments[name])]
    return items, changed


def seed_everything(function: str, payload: bytes) -> None:
    """Seed torch, numpy and random from the call alone, so that a call is answered alike in every run."""
    digest = hashlib.sha256(function.encode() + payload).digest()
    (seed,) = struct.unpack("!Q", digest[:8])
    torch.manual_seed(seed % 2**63)
    np.random.seed(seed % 2**32)  # the student's code may use the global generator
    random.seed(seed)


def _given(value: Any) -> Any:  # noqa: ANN401
    return torch.from_numpy(value.copy()).to(_device) if isinstance(value, np.ndarray) else value


def use_card(memory_mib: int, card_memory_mib: int) -> None:
    """Send all tensors to the one card that this process sees, from now on; its context is made here and now.

    Args:
        memory_mib: How much of the card's memory torch may use.
        card_memory_mib: How much the card has.

    Raises:
        RuntimeError: The card cannot be used from behind the walls.
    """
    global _device
    exact_products()
    _device = torch.device("cuda", 0)
    torch.cuda.set_per_process_memory_fraction(min(1.0, memory_mib / card_memory_mib), 0)
    one = torch.ones(8, 8, device=_device)
    if float((one @ one).sum()) != 512.0:
        raise RuntimeError("a product of ones came out wrong on the card")


def exact_products() -> None:
    """Keep TF32 and reduced precision out of products: float32 on a card then rounds as on the CPU."""
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False


@contextmanager
def on_device(device: torch.device) -> Iterator[None]:
    """Let a function make its tensors on ``device``, and find out afterwards whether the card still answers.

    On the CPU nothing is done. A context that has died answers nothing more: the process must end, the judge starts
    another, and the call counts as one that ended its process.
    """
    if device.type == "cpu":
        yield
        return
    exact_products()  # a cell may have changed it
    try:
        with device:
            yield
    finally:
        try:
            torch.cuda.synchronize(device)
        except RuntimeError as error:
            raise ContextLost from error


def flatten(result: object, depth: int = 0) -> list[Item]:
    """Return a result as items: tensors, lists of numbers, or the name of a type that is neither."""
    if result is None and depth == 0:
        return []
    if isinstance(result, torch.Tensor):
        return [_tensor_item(result)]
    if (numbers := _numbers(result)) is not None:
        return [numbers]
    if isinstance(result, tuple | list) and depth < MAX_DEPTH:
        parts = list(result)[:MAX_ITEMS] if len(result) > 0 else []
        return [item for part in parts for item in flatten(part, depth + 1)] if parts else [NumbersItem(())]
    return [OtherItem(f"{type(result).__module__}.{type(result).__qualname__}")]


def _tensor_item(tensor: torch.Tensor) -> TensorItem:
    plain = _detach(tensor)
    dtype, shape = str(plain.dtype).removeprefix("torch."), tuple(int(side) for side in plain.shape)
    portable = dtype in DTYPES.values() and plain.layout == torch.strided and plain.device.type != "meta"
    if not portable or plain.numel() > MAX_ELEMENTS or len(shape) > MAX_DIMENSIONS:
        return TensorItem(shape, dtype, None)
    plain = _contiguous(_resolve_neg(_resolve_conj(_to(plain, "cpu"))))
    return TensorItem(shape, dtype, _numpy(plain).copy())


def _numbers(result: object) -> NumbersItem | None:
    if isinstance(result, bool | int | float | np.number):
        return NumbersItem((float(result),), lone=True)
    if isinstance(result, np.ndarray):
        return NumbersItem(result) if result.ndim == 1 and result.dtype.kind in "fiu" else None
    if isinstance(result, list | tuple) and 0 < len(result) <= MAX_NUMBERS and all(map(_is_number, result)):
        return NumbersItem([float(value) for value in result])
    return None


def _is_number(value: object) -> bool:
    lone_tensor = isinstance(value, torch.Tensor) and value.ndim == 0
    lone_array = isinstance(value, np.ndarray) and value.ndim == 0
    return lone_tensor or lone_array or isinstance(value, int | float | np.number)


def forget_the_kit(names: Sequence[str], stub: object) -> None:
    """Put the stub in the place of the kit's modules, so that a submission's imports meet nothing else."""
    for name in names:
        sys.modules.pop(name, None)
    sys.modules["steepest"] = stub  # type: ignore[assignment]  # a stand-in on purpose
