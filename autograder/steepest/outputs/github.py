"""GitHub Actions: a step summary with pictures, annotations at the notebook's lines, and outputs for later steps.

The summary is Markdown that GitHub renders without scripts, styles or foreign pictures, so pictures are drawn with
coloured squares and with Mermaid. Texts of a student stand in fenced blocks, or are escaped character by character.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterator, Sequence

from steepest.model import Curve, GradeReport, HeatMap, PropertyResult, Verdict, points_text
from steepest.outputs.cards import Card, cards, exercises
from steepest.outputs.clean import cleaned
from steepest.outputs.plain import explanation
from steepest.outputs.target import Files, Mode, OutputFile, Target, Writer
from steepest.outputs.words import mark, number, score_text, short_name, word
from steepest.text import one_line

MAX_SUMMARY_BYTES = 900_000
"""The platform drops the whole summary of a step above 1 MiB; other tools may add to the same file."""
MAX_ANNOTATIONS = 10
"""How many annotations of each kind the platform shows for a step."""
MAX_PICTURES = 6
CURVE_POINTS = 40
LARGEST_PICTURE = 12


def files(report: GradeReport, target: Target) -> Files:
    """Return the step summary and the step's outputs, each only where the runner named a file for it."""
    made: list[OutputFile] = []
    if path := target.environment.get("GITHUB_STEP_SUMMARY"):
        made.append(OutputFile(target.folder.joinpath(path), render_summary(report, target).encode(), Mode.SECTION))
    if path := target.environment.get("GITHUB_OUTPUT"):
        lines = render_outputs(report, secrets.token_hex(16))
        made.append(OutputFile(target.folder.joinpath(path), lines.encode(), Mode.APPEND))
    # The summary once more as a file: for artefacts, and for looking at it without GitHub.
    return (*made, OutputFile(target.folder / "summary.md", f"{render_summary(report, target)}\n".encode()))


def log(report: GradeReport, target: Target) -> Sequence[str]:
    """Return the annotations as lines for the runner's log."""
    return workflow_commands(report, target)


def render_outputs(report: GradeReport, delimiter: str) -> str:
    """Return lines for ``GITHUB_OUTPUT``; ``delimiter`` must be one that no text can contain, so a random one."""
    graded = not report.needs_human
    single = {
        "graded": "true" if graded else "false",
        "points": points_text(report.points) if graded else "",
        "max-points": points_text(report.max_points) if graded else "",
        "full-marks": "true" if graded and 0 < report.max_points == report.points else "false",
    }
    report = cleaned(report)
    reasons = [f"{short_name(card.first)}: {card.first.message}" for card in cards(report.properties)[:MAX_ANNOTATIONS]]
    lines = [f"{name}={value}" for name, value in single.items()]
    return "\n".join([*lines, f"message<<{delimiter}", report.fault or "\n".join(reasons), delimiter, ""])


def workflow_commands(report: GradeReport, target: Target) -> list[str]:
    """Return workflow commands: errors for failed properties, warnings for notes, one notice with the score."""
    report = cleaned(report)
    if report.needs_human:
        return [_command("error", f"{report.assignment}: not graded", report.fault or "", target.notebook, 1)]
    failed = [card for card in cards(report.properties) if card.first.verdict is not Verdict.SKIPPED]
    errors = [_annotation(card, report, target) for card in failed[:MAX_ANNOTATIONS]]
    notes = [(note, 1) for note in report.notes]
    notes += [(f"Cell {note.cell}: {note.text}", target.lines.get(note.cell, 1)) for note in report.cells]
    warnings = [
        _command("warning", f"{report.assignment}: note", text, target.notebook, line)
        for text, line in notes[:MAX_ANNOTATIONS]
    ]
    left = len(failed) - len(errors)
    score = score_text(report) + (f"; {left} more reasons for lost points are in the summary" if left > 0 else "")
    return [*errors, *warnings, _command("notice", f"{report.assignment}: score", score, target.notebook, 1)]


