"""What the judge keeps of one submission's answers."""

from __future__ import annotations

import numpy as np

from steepest.answers import Answer, CallStatus, NumbersItem, TensorItem
from steepest.sandbox.kept_answers import LEAST_BYTES, KeptAnswers, size_of


def answer_of(count: int) -> Answer:
    return Answer(CallStatus.RETURNED, (NumbersItem(np.zeros(count)),))


def test_an_answer_that_was_kept_is_the_same_object() -> None:
    kept, answer = KeptAnswers(), answer_of(3)
    kept.keep(b"a", answer)
    assert kept.get(b"a") is answer
    assert kept.get(b"b") is None


def test_old_answers_make_room_for_new_ones() -> None:
    kept = KeptAnswers(max_bytes=3 * (LEAST_BYTES + 8000))
    for number in range(10):
        kept.keep(bytes([number]), answer_of(1000))
    assert [number for number in range(10) if kept.get(bytes([number]))] == [7, 8, 9]


def test_an_answer_that_is_too_large_is_not_kept() -> None:
    kept = KeptAnswers(max_bytes=10_000)
    kept.keep(b"small", answer_of(10))
    kept.keep(b"large", answer_of(10_000))
    assert kept.get(b"large") is None


def test_a_number_takes_eight_bytes_and_a_tensor_what_its_dtype_says() -> None:
    tensor = TensorItem((1000,), "float32", np.zeros(1000, dtype=np.float32))
    assert size_of(answer_of(1_000_000)) == LEAST_BYTES + 8_000_000
    assert size_of(Answer(CallStatus.RETURNED, (tensor,))) == LEAST_BYTES + 4000
    assert size_of(Answer(CallStatus.RAISED, error="x" * 100)) == LEAST_BYTES + 100
