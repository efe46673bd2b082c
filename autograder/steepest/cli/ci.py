"""``steepest ci``."""

from __future__ import annotations

import os
import re
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.text import Text

from steepest._streams import print_commands
from steepest.ci import Done, Run
from steepest.ci_order import Order
from steepest.ci_timings import Timings
from steepest.cli import NOT_GRADED, USAGE, device_option, errors, fail
from steepest.model import GradeReport, points_text
from steepest.outputs.score_sheet import score_sheet
from steepest.outputs.writers import WRITERS
from steepest.sandbox.limits import Wall, standing_walls

BELOW = 1
_WIDTH = 100
_THRESHOLD = re.compile(r"(\d+(?:\.\d{1,2})?)(%?)")


class Threshold(click.ParamType[tuple[float, bool]]):
    """A number of points, or a share of them."""

    name = "points"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, bool]:
        """Return the number and whether it is a percentage."""
        found = _THRESHOLD.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is neither points such as 18 nor a share such as 50%", param, ctx)
        return float(found[1]), bool(found[2])


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@click.argument("notebook", required=False, type=click.Path(path_type=Path))
@click.option(
    "--checkout",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A student's folder: nothing in it but the notebook is read.  [default: the current folder, believed]",
)
@click.option("--course", "course_file", type=click.Path(path_type=Path), help="course.yml.  [default: ./course.yml]")
@click.option("--exam", default="practice", help="practice, secret (drawn from the course's secret), or a frozen exam.")
@click.option("--write", "names", multiple=True, type=click.Choice(list(WRITERS)), help="An output; may be repeated.")
@click.option(
    "--output", type=click.Path(path_type=Path), help="Folder for results.  [default: generated/ci/ASSIGNMENT]"
)
@click.option("--student", default="", help="Whose notebook it is.  [default: as the platform says]")
@device_option
@click.option("--fail-below", type=Threshold(), help="Exit with 1 below this score: points, or a share such as 50%.")
@click.option("--local", is_flag=True, help="Show what the runner would show, and write nothing.")
@click.option("--timings", is_flag=True, help="Print where the seconds went.")
@click.option(
    "--no-sandbox", is_flag=True, help="Run the notebook WITHOUT walls. Only for one that you wrote yourself."
)
def ci(
    assignment_id: str,
    notebook: Path | None,
    checkout: Path | None,
    course_file: Path | None,
    exam: str,
    names: Sequence[str],
    output: Path | None,
    student: str,
    device: str | None,
    fail_below: tuple[float, bool] | None,
    local: bool,
    timings: bool,
    no_sandbox: bool,
) -> None:
    """Grade one notebook of ASSIGNMENT, as a runner does on every push.

    Needs a course.yml, or only the folder that students were given. A valid result exists in every format from the
    beginning, saying that nothing is graded yet. Exit code 0 means that the notebook was graded, whatever its score;
    1 that the score is below --fail-below; 3 that the grader could not do its work, which is no score.
    """
    if local and names:
        fail("--local writes nothing, so --write has no meaning beside it", USAGE)
    order = Order(
        assignment=assignment_id,
        checkout=(checkout or Path.cwd()).absolute(),
        trusted=Path.cwd(),
        notebook=notebook,
        course=course_file,
        exam=exam,
        write=tuple(names),
        output=output and output.absolute(),
        student=student,
        device=device or "",
        local=local,
        environment={key: value for key, value in os.environ.items() if "SECRET" not in key},
    )
    measured = Timings()
    run = Run(order, lambda: _walls(no_sandbox=no_sandbox), measured)
    with _stoppable(run, local=local):
        done = run.finish()
    _show(done, commands="GITHUB_ACTIONS" in order.environment and not local)
    if timings:
        _show_timings(measured)
    raise SystemExit(_status(done, fail_below))


@contextmanager
def _stoppable(run: Run, *, local: bool) -> Iterator[None]:
    """Let a runner that stops the job leave results that say so; the score is gone, the cause is not."""

    def stop(number: int, frame: FrameType | None) -> None:
        run.stop()
        os._exit(NOT_GRADED)

    numbers = () if local else (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _walls(*, no_sandbox: bool) -> tuple[Wall, ...]:
    from steepest.grade_class import confining_walls  # with all that grading needs: after the first result

    if not no_sandbox:
        return confining_walls()
    errors.print("WITHOUT a sandbox: the notebook can read, write and send whatever you can.", style="bold red")
    return tuple(wall for wall in standing_walls() if wall is Wall.RLIMITS)


def _show(done: Done, *, commands: bool) -> None:
    """Print the table, then the annotations; no line of a student's is taken for a workflow command."""
    console = Console(highlight=False, width=None if Console().is_terminal else _WIDTH)
    token = secrets.token_hex(16)
    if commands:
        print_commands([f"::stop-commands::{token}"])
    console.print(score_sheet(done.report))
    for line in provenance_lines(done.report):
        console.print(Text(line, style="dim"), soft_wrap=True)
    if commands:
        print_commands([f"::{token}::", *done.log])
    for problem in done.problems:
        errors.print(f"not written: {problem}", style="red", markup=False, soft_wrap=True)


def provenance_lines(report: GradeReport) -> list[str]:
    """Return what decides the score, a line each: versions, digests, device, limits, walls; nothing without a score."""
    known = report.provenance
    if report.needs_human or not known.properties_sha256:
        return []
    return [
        f"properties {known.properties_sha256[:16]}  code that judges {(known.judging_sha256 or 'unknown')[:16]}",
        f"exam {known.exam_sha256[:16]}  device {known.device}",
        "versions " + ", ".join(f"{name} {version}" for name, version in known.versions),
        "limits " + ", ".join(f"{name} {value}" for name, value in known.limits),
        "sandbox " + (", ".join(known.walls) or "none"),
    ]


def _show_timings(measured: Timings) -> None:
    rows = [
        ("all", measured.wall_s, measured.judge_cpu_s + measured.import_cpu_s + measured.student_cpu_s),
        ("importing torch and what notebooks use", measured.import_wall_s, measured.import_cpu_s),
        ("the notebook's own code", measured.student_wall_s, measured.student_cpu_s),
        ("the kit", measured.kit_wall_s, measured.judge_cpu_s),
    ]
    for name, wall, cpu in rows:
        errors.print(f"{name:<40} {wall:6.2f} s wall {cpu:6.2f} s CPU", markup=False)


def _status(done: Done, least: tuple[float, bool] | None) -> int:
    report = done.report
    if done.problems and not done.repeated:
        return NOT_GRADED
    if report.needs_human:
        return 0 if done.repeated else NOT_GRADED
    if least is None:
        return 0
    number, is_share = least
    wanted = number / 100 * report.max_points if is_share else number * 100
    if report.points >= wanted - 1e-6:
        return 0
    errors.print(f"the score is below the {points_text(round(wanted))} points that --fail-below asks for", style="red")
    return BELOW
