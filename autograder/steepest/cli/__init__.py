"""The command line: verbs, progress bars and exit codes, no logic.

Exit codes: 0 done (whatever the scores), 1 a check found errors, 2 wrong usage or unusable input,
3 something was not graded and needs a person.
"""

from __future__ import annotations

import errno
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click
from rich.console import Console

from steepest import __version__
from steepest.errors import SteepestError

USAGE = 2
NOT_GRADED = 3

VERBS = {
    "check": ("steepest.cli.teaching", "Look for mistakes in a course before its students do."),
    "corpus": ("steepest.cli.corpus", "Grade the grader: right and wrong solutions, and what fires for them."),
    "ci": ("steepest.cli.ci", "Grade one notebook where a platform runs it, in the formats that platforms read."),
    "collect": ("steepest.cli.collecting", "Collect notebooks as Canvas, Moodle or git repositories hold them."),
    "doctor": ("steepest.cli.machine", "Show which walls stand on this machine, by attacking them."),
    "exam": ("steepest.cli.exams", "Draw, show or verify the secret exam of an assignment."),
    "export": ("steepest.cli.exporting", "Write grades as CSV, for spreadsheets or for Canvas."),
    "feedback": ("steepest.cli.gradebook", "Make the pages that students read once a person has looked."),
    "grade": ("steepest.cli.grading", "Grade submissions of an assignment in the sandbox."),
    "package": ("steepest.cli.package", "Make what a platform wants to be given, such as Gradescope's zip."),
    "history": ("steepest.cli.gradebook", "Show every attempt that was ever graded: who, when, which score."),
    "release": ("steepest.cli.teaching", "Make the folder that students get."),
    "validate": ("steepest.cli.validate", "Score your own notebook as it would be graded, on practice matrices."),
}

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

F = TypeVar("F", bound=Callable[..., Any])


class _Verbs(click.Group):
    """A group whose verbs are imported when they are used, so that ``--version`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb, imported now; None if there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module, _ = VERBS[cmd_name]
        command = getattr(importlib.import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's own signature
        """Run the verb; what a person can mend ends it with one sentence, everything else with its traceback."""
        try:
            return super().invoke(ctx)
        except SteepestError as error:
            fail(str(error))
        except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            if error.filename is None:
                raise
            fail(f"{error.filename}: {error.strerror}. Try: a folder that exists and that you may write to")
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EROFS, errno.EDQUOT):
                raise
            fail(f"{error.filename or 'a file'} cannot be written: {error.strerror}. Try: make room, and run it again")


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="steepest")
def steepest() -> None:
    """Teach and grade matrix operations by gradient descent.

    Properties are open, matrices are secret: student code runs in a sandbox and only ever answers calls; this
    program judges the answers.
    """


def course_option(function: F) -> F:
    """Add ``--course`` to a verb."""
    option = click.option(
        "--course",
        "course_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("course.yml"),
        show_default=True,
        help="The course to work on.",
    )
    return option(function)


def device_option(function: F) -> F:
    """Add ``--device`` to a verb."""
    option = click.option(
        "--device",
        type=click.Choice(["cpu", "cuda", "auto"]),
        help="Where submissions run; auto takes a card if there is one.  [default: course.yml]",
    )
    return option(function)


def fail(text: str, code: int = USAGE) -> NoReturn:
    """Print an error and leave."""
    errors.print(f"steepest: {text}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(code)
