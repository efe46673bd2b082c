"""``steepest collect``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from steepest.cli import NOT_GRADED, console, course_option, errors, fail
from steepest.collect import Change, Collected, submitted_folder
from steepest.collect import collect as collect_files
from steepest.course import load_course, load_roster
from steepest.handed_in import handed_in

STYLES = {Change.NEW: "green", Change.REPLACED: "yellow", Change.SAME: "dim"}


@click.command()
@click.argument("assignment_id", metavar="ASSIGNMENT")
@click.argument("sources", metavar="SOURCES...", nargs=-1, required=True, type=click.Path(path_type=Path))
@course_option
@click.option("--with-times", is_flag=True, help="Take the files' times (in git: of their commits) as handed in.")
@click.option("--dry-run", is_flag=True, help="Show what would be collected, and write nothing.")
def collect(assignment_id: str, sources: Sequence[Path], course_file: Path, with_times: bool, dry_run: bool) -> None:
    """Collect notebooks of ASSIGNMENT from SOURCES into generated/submitted, where nbgrader and `grade` find them.

    A source is a zip file or a folder as Canvas or Moodle give it, a folder of notebooks named after students, or a
    folder of git repositories. Files are matched against the roster by id, address and name. What cannot be matched
    is listed. Exit code 3 if something is.
    """
    course = load_course(course_file)
    assignment = course.assignment(assignment_id)
    if course.roster is None:
        fail(f"{course.source}: roster is missing, and without one nothing can be matched. Try: roster: roster.csv")
    handed = (item for source in sources for item in handed_in(source))  # one at a time: a class can be large
    roster = load_roster(course.roster)
    found, unmatched = collect_files(course, assignment, handed, roster, with_times=with_times, dry_run=dry_run)
    if found:
        console.print(_table(found))
    missing = sorted({entry.id for entry in roster} - {item.student for item in found})
    counts = ", ".join(f"{sum(item.change is change for item in found)} {change.value}" for change in Change)
    words = "would be collected" if dry_run else f"collected into {submitted_folder(course)}"
    console.print(f"{len(found)} of {len(roster)} {words} ({counts})", soft_wrap=True, markup=False)
    if missing:
        console.print(f"nothing from: {', '.join(missing)}", style="dim", soft_wrap=True, markup=False)
    for thing in unmatched:
        errors.print(f"not collected: {thing.name}: {thing.reason}", style="yellow", markup=False, soft_wrap=True)
    if unmatched:
        raise SystemExit(NOT_GRADED)


def _table(found: Sequence[Collected]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for heading in ("student", "", "file", "remarks"):
        table.add_column(heading, overflow="fold")
    for item in found:
        change = Text(item.change.value, style=STYLES[item.change])
        table.add_row(Text(item.student), change, Text(str(item.path)), Text("; ".join(item.notes)))
    return table
