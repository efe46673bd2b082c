"""One submission in the sandbox: runs its cells, asks its functions, and starts a fresh worker when one is lost."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from steepest.answers import Answer, Arguments, CallStatus
from steepest.sandbox.budget import Budget
from steepest.sandbox.cells import CellResult
from steepest.sandbox.client import Worker, Zygote
from steepest.sandbox.kept_answers import KeptAnswers
from steepest.sandbox.limits import Wall
from steepest.sandbox.wire import encode_arguments

MAX_RESTARTS = 4
MAX_KEPT_CHARACTERS = 8 << 20
"""What is kept of all that the cells of one submission printed and displayed."""
MAX_LOST_CALLS = 2
"""A function that ran out of time, or lost its worker, this often is not asked again."""


@dataclass(frozen=True)
class Source:
    """A code cell as it is sent to the sandbox; ``cell`` counts all cells of the notebook from 1."""

    cell: int
    text: str


class Session:
    """A `Caller` over one submission: the same call is asked once, a lost worker is replaced, budgets are kept.

    Cells run in order before the first call. A cell that ends or hangs its worker is left out when the others are
    run again in a fresh one, so that later cells still count. All sessions of a submission draw on one ``budget``.
    """

    def __init__(
        self,
        zygote: Zygote,
        sources: Sequence[Source],
        budget: Budget,
        walls: Sequence[Wall],
        *,
        attempt: int = 0,
    ) -> None:
        self.cells: dict[int, CellResult] = {}
        self.violation = ""
        self._kept_characters = 0
        self._zygote = zygote
        self._sources = tuple(sources)
        self._budget = budget
        self._walls = tuple(walls)
        self._attempt = attempt
        self._worker: Worker | None = None
        self._restarts = 0
        self._left_out: set[int] = set()
        self._lost: Counter[str] = Counter()
        self._answers = KeptAnswers()
        self._parameters: dict[str, tuple[str, ...] | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def start(self) -> None:
        """Run the cells, if that has not been done."""
        self._running()

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the function's parameter names; None when there is no such function."""
        if function not in self._parameters:
            worker = self._running()
            self._parameters[function] = worker.parameters(function) if worker else None
            self._notice(worker)
        return self._parameters[function]

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the answer to a call; one that was asked before is answered from memory."""
        key = hashlib.sha256(function.encode() + b"\0" + encode_arguments(arguments)).digest()
        answer = self._answers.get(key)
        if answer is None:
            answer = self._ask(function, arguments)
            self._answers.keep(key, answer)
        return answer

    def close(self) -> None:
        """Kill the worker with all it left behind; what was received until now is all that counts."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _ask(self, function: str, arguments: Arguments) -> Answer:
        if self._lost[function] >= MAX_LOST_CALLS or self._budget.is_spent:
            return Answer(CallStatus.NOT_RUN)
        worker = self._running()
        if worker is None:
            return Answer(CallStatus.VIOLATION if self.violation else CallStatus.NOT_RUN, error=self.violation)
        answer = worker.call(function, arguments, self._attempt)
        self._notice(worker)
        if answer.status in (CallStatus.TIMED_OUT, CallStatus.DIED):
            self._lost[function] += 1
            self._lose()
        return answer

    def _running(self) -> Worker | None:
        """Return a worker in which the cells have run; None when the budget of the submission is used up."""
        while self._worker is None and not self.violation and self._affordable():
            self._worker = self._zygote.fork(self._budget.limits, self._walls, self._budget)
            self._run_cells(self._worker)
        return self._worker if not self.violation else None

    def _affordable(self) -> bool:
        return self._restarts <= MAX_RESTARTS and not self._budget.is_spent

    def _kept(self, result: CellResult) -> CellResult:
        """Return the result, without what it shows once the cells have shown more than anyone reads."""
        sizes = [100 + len(mime) + len(text) for bundle in result.outputs for mime, text in bundle]
        self._kept_characters += len(result.printed) + 100 * len(result.outputs) + sum(sizes)
        return result if self._kept_characters <= MAX_KEPT_CHARACTERS else replace(result, printed="", outputs=())

    def _run_cells(self, worker: Worker) -> None:
        first_run = self._restarts == 0
        for source in self._sources:
            if source.cell in self._left_out or self._budget.is_spent:
                continue
            result = self._kept(worker.run_cell(source.text))
            self._notice(worker)
            if source.cell not in self.cells or first_run:
                self.cells[source.cell] = result
            if result.status in (CallStatus.TIMED_OUT, CallStatus.DIED):
                self.cells[source.cell] = result
                self._left_out.add(source.cell)
                self._lose()
                return
            if self.violation:
                return

    def _notice(self, worker: Worker | None) -> None:
        if worker is not None and worker.poisoned:
            self.violation = worker.poisoned

    def _lose(self) -> None:
        self._restarts += 1
        self.close()
