"""The table of platforms: a new one is a file beside this one, and a line here."""

from __future__ import annotations

from steepest.model import GradeReport
from steepest.outputs import badge, classroom50, github, gradescope, junit
from steepest.outputs.html import render_report
from steepest.outputs.report_json import dump_report
from steepest.outputs.target import Files, OutputFile, Target, Writer


def _json(report: GradeReport, target: Target) -> Files:
    return (OutputFile(target.folder / "report.json", dump_report(report)),)


def _html(report: GradeReport, target: Target) -> Files:
    page = render_report(
        report,
        course_title=target.course_title,
        assignment_title=target.assignment_title or report.assignment,
    )
    return (OutputFile(target.folder / "report.html", page.encode()),)


WRITERS: dict[str, Writer] = {
    "badge": badge.WRITER,
    "classroom50": classroom50.WRITER,
    "github": github.WRITER,
    "gradescope": gradescope.WRITER,
    "html": Writer(_html),
    "json": Writer(_json),
    "junit": junit.WRITER,
}
"""What `steepest ci` can write, by the name that course.yml and ``--write`` use."""
