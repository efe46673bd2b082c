"""The command line: verbs, progress bars and exit codes, no logic.

Exit codes: 0 done (whatever the scores), 1 a check found errors, 2 wrong usage or unusable input,
3 something was not graded and needs a person.
"""

from __future__ import annotations

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
    "doctor": ("steepest.cli.machine", "Show which walls stand on this machine, by attacking them."),
    "exam": ("steepest.cli.exams", "Draw, show or verify the secret exam of an assignment."),
    "grade": ("steepest.cli.grading", "Grade submissions of an assignment in the sandbox."),
    "release": ("steepest.cli.teaching", "Make the folder that students get."),
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
        try:
            return super().invoke(ctx)
        except SteepestError as error:
            fail(str(error))


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


def fail(text: str, code: int = USAGE) -> NoReturn:
    """Print an error and leave."""
    errors.print(f"steepest: {text}", style="red", markup=False, soft_wrap=True)
    raise SystemExit(code)