def render_summary(report: GradeReport, target: Target) -> str:
    """Return the step summary in Markdown, below the platform's limit whatever the report holds."""
    report = cleaned(report)
    title = one_line(target.assignment_title or report.assignment, 120)
    head = [f"## {escaped(title)}: {escaped(score_text(report))}", ""]
    if report.needs_human:
        return "\n".join([*head, "**Not graded.** This is neither a pass nor a zero.", "", *fenced(report.fault or "")])
    head += [escaped(_exam_words(target)), "", *_exercise_table(report), ""]
    tail = [*_provenance(report), ""]
    return _capped(head, [*_card_parts(report), *_note_parts(report)], tail)


def escaped(text: str) -> str:
    """Return one line of text in which Markdown, HTML, mentions, references and links mean nothing."""
    return re.sub(
        r"[^\w \u0080-\U0010ffff.,;()+/=-]|_|\.(?=\w)", lambda match: f"&#{ord(match[0])};", one_line(text, 600)
    )


def fenced(text: str) -> list[str]:
    """Return a block of literal text; its fence is longer than any run of backticks in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *text.split("\n"), fence]


def _annotation(card: Card, report: GradeReport, target: Target) -> str:
    first = card.first
    more = f" (and {len(card.results) - 1} more alike)" if len(card.results) > 1 else ""
    title = f"{report.assignment}: {short_name(first)}{more}"
    return _command("error", title, explanation(first), target.notebook, _line(first, target))


def _line(result: PropertyResult, target: Target) -> int:
    """Return the line of the function that a property asks: named by its counterexample, message or exercise."""
    called = result.counterexample.call.partition("(")[0] if result.counterexample else ""
    named = [called, *re.findall(r"\w+", result.message), result.exercise]
    return next((target.lines[name] for name in named if name in target.lines), 1)


def _command(kind: str, title: str, message: str, file: str, line: int) -> str:
    place = {"file": file, "line": str(line)} if file else {}
    fields = ",".join(f"{name}={_property(value)}" for name, value in {**place, "title": one_line(title)}.items())
    return f"::{kind} {fields}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _exam_words(target: Target) -> str:
    if target.secret_exam:
        return "Graded on the exam of the course."
    return "Graded on a practice exam that everyone may know: the score that counts is asked on other matrices."


def _exercise_table(report: GradeReport) -> Iterator[str]:
    yield from ("| | property | points | |", "|---|---|--:|---|")
    for exercise in exercises(report):
        total = f"{points_text(exercise.points)} / {points_text(exercise.max_points)}"
        yield f"| | **{escaped(exercise.name)}** | **{total}** | |"
        for result in exercise.results:
            points = f"{points_text(result.points)} / {points_text(result.max_points)}"
            said = "" if result.verdict is Verdict.PASSED else escaped(one_line(result.message, 160))
            yield f"| {mark(result.verdict)} | {escaped(result.title or short_name(result))} | {points} | {said} |"


def _card_parts(report: GradeReport) -> Iterator[list[str]]:
    for place, card in enumerate(cards(report.properties)):
        pictures = _pictures(card) if place < MAX_PICTURES else []
        names = ", ".join(short_name(result) for result in card.results)
        head = f"{mark(card.first.verdict)} {word(card.first.verdict)}, {card.lost} lost: {names}"
        opening = f"<details{' open' if place == 0 else ''}><summary>{escaped(head)}</summary>"
        yield [opening, "", *fenced(explanation(card.first)), "", *pictures, "</details>", ""]


def _note_parts(report: GradeReport) -> Iterator[list[str]]:
    notes = [*report.notes, *(f"Cell {note.cell}: {note.text}" for note in report.cells)]
    if notes:
        yield ["### Notes", "", *fenced("\n".join(notes)), ""]


def _pictures(card: Card) -> list[str]:
    example = card.example
    if example is None:
        return []
    lines = [] if example.heat_map is None else [*_squares(example.heat_map), ""]
    return lines + ([*_mermaid(example.curves), ""] if example.curves else [])


def _squares(heat_map: HeatMap) -> Iterator[str]:
    """Yield a matrix as coloured squares: red to yellow is positive, violet to green negative, white zero."""
    shown = [row[:LARGEST_PICTURE] for row in heat_map.values[:LARGEST_PICTURE]]
    cut = "" if tuple(shown) == heat_map.values else f" (the first {LARGEST_PICTURE} rows and columns)"
    largest = max((abs(value) for row in shown for value in row if math.isfinite(value)), default=0.0)
    yield f"{escaped(heat_map.title)}, largest entry {escaped(number(largest))}{escaped(cut)}"
    yield ""
    for row in shown:
        yield "".join(_square(value, largest) for value in row) + "<br>"


def _square(value: float, largest: float) -> str:
    if not math.isfinite(value):
        return "⬛"
    share = value / largest if largest else 0.0
    colours = "🟥🟧🟨" if share > 0 else "🟪🟦🟩"
    bands = zip((0.5, 0.1, 0.001), colours, strict=True)
    return next((square for least, square in bands if abs(share) >= least), "⬜")


def _mermaid(curves: Sequence[Curve]) -> Iterator[str]:
    """Yield a chart of curves over the steps, logarithmic where all values allow it, at most 40 points each."""
    kept = [(curve.name, _thinned(curve.values)) for curve in curves]
    finite = [value for _, values in kept for value in values if math.isfinite(value)]
    if not finite:
        return
    logarithmic = min(finite) > 0
    scaled = [(name, [_scaled(value, logarithmic) for value in values]) for name, values in kept]
    drawn = [value for _, values in scaled for value in values]
    names = " and ".join(re.sub(r"[^\w .-]", " ", one_line(name, 40)) for name, _ in scaled)
    steps = max(len(curve.values) for curve in curves) - 1
    yield from ("```mermaid", "xychart-beta", f'    title "{names}"', f'    x-axis "step" 0 --> {max(1, steps)}')
    low, high = math.floor(min(drawn)), math.ceil(max(drawn)) or 1
    yield f'    y-axis "{"log10" if logarithmic else "value"}" {low} --> {max(high, low + 1)}'
    yield from (f"    line [{', '.join(number(value, 4) for value in values)}]" for _, values in scaled)
    yield "```"


def _thinned(values: Sequence[float]) -> list[float]:
    if len(values) <= CURVE_POINTS:
        return list(values)
    return [values[round(place * (len(values) - 1) / (CURVE_POINTS - 1))] for place in range(CURVE_POINTS)]


def _scaled(value: float, logarithmic: bool) -> float:
    """Return a value that can be drawn; what is not finite is drawn at the chart's edge."""
    bounded = min(max(value, -1e30), 1e30) if not math.isnan(value) else 1e30
    return math.log10(max(bounded, 1e-30)) if logarithmic else bounded


