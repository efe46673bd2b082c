"""A badge for a README: the score as a small SVG, and as the JSON that badge services read."""

from __future__ import annotations

import json

from markupsafe import Markup

from steepest.model import GradeReport
from steepest.outputs.svg import picture, tag
from steepest.outputs.target import Files, OutputFile, Target, Writer
from steepest.outputs.words import score_text
from steepest.text import one_line

_GREY = "#5d6673"
_CHARACTER, _PADDING, _HEIGHT = 6.6, 7, 20
# Dark enough for white letters (contrast above 4.5), and named as badge services name them.
_COLOURS = ((1.0, "#2e7d32", "brightgreen"), (0.75, "#55752f", "green"), (0.5, "#8a6100", "yellow"))
_LOW = ("#b3261e", "red")


def files(report: GradeReport, target: Target) -> Files:
    """Return ``badge.svg`` and ``badge.json``."""
    return (
        OutputFile(target.folder / "badge.svg", render_badge(report).encode()),
        OutputFile(target.folder / "badge.json", render_endpoint(report)),
    )


def render_badge(report: GradeReport) -> Markup:
    """Return the badge as an SVG picture."""
    label, message, (fill, _) = one_line(report.assignment, 40), score_text(report), _colours(report)
    left, right = (len(text) * _CHARACTER + 2 * _PADDING for text in (label, message))
    parts = [
        tag("rect", width=left, height=_HEIGHT, fill="#3c4350"),
        tag("rect", x=left, width=right, height=_HEIGHT, fill=fill),
        tag("text", label, x=_PADDING, y=14, fill="#ffffff"),
        tag("text", message, x=left + _PADDING, y=14, fill="#ffffff"),
    ]
    return picture(left + right, _HEIGHT, f"{label}: {message}", parts)


def render_endpoint(report: GradeReport) -> bytes:
    """Return the same as JSON, version 1 of the endpoint schema of shields.io."""
    record = {
        "schemaVersion": 1,
        "label": one_line(report.assignment, 40),
        "message": score_text(report),
        "color": _colours(report)[1],
    }
    return json.dumps(record, ensure_ascii=True).encode("ascii") + b"\n"


def _colours(report: GradeReport) -> tuple[str, str]:
    if report.needs_human or not report.max_points:
        return _GREY, "lightgrey"
    share = report.points / report.max_points
    return next(((fill, name) for least, fill, name in _COLOURS if share >= least), _LOW)


WRITER = Writer(files)
