"""``steepest validate``."""

from __future__ import annotations

from pathlib import Path

import click

from steepest.cli import NOT_GRADED, console, errors
from steepest.errors import SandboxUnavailableError
from steepest.grade_class import confining_walls
from steepest.outputs.html import render_report
from steepest.outputs.report_json import write_atomic
from steepest.outputs.score_sheet import score_sheet
from steepest.released import notebook_in, released_assignment
from steepest.sandbox.limits import Wall
from steepest.validate import validate as validate_notebook


@click.command()
@click.argument("notebook", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report page, too.")
@click.option("--no-sandbox", is_flag=True, help="Run the notebook in this very process, also where walls stand.")
def validate(notebook: Path | None, page: Path | None, no_sandbox: bool) -> None:
    """Score NOTEBOOK as it would be graded, on practice matrices. Works offline, in the folder that you were given.

    NOTEBOOK is a file, or a folder that holds one; the working folder by default. The properties are those of the
    test_<assignment>.py beside it. Your score in the course uses other matrices of the same kinds. Exit code 0 means
    that there is a score, whatever it is.
    """
    place = notebook or Path.cwd()
    path = notebook_in(place) if place.is_dir() else place
    assignment = released_assignment(path.parent)
    walls = () if no_sandbox else _walls()
    with console.status(f"running {path.name} and asking its functions ..."):
        report = validate_notebook(assignment, path, walls)
    console.print(score_sheet(report))
    if page is not None:
        write_atomic(page, render_report(report, assignment_title=assignment.title).encode())
        console.print(f"report: {page}", soft_wrap=True, markup=False)
    if report.fault is not None:
        raise SystemExit(NOT_GRADED)


def _walls() -> tuple[Wall, ...]:
    """Return the walls that stand here; none where a notebook cannot be confined, which is said."""
    try:
        return confining_walls()
    except SandboxUnavailableError:
        errors.print("This machine cannot confine a notebook, so yours runs in this process.", style="yellow")
        return ()
