"""``steepest grade``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from steepest.cli import NOT_GRADED, console, course_option, device_option, errors, fail
from steepest.cli.gradebook import publish_to_gradebook
from steepest.cli.planning import kept_lines, plan_text, show_plan
from steepest.course import Course, load_course, load_roster
from steepest.grade import Paper
from steepest.grade_class import confining_walls, grade_class, graded_folder, prepare, publish_index
from steepest.model import GradeReport
from steepest.outputs.terminal import fault_lines, result_line, score_table
from steepest.plan import Fate, Planned, plan
from steepest.sandbox.limits import Wall, standing_walls
from steepest.submissions import Unmatched, find_submissions


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@click.argument(
    "paths", metavar="SUBMISSIONS...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True)
)
@course_option
@click.option(
    "--jobs", type=click.IntRange(1, 64), help="How many submissions to grade at a time.  [default: course.yml]"
)
@click.option("--force", is_flag=True, help="Grade again what is up to date.")
@click.option(
    "--only",
    type=click.Choice(["new"]),
    help="new: leave each report that only an edit of the course or of the kit put out of date.",
)
@click.option("--dry-run", is_flag=True, help="Only show who would be graded and why.")
@click.option("--anyone", is_flag=True, help="Grade students who are not in the roster, too.")
@device_option
@click.option(
    "--gradebook/--no-gradebook",
    default=None,
    help="Write to nbgrader's gradebook.  [default: if it has the assignment]",
)
@click.option(
    "--no-sandbox", is_flag=True, help="Run submissions WITHOUT walls. Only for notebooks you wrote yourself."
)
def grade(
    assignment_id: str,
    paths: Sequence[Path],
    course_file: Path,
    jobs: int | None,
    force: bool,
    only: str | None,
    dry_run: bool,
    anyone: bool,
    device: str | None,
    gradebook: bool | None,
    no_sandbox: bool,
) -> None:
    """Grade SUBMISSIONS of ASSIGNMENT: notebooks, folders of notebooks, or nbgrader's submitted folder.

    A report is written for each student the moment it exists. A second run grades only what is new or out of date,
    and says first how many that is and why: a notebook, the properties, the exam, the limits, the kit. Exit code 0
    means that everyone was graded, whatever the scores.

    After an upgrade of the kit every report is out of date. With --only new such reports, and what the gradebook has
    of them, stay as they were published; new, changed and failed submissions are graded.
    """
    if force and only:
        raise click.UsageError("--force grades everything and --only new does not. Try: one of the two")
    only_new = only is not None
    course = load_course(course_file)
    walls = _walls(no_sandbox=no_sandbox)
    paper = prepare(course, course.assignment(assignment_id), walls, device=device or "")
    names = _names(course)
    submissions, unmatched = find_submissions(paths, assignment_id, () if anyone else names)
    if not submissions and not unmatched:
        fail(f"no submission of {assignment_id} below {', '.join(map(str, paths))}")
    planned = plan(graded_folder(course, paper.assignment), paper, submissions, force=force, only_new=only_new)
    console.print(plan_text(assignment_id, planned), soft_wrap=True)
    if dry_run:
        show_plan(planned)
        _end((), unmatched, ())
        return
    reports = _graded(course, paper, planned, jobs or course.engine.jobs, only_new=only_new)
    index = publish_index(course, paper.assignment, names)
    console.print(score_table(reports))
    for line in kept_lines(planned):
        console.print(line, style="dim", soft_wrap=True)
    if index is not None:
        console.print(f"reports: {index}", soft_wrap=True)
    left = {each.submission.student for each in planned if each.fate is Fate.LEAVE} if only_new else None
    problems = publish_to_gradebook(course, paper.assignment, submissions, reports, left, wanted=gradebook)
    _end(reports, unmatched, problems)


def _graded(
    course: Course, paper: Paper, planned: Sequence[Planned], jobs: int, *, only_new: bool
) -> list[GradeReport]:
    """Return a report on everyone, sorted by student; a line is printed for each as it comes."""
    reports: list[GradeReport] = []
    progress = Progress(
        *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        console=console,
        transient=True,
    )
    with progress:
        bar = progress.add_task(f"grading {paper.assignment.id}", total=len(planned))
        for graded in grade_class(course, paper, planned, jobs=jobs, only_new=only_new):
            reports.append(graded.report)
            style = None if graded.fate is Fate.GRADE else "dim"
            progress.console.print(result_line(graded.report), style=style)
            progress.advance(bar)
    return sorted(reports, key=lambda report: report.student)


def _walls(*, no_sandbox: bool) -> tuple[Wall, ...]:
    if not no_sandbox:
        walls = confining_walls()
        for wall in (wall for wall in Wall if wall not in walls and wall is not Wall.OWN_UID):
            errors.print(f"this wall does not stand here: {wall.value}. {wall.sentence}", style="yellow")
        return walls
    errors.print("WITHOUT a sandbox: submissions can read, write and send whatever you can.", style="bold red")
    return tuple(wall for wall in standing_walls() if wall is Wall.RLIMITS)


def _names(course: Course) -> dict[str, str]:
    if course.roster is None:
        return {}
    return {entry.id: f"{entry.first_name} {entry.last_name}".strip() for entry in load_roster(course.roster)}


def _end(reports: Sequence[GradeReport], unmatched: Sequence[Unmatched], problems: Sequence[str]) -> None:
    for line in fault_lines(reports):
        errors.print(line)
    for thing in unmatched:
        errors.print(f"not graded: {thing.name}: {thing.reason}", style="yellow", markup=False)
    for problem in problems:
        errors.print(problem, style="yellow", markup=False, soft_wrap=True)
    if unmatched or problems or any(report.fault is not None for report in reports):
        raise SystemExit(NOT_GRADED)
