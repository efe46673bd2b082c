"""Where a report is published: the folder for result files, the platform's environment, the notebook's place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from steepest.model import GradeReport


@dataclass(frozen=True)
class Target:
    """Everything besides the report that an output may depend on.

    ``folder`` is where result files go. ``checkout`` is the student's working folder, which some platforms read
    results from. ``environment`` is that of the runner: what platforms say of themselves, each writer reads its own.
    ``notebook`` is the notebook's path as the platform knows it, and ``lines`` are lines of that file, by the name of
    a function that is defined there and by the number of a cell. ``secret_exam`` tells a graded from a practice run.
    """

    folder: Path
    checkout: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    notebook: str = ""
    lines: Mapping[str | int, int] = field(default_factory=dict)
    course_title: str = ""
    assignment_title: str = ""
    secret_exam: bool = False


class Mode(Enum):
    """How a file is written: whole, as one section of a file that others write to as well, or as further lines."""

    WHOLE = "whole"
    SECTION = "section"
    APPEND = "append"


@dataclass(frozen=True)
class OutputFile:
    """The bytes of one file, and how they get there."""

    path: Path
    data: bytes
    mode: Mode = Mode.WHOLE


Files = Sequence[OutputFile]


@dataclass(frozen=True)
class Writer:
    """One platform: what is written for a report, and what if anything is published in place of a grading.

    ``files`` is called twice: with the report that says *not graded yet*, before any student code runs, and with the
    final one. ``log`` gives lines for the runner's log, for the final report only. ``instead`` may refuse to have the
    submission graded at all (a rate limit): it returns the files to publish in its place, or None.
    """

    files: Callable[[GradeReport, Target], Files]
    log: Callable[[GradeReport, Target], Sequence[str]] | None = None
    instead: Callable[[Target], Files | None] | None = None
