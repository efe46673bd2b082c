"""The files of a corpus, ``FOLDER/ASSIGNMENT/{wheats,chaffs}/NAME.py``, each made into a notebook of one code cell."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from steepest.confusion import CorpusFile, Kind
from steepest.corpus.first_line import FirstLineError, read_first_line
from steepest.errors import Problem, SteepestError

MAX_FILE_BYTES = 1 << 18
SAMPLE = "sample.txt"
"""The file in a corpus' folder that lists, one a line as ``inverse/wheats/adam``, what ``--sample`` grades."""


class CorpusError(SteepestError):
    """A corpus cannot be read; all mistakes are reported at once."""

    def __init__(self, folder: Path, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        super().__init__("\n".join([f"{folder}: {count}", *(f"  {problem}" for problem in self.problems)]))


@dataclass(frozen=True)
class CorpusSource:
    """A file of the corpus and the notebook that it is graded as."""

    file: CorpusFile
    notebook: bytes


def find_sources(folder: Path, assignments: Collection[str]) -> tuple[CorpusSource, ...]:
    """Return the files of these assignments, wheats before chaffs, by name.

    Raises:
        CorpusError: There is none, or a file is not UTF-8, too long, or begins with a wrong line.
    """
    found: list[CorpusSource] = []
    problems: list[Problem] = []
    for assignment in assignments:
        for kind in Kind:
            for path in sorted((folder / assignment / f"{kind.value}s").glob("*.py")):
                try:
                    found.append(_source(path, assignment, kind))
                except FirstLineError as error:
                    problems.append(error.problem)
    if problems:
        raise CorpusError(folder, problems)
    if not found:
        way_out = "put solutions into ASSIGNMENT/wheats/*.py and ASSIGNMENT/chaffs/*.py below it"
        raise CorpusError(folder, [Problem("corpus", f"no file for {', '.join(assignments)}", way_out)])
    return tuple(found)


def choose(sources: Sequence[CorpusSource], patterns: Sequence[str]) -> tuple[CorpusSource, ...]:
    """Return the files whose name, or ``assignment/kinds/name``, matches one of the patterns (``*`` stands for any)."""
    return tuple(
        source
        for source in sources
        if any(fnmatchcase(source.file.name, each) or fnmatchcase(path_of(source.file), each) for each in patterns)
    )


def path_of(file: CorpusFile) -> str:
    """Return where a file lies in its corpus, without its ending: ``inverse/wheats/adam``."""
    return f"{file.assignment}/{file.kind.value}s/{file.name}"


def read_sample(folder: Path) -> tuple[str, ...]:
    """Return the files that the folder's sample lists; empty lines and lines that begin with # are left out.

    Raises:
        CorpusError: There is no such list, or a file in it does not exist.
    """
    path = folder / SAMPLE
    if not path.is_file():
        problem = Problem(SAMPLE, "(missing)", "list in it what --sample grades, one a line: inverse/wheats/adam")
        raise CorpusError(folder, [problem])
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    names = tuple(line for line in lines if line and not line.startswith("#"))
    if missing := [name for name in names if not (folder / f"{name}.py").is_file()]:
        raise CorpusError(
            folder, [Problem(SAMPLE, name, "there is no such file; take the line out") for name in missing]
        )
    return names


def _source(path: Path, assignment: str, kind: Kind) -> CorpusSource:
    where = f"{assignment}/{kind.value}s/{path.name}"
    data = path.read_bytes()
    if len(data) > MAX_FILE_BYTES:
        raise FirstLineError(Problem(where, f"{len(data)} bytes", f"a solution has at most {MAX_FILE_BYTES}"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FirstLineError(Problem(where, f"byte {error.start}", "save it as UTF-8")) from None
    first, _, rest = text.partition("\n")
    return CorpusSource(read_first_line(first.rstrip("\r"), assignment, kind, path.stem), as_notebook(f"\n{rest}"))


def as_notebook(code: str) -> bytes:
    """Return a notebook with one code cell.

    The first line of the file is not in it, so that a new word there does not make earlier results out of date.
    """
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": code,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, sort_keys=True).encode()
