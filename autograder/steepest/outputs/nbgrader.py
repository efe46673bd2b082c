"""Outputs of notebook cells, as nbformat has them: the points of a test cell, and what a student's cell showed.

Every page that shows these notebooks trusts them: nbconvert writes ``text/html`` and Markdown as it stands. So a
student's text leaves here as plain text, as a picture, or as a table that has been taken apart and put together again.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup

from steepest.errors import SteepestError
from steepest.model import CellOutput, GradeReport, PropertyResult, Verdict, points_text
from steepest.outputs.clean import cleaned
from steepest.outputs.pictures import pictures
from steepest.outputs.plain import explanation
from steepest.outputs.plotly_svg import MIME as CHART
from steepest.outputs.plotly_svg import drawings
from steepest.outputs.simple_html import simple_html
from steepest.outputs.words import count_words
from steepest.text import clean, one_line

MAX_TEXT = 20_000
"""Characters of text that one output shows."""

MAX_PICTURE_BYTES = 600_000
MAX_NOTEBOOK_BYTES = 3 << 20
"""What all cells of a notebook show together; a page with more is slow to open for a person who has a class to read."""

MOST_PICTURES = 6
LEFT_OUT = "[left out: this notebook shows more than {} MiB]"

TABLE_TAGS = frozenset(
    {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
    | {"p", "br", "b", "i", "em", "strong", "code", "pre", "span", "div", "ul", "ol", "li", "sub", "sup", "hr"}
)
TABLE_ATTRIBUTES = {"th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"}}
_ACTIVE = re.compile(
    rb"<\s*(?:script|foreignobject|!doctype|!entity|iframe|a\s)|\son\w+\s*=|javascript:", re.IGNORECASE
)

Output = dict[str, Any]


def score_of(results: Iterable[PropertyResult], max_score: float, exercise: str) -> float:
    """Return the points of an exercise as the gradebook has them.

    Raises:
        SteepestError: They are not between 0 and ``max_score``, or the exercise is worth something else.
    """
    shown = list(results)
    points, most = sum(result.points for result in shown), sum(result.max_points for result in shown)
    if most != round(max_score * 100) or not 0 <= points <= most:
        raise SteepestError(
            f"exercise {exercise}: its properties are worth {points_text(most)} points, and {max_score:g} in the "
            "gradebook. Try: steepest check, and then steepest release"
        )
    return points / 100


def exercise_outputs(report: GradeReport, exercise: str) -> list[Output]:
    """Return the outputs of a test cell: verdicts and counterexamples, then the score in nbgrader's own form.

    nbgrader reads the value of the cell, ``2.5``, as points. It is always there, finite, and within the points of the
    cell: without it nbgrader would give full marks.
    """
    report = cleaned(report)
    if report.fault is not None:
        return [fault_output(report.fault)]
    results = [result for result in report.properties if result.exercise == exercise]
    failed = [result for result in results if result.verdict is not Verdict.PASSED]
    points, most = sum(result.points for result in results), sum(result.max_points for result in results)
    lines = [f"{points_text(points)} of {points_text(most)} points; {count_words(results)}"]
    lines += [f"\n{explanation(result)}" for result in failed]
    drawn = [output for result in failed for output in _pictures(result)][:MOST_PICTURES]
    value = {"output_type": "execute_result", "data": {"text/plain": repr(points / 100)}, "metadata": {}}
    return [_stream("\n".join(lines)), *drawn, value | {"execution_count": None}]


def fault_output(fault: str) -> Output:
    """Return the output of a test cell that could not be graded; nbgrader reads an error as no points, never as all."""
    text = f"not graded: the grader failed, and a person has to look ({one_line(fault)})"
    return _error("GraderFault", text)


def shown_outputs(cells: Sequence[CellOutput]) -> dict[int, list[Output]]:
    """Return, by cell, what the cells of a submission showed: text, errors, pictures, tables; capped and cleaned."""
    left = MAX_NOTEBOOK_BYTES
    outputs: dict[int, list[Output]] = {}
    for cell in cells:
        made = list(_cell_outputs(cell)) if left >= 0 else []
        left -= max(sum(map(_size, made)), _html_size(cell) if made else 0)
        outputs[cell.cell] = made if left >= 0 else [_stream(LEFT_OUT.format(MAX_NOTEBOOK_BYTES >> 20))]
    return outputs


def safe_html(html: str) -> str:
    """Return what is left of HTML once scripts, styles, pictures, links and every attribute that acts are gone.

    Nothing is left of what no honest table is: too long, or of too many tags to be taken apart quickly.
    """
    import nh3

    attributes = {tag: set(names) for tag, names in TABLE_ATTRIBUTES.items()}
    simple = simple_html(html) or ""
    return nh3.clean(simple, tags=set(TABLE_TAGS), attributes=attributes, clean_content_tags={"script", "style"})


def _cell_outputs(cell: CellOutput) -> Iterator[Output]:
    if cell.printed:
        yield _stream(cell.printed)
    for bundle in map(dict, cell.bundles):
        drawn = drawings(bundle[CHART]) if CHART in bundle else []
        yield from (_drawing(drawing, "an interactive chart, drawn without its controls") for drawing in drawn)
        if not drawn:
            yield _bundle(bundle)
    if cell.error:
        name, _, rest = cell.error.removeprefix("raised ").partition(": ")
        yield _error(one_line(name, 80), rest or cell.error)


def _bundle(bundle: dict[str, str]) -> Output:
    data: dict[str, str] = {}
    if _is_png(bundle.get("image/png", "")):
        data["image/png"] = re.sub(r"\s", "", bundle["image/png"])
    elif _is_harmless_svg(bundle.get("image/svg+xml", "")):
        data["image/svg+xml"] = bundle["image/svg+xml"]
    elif "text/html" in bundle and (table := safe_html(bundle["text/html"])):
        data["text/html"] = table
    text = bundle.get("text/plain") or bundle.get("text/latex") or ", ".join(sorted(bundle))
    data["text/plain"] = clean(text, MAX_TEXT)
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _is_png(text: str) -> bool:
    if not 0 < len(text) <= MAX_PICTURE_BYTES:
        return False
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True).startswith(b"\x89PNG\r\n")
    except (binascii.Error, ValueError):
        return False


def _is_harmless_svg(text: str) -> bool:
    """Return whether a drawing holds nothing that acts; pages show it as a picture, where nothing could act anyway."""
    data = text.encode("utf-8", "replace")
    return 0 < len(data) <= MAX_PICTURE_BYTES and b"<svg" in data[:1000] and not _ACTIVE.search(data)


def _pictures(result: PropertyResult) -> Iterator[Output]:
    if result.counterexample is None:
        return
    for caption, drawing in pictures(result.counterexample):
        yield _drawing(drawing, one_line(caption))


def _drawing(drawing: Markup, caption: str) -> Output:
    data = {"image/svg+xml": str(drawing), "text/plain": caption}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _stream(text: str) -> Output:
    return {"output_type": "stream", "name": "stdout", "text": clean(text, MAX_TEXT)}


def _error(name: str, text: str) -> Output:
    message = clean(text, MAX_TEXT)
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [f"{name}: {message}"]}


def _html_size(cell: CellOutput) -> int:
    """Return how much HTML a cell showed: what leaves nothing behind has cost as much as what does."""
    return sum(len(text) for bundle in cell.bundles for mime, text in bundle if mime == "text/html")


def _size(output: Output) -> int:
    return sum(len(text) for text in [output.get("text", ""), *output.get("data", {}).values()])
