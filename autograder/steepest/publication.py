"""Publishing one report on several platforms: each file whole or not at all, each platform on its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from steepest.model import GradeReport
from steepest.outputs.report_json import write_atomic
from steepest.outputs.target import Files, Mode, OutputFile, Target
from steepest.outputs.writers import WRITERS

BEGIN, END = b"<!-- steepest: begin -->\n", b"\n<!-- steepest: end -->\n"


class Publication:
    """The outputs of one run, by their names in `WRITERS`; ``problems`` says what could not be written."""

    def __init__(self, names: Sequence[str], target: Target) -> None:
        self.names = tuple(names)
        self.target = target
        self.problems: list[str] = []

    def show(self, report: GradeReport) -> None:
        """Write the report in every format; what cannot be written is remembered, and its old content stays."""
        for name in self.names:
            try:
                self.problems += put(WRITERS[name].files(report, self.target))
            except Exception as error:  # one broken writer must not take the others along
                self.problems.append(f"{name}: {type(error).__name__}: {error}")

    def log(self, report: GradeReport) -> tuple[str, ...]:
        """Return what the platforms want in the runner's log."""
        writers = [WRITERS[name] for name in self.names]
        return tuple(line for writer in writers if writer.log for line in writer.log(report, self.target))

    def instead(self) -> Files | None:
        """Return what a platform wants published in place of a grading; None if nothing speaks against grading."""
        writers = [WRITERS[name] for name in self.names]
        found = (writer.instead(self.target) for writer in writers if writer.instead)
        return next((files for files in found if files is not None), None)


def put(files: Files) -> list[str]:
    """Write files, each whole or not at all, and return what could not be written, with the cause."""
    problems = []
    for file in files:
        try:
            _put(file)
        except OSError as error:
            problems.append(f"{file.path}: {error.strerror or type(error).__name__}; what stood there still stands")
    return problems


def _put(file: OutputFile) -> None:
    if file.mode is Mode.APPEND:
        with file.path.open("ab") as stream:
            stream.write(file.data)
        return
    file.path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(file.path, _in_section(file) if file.mode is Mode.SECTION else file.data)


def _in_section(file: OutputFile) -> bytes:
    """Return the file that is there with our section in it, in the place of an earlier one."""
    there = file.path.read_bytes() if file.path.is_file() else b""
    before, found, rest = there.partition(BEGIN)
    after = rest.partition(END)[2] if found else b""
    return before + BEGIN + file.data + END + after


def writable(folder: Path) -> bool:
    """Return whether files can be made in a folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
