"""Answers that the judge keeps, so that many properties judge one call: the latest ones, up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict

from steepest.answers import Answer, NumbersItem, TensorItem

MAX_BYTES = 64 << 20
"""What is kept of one session: five times what an honest one returns in a whole exam. Older answers are asked again."""

LEAST_BYTES = 1024
"""What an answer counts at least."""


class KeptAnswers:
    """The answers to earlier calls, by a digest of the question."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()
        self._bytes = 0

    def get(self, key: bytes) -> Answer | None:
        """Return the answer that was kept; None if there is none, or none any more."""
        return self._answers.get(key)

    def keep(self, key: bytes, answer: Answer) -> None:
        """Keep an answer, and forget the oldest ones if there is no room for it."""
        self._answers[key] = answer
        self._bytes += size_of(answer)
        while self._bytes > self._max_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= size_of(oldest)


def size_of(answer: Answer) -> int:
    """Return how many bytes the judge holds for an answer, about."""
    arrays = [item.values for item in answer.items if isinstance(item, NumbersItem)]
    tensors = [item.array for item in answer.items if isinstance(item, TensorItem) and item.array is not None]
    return LEAST_BYTES + sum(array.nbytes for array in (*arrays, *tensors)) + len(answer.error)
