"""What the judge takes in of a cell: a worker's JSON is looked over before anything is built from it."""

from __future__ import annotations

import json

import pytest

from steepest.answers import CallStatus
from steepest.sandbox.cells import MAX_VALUES, cell_result
from steepest.sandbox.wire import WireError


def payload(outputs: str) -> bytes:
    return f'{{"printed": "", "error": null, "outputs": [{outputs}]}}'.encode()


def test_what_a_worker_sends_is_taken_in() -> None:
    bundles = [{"text/plain": "a", "image/png": "iVBOR", "text/html": "<b>[{,</b>"}] * 64
    result = cell_result(json.dumps({"printed": "x\n", "error": "ValueError: y", "outputs": bundles}).encode())
    assert (result.status, result.printed, result.error) == (CallStatus.RAISED, "x\n", "ValueError: y")
    assert [dict(bundle) for bundle in result.outputs] == bundles


BOMBS = {
    "deep": "[[[[[[[[]]]]]]]]",
    "deeper": "[" * 100_000,
    "lists": ",".join(["[]"] * MAX_VALUES),
    "objects": ",".join(["{}"] * MAX_VALUES),
    "numbers": "1," * MAX_VALUES,
}


@pytest.mark.parametrize("outputs", BOMBS.values(), ids=BOMBS)
def test_json_that_would_fill_the_judges_memory_is_refused(outputs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "loads", lambda text: pytest.fail("it was parsed"))
    with pytest.raises(WireError, match="malformed cell result"):
        cell_result(payload(outputs))


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"printed": 1, "outputs": [], "error": null}'])
def test_anything_else_is_a_violation(data: bytes) -> None:
    with pytest.raises(WireError, match="malformed cell result"):
        cell_result(data)
