"""Asking functions in this very process, for self-checks: the same questions and answers, and no walls at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import torch

from steepest.answers import Answer, Arguments
from steepest.errors import NotebookError
from steepest.notebook import graded_sources, parse_notebook, read_submission
from steepest.sandbox import worker
from steepest.sandbox.cells import CellResult, cell_result
from steepest.sandbox.session import Source
from steepest.sandbox.shell import make_shell, stub_module
from steepest.sandbox.wire import encode_arguments, read_answer, read_parameters

PRINTED_CHARACTERS = 1 << 20


class NamespaceCaller:
    """A `Caller` over functions that already live in this process, such as those of a student's own notebook.

    As in grading, the same call is asked once, however many properties need its answer, and ``attempt`` changes the
    seed that each call starts from.
    """

    def __init__(self, namespace: Mapping[str, object], *, attempt: int = 0) -> None:
        self._namespace = namespace
        self._attempt = attempt
        self._answers: dict[tuple[str, bytes], Answer] = {}

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the function's parameter names; None when there is no such function."""
        kind, text, _ = worker.parameters(self._namespace, function)
        return read_parameters(kind, text)

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the answer to a call; the process' random generators are left as they were."""
        payload = self._attempt.to_bytes(8, "big") + encode_arguments(arguments)
        if (function, payload) not in self._answers:
            with torch.random.fork_rng(devices=[]):
                self._answers[function, payload] = read_answer(*worker.call(self._namespace, function, payload))
        return self._answers[function, payload]


class OpenSession(NamespaceCaller):
    """A `Session` without any wall or limit, for a student's own notebook on a machine that has none to offer.

    The cells run in this very process. Nothing is lost and nothing can break the protocol, since there is none.
    """

    violation = ""

    def __init__(self, sources: Sequence[Source], *, attempt: int = 0) -> None:
        self._shell = make_shell(PRINTED_CHARACTERS)
        super().__init__(self._shell.user_ns, attempt=attempt)
        self._sources = tuple(sources)
        self.cells: dict[int, CellResult] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        return None

    def start(self) -> None:
        """Run the cells; a ``check`` that a cell calls does nothing, as in the sandbox."""
        with _silent_check():
            for source in self._sources:
                self.cells[source.cell] = cell_result(worker.run_cell(self._shell, source.text))


@contextmanager
def _silent_check() -> Iterator[None]:
    kit = sys.modules["steepest"]
    kit.__dict__["check"] = stub_module().check
    try:
        yield
    finally:
        del kit.__dict__["check"]


def notebook_caller(notebook: Path | None, folder: Path) -> NamespaceCaller:
    """Return a caller over the functions of a notebook, whose cells are run here and now.

    Args:
        notebook: The notebook; None takes the only one in ``folder``.
        folder: Where to look.

    Raises:
        NotebookError: There is none, there are several, or it cannot be read.
    """
    path = notebook or _only_notebook(folder)
    shell = make_shell(PRINTED_CHARACTERS)
    for cell in graded_sources(parse_notebook(read_submission(path))):
        worker.run_cell(shell, cell.source)
    return NamespaceCaller(shell.user_ns)


def _only_notebook(folder: Path) -> Path:
    found = sorted(folder.glob("*.ipynb"))
    if len(found) != 1:
        raise NotebookError(f"{folder} holds {len(found)} notebooks", "name the one to ask: --notebook NAME.ipynb")
    return found[0]