def _provenance(report: GradeReport) -> Iterator[str]:
    provenance = report.provenance
    facts = {
        "versions": ", ".join(f"{name} {version}" for name, version in provenance.versions),
        "device": provenance.device,
        "sandbox": ", ".join(provenance.walls) or "none",
        "limits": ", ".join(f"{name} {value}" for name, value in provenance.limits),
        "properties": provenance.properties_sha256,
        "judging code": provenance.judging_sha256 or "",
        "exam": provenance.exam_sha256,
        "notebook": provenance.notebook_sha256,
    }
    yield from ("<details><summary>How this was graded</summary>", "", "| | |", "|---|---|")
    yield from (f"| {name} | {escaped(value)} |" for name, value in facts.items())
    yield from ("", "</details>")


def _capped(head: Sequence[str], parts: Sequence[Sequence[str]], tail: Sequence[str]) -> str:
    """Return all lines, or as many parts as fit below the limit and a line on how many were left out."""
    lines, room = list(head), MAX_SUMMARY_BYTES - _size(head) - _size(tail) - 200
    for place, part in enumerate(parts):
        room -= _size(part)
        if room < 0:
            lines += [f"{len(parts) - place} more parts did not fit here; the report page has them.", ""]
            break
        lines += part
    return "\n".join([*lines, *tail])


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


WRITER = Writer(files, log=log)
