"""JUnit XML: one testcase a property, points as properties of suite and testcase, as pytest itself writes them.

``junit-10.xsd`` knows no properties in a testcase, pytest writes them there all the same, and readers take them.
No time is measured here, so every time is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from steepest.model import GradeReport, PropertyResult, Verdict, points_text
from steepest.outputs.clean import cleaned
from steepest.outputs.plain import explanation
from steepest.outputs.target import Files, OutputFile, Target, Writer
from steepest.outputs.words import short_name
from steepest.text import one_line

NO_TIME = "0.000"


def files(report: GradeReport, target: Target) -> Files:
    """Return ``junit.xml``."""
    return (OutputFile(target.folder / "junit.xml", render_junit(report)),)


def render_junit(report: GradeReport) -> bytes:
    """Return the report as JUnit XML in UTF-8, of one suite; a fault is one testcase with an ``error``."""
    report = cleaned(report)
    cases = list(_cases(report))
    counts = {
        "tests": len(cases),
        "failures": sum("<failure " in case for case in cases),
        "errors": sum("<error " in case for case in cases),
        "skipped": sum("<skipped " in case for case in cases),
    }
    numbers = "".join(f' {name}="{count}"' for name, count in counts.items())
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="steepest"{numbers} time="{NO_TIME}">',
        f'<testsuite name={quoteattr(report.assignment)}{numbers} time="{NO_TIME}">',
        _properties(_suite_facts(report)),
        *cases,
        *([f"<system-out>{escape(notes)}</system-out>"] if (notes := _notes(report)) else []),
        "</testsuite>",
        "</testsuites>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _suite_facts(report: GradeReport) -> dict[str, str]:
    found = {"student": report.student, "graded": "false" if report.needs_human else "true"}
    if not report.needs_human:
        found |= {"points": points_text(report.points), "max_points": points_text(report.max_points)}
    provenance = report.provenance
    return found | {
        "notebook_sha256": provenance.notebook_sha256,
        "properties_sha256": provenance.properties_sha256,
        "judging_sha256": provenance.judging_sha256 or "",
        "exam_sha256": provenance.exam_sha256,
        "device": provenance.device,
        "walls": ", ".join(provenance.walls),
    }


def _cases(report: GradeReport) -> Iterator[str]:
    if report.needs_human:
        error = f'<error type="NotGraded" message={quoteattr(one_line(report.fault or ""))}></error>'
        yield _case(report.assignment, "not graded", error)
        return
    for result in report.properties:
        points = {"points": points_text(result.points), "max_points": points_text(result.max_points)}
        name = f"{report.assignment}.{result.exercise}"
        yield _case(name, short_name(result), _properties(points | {"title": result.title}) + _ending(result))


def _case(classname: str, name: str, content: str) -> str:
    return f'<testcase classname={quoteattr(classname)} name={quoteattr(name)} time="{NO_TIME}">{content}</testcase>'


def _ending(result: PropertyResult) -> str:
    message = quoteattr(one_line(result.message))
    match result.verdict:
        case Verdict.PASSED:
            return ""
        case Verdict.SKIPPED:
            return f'<skipped type="NotAskable" message={message}></skipped>'
        case Verdict.FAILED:
            return f'<failure type="PropertyFailed" message={message}>{escape(explanation(result))}</failure>'
        case _:
            kind = "TimedOut" if result.verdict is Verdict.TIMED_OUT else "NoAnswer"
            return f'<error type="{kind}" message={message}>{escape(explanation(result))}</error>'


def _properties(facts: dict[str, str]) -> str:
    entries = (
        f"<property name={quoteattr(name)} value={quoteattr(one_line(value))}/>" for name, value in facts.items()
    )
    return f"<properties>{''.join(entries)}</properties>"


def _notes(report: GradeReport) -> str:
    return "\n".join([*report.notes, *(f"Cell {note.cell}: {note.text}" for note in report.cells)])


WRITER = Writer(files)
