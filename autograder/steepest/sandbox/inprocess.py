"""Asking functions in this very process, for self-checks: the same questions and answers, and no walls at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from steepest.answers import Answer, Arguments
from steepest.errors import NotebookError
from steepest.notebook import graded_sources, parse_notebook, read_submission
from steepest.sandbox import worker
from steepest.sandbox.shell import make_shell
from steepest.sandbox.wire import encode_arguments, read_answer, read_parameters

PRINTED_CHARACTERS = 1 << 20


class NamespaceCaller:
    """A `Caller` over functions that already live in this process, such as those of a student's own notebook.

    As in grading, the same call is asked once, however many properties need its answer.
    """

    def __init__(self, namespace: Mapping[str, object]) -> None:
        self._namespace = namespace
        self._answers: dict[tuple[str, bytes], Answer] = {}

    def parameters(self, function: str) -> tuple[str, ...] | None:
        """Return the function's parameter names; None when there is no such function."""
        kind, text, _ = worker.parameters(self._namespace, function)
        return read_parameters(kind, text)

    def call(self, function: str, arguments: Arguments) -> Answer:
        """Return the answer to a call; the process' random generators are left as they were."""
        payload = bytes(8) + encode_arguments(arguments)
        if (function, payload) not in self._answers:
            with torch.random.fork_rng(devices=[]):
                self._answers[function, payload] = read_answer(*worker.call(self._namespace, function, payload))
        return self._answers[function, payload]


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
