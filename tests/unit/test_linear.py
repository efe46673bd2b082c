"""No text of a student's costs the judge more than its length: the work is counted, on inputs made to be costly.

Nothing here measures time. Where the work of a library cannot be counted, what is handed to it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, SupportsIndex

import nh3
import pytest

from steepest import _definitions
from steepest import whose as whose_module
from steepest._definitions import MAX_READ_CHARACTERS, defined_names
from steepest.gradebook import executed, pages
from steepest.gradebook.executed import MOST_WORDS, SourceCell, repaired
from steepest.gradebook.pages import MAX_WORDS, highlighted, markdown2html
from steepest.model import CellOutput
from steepest.notebook import MAX_CODE_BYTES, MAX_NOTEBOOK_BYTES, notes_on, parse_notebook
from steepest.outputs import nbgrader, plotly_svg
from steepest.outputs.cell_lines import MAX_NAMES, cell_lines
from steepest.outputs.nbgrader import safe_html, shown_outputs
from steepest.outputs.simple_html import MAX_REOPENED, MAX_TAGS
from steepest.roster import RosterEntry
from steepest.text import clean, one_line
from steepest.whose import LONGEST_NAME, Whose


def notebook(*sources: str, kind: str = "code") -> bytes:
    """Return a notebook of some cells."""
    cells = [{"cell_type": kind, "metadata": {}, "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


# ---------------------------------------------------------------------------------------------- lines of a notebook


class CountingText(str):
    """A text that adds up over how many characters something was counted in it."""

    counted = 0

    def count(self, sub: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
        first = int(start or 0)
        CountingText.counted += (len(self) if end is None else int(end)) - first
        return super().count(sub, start, end)


class CountingFile(bytes):
    """The bytes of a file that decode to a `CountingText`."""

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return CountingText(super().decode(encoding, errors))


@pytest.mark.parametrize("size", [1000, 4000])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: notebook("\ndef a()" * n, kind="markdown"),
        lambda n: notebook("".join(f"\ndef f{i}()" for i in range(n))),
        lambda n: notebook(*["\ndef a()"] * (n // 4)),
        lambda n: b'"cells":[{"a' * n,
        lambda n: b'"cells":[{]' * n,
        lambda n: b'{"cells":[' + b"{}," * n,
    ],
)
def test_line_feeds_of_a_notebook_are_counted_once(make: Callable[[int], bytes], size: int) -> None:
    CountingText.counted = 0
    data = make(size)
    cell_lines(CountingFile(data))
    assert CountingText.counted <= len(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"cells": [{"source": "' + rb"\ndef f()" * (MAX_NOTEBOOK_BYTES // 9) + b'"}]}',
        b'"cells":[{"a' * (MAX_NOTEBOOK_BYTES // 12),
        b'{"cells":[{"a":' * (MAX_NOTEBOOK_BYTES // 15),
    ],
    ids=["definitions", "openings", "nested"],
)
@pytest.mark.slow  # two seconds each, and hours if a cell was read once for each of its lines
def test_a_notebook_as_large_as_may_be_is_read_in_one_pass(data: bytes) -> None:
    assert len(cell_lines(data)) <= 2


def test_a_notebook_of_many_names_keeps_some() -> None:
    found = cell_lines(notebook("".join(f"\ndef f{i}()" for i in range(2 * MAX_NAMES))))
    assert len(found) == MAX_NAMES + 1


def test_cells_of_all_worksheets_are_numbered_as_grading_numbers_them() -> None:
    cell = {"cell_type": "code", "input": "def f(): ..."}
    sheets = [{"cells": [cell, "no cell", cell]}, {"cells": []}, {"metadata": {"cells": [cell]}, "cells": [cell]}]
    data = json.dumps({"metadata": {}, "nbformat": 3, "worksheets": sheets}, indent=1).encode()
    assert [cell.index for cell in parse_notebook(data).cells] == [1, 3, 4]
    found = cell_lines(data)
    lines = data.decode().splitlines()
    assert [name for name in found if isinstance(name, int)] == [1, 3, 4]
    assert all(lines[found[number] - 1].strip().startswith("{") for number in (1, 3, 4))
    assert found["f"] == max(place for place, line in enumerate(lines, 1) if "def f" in line)


# --------------------------------------------------------------------------------------- names that a cell defines

RUINOUS = {
    "a dotted import": "import a" + ".a" * 60_000,
    "a dotted import over many lines": "from a" + ".\\\na" * 40_000 + " import b",
    "a dotted import of names with accents": "import a" + ".a\u0315" * 60_000,
    "a dotted import of names with middle dots": "from a" + " . a\u00b7" * 30_000 + " import b",
    "a dotted import after others": "import os, a" + ".\\\r\na" * 30_000,
    "a dotted import without an end": "x = 1; from a" + ".a\u00b7" * 60_000,
    "an accent upon an accent": "a" + "\u0315\u0300" * 60_000 + " = 1",
    "accents that letters bring along": "a" + "\u0344\u0315" * 60_000 + " = 1",
    "an f-string of fields": 'x = f"' + "{a}" * 40_000 + '"',
}


@pytest.mark.parametrize("source", RUINOUS.values(), ids=RUINOUS)
def test_what_ruins_the_parser_is_not_given_to_it(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(source) <= MAX_READ_CHARACTERS
    parser = SimpleNamespace(parse=lambda *_: pytest.fail("it was parsed"))
    monkeypatch.setattr(_definitions, "ast", parser)
    assert defined_names(source) == ()


@pytest.mark.parametrize(
    "source",
    [
        "import a.b.c as f",
        "f = torch.nn.functional.relu(x).sum().item()",
        "f = x" + ".T" * 500,
        "# from here on " + "." * 500 + "\nf = 1",
        "import a.b.c, d.e\n" * 200 + "f = 1",
        "# [" + "1. 2. 3. 4. " * 100 + "]\nf = 1",
        "é = 'Ångström, naïve, नमस्ते, สวัสดี, 梯度下降' * 40\nf = 1",
        "f = [" + "{'a': 1}, " * 3000 + "]",
        'f = "\\n".join(f"{a} {b}" for a, b in c)',
    ],
)
def test_what_people_write_is_still_read(source: str) -> None:
    assert "f" in defined_names(source)


def test_runs_of_accents_are_measured_as_they_are_taken_apart() -> None:
    assert _definitions._most_marks("a\u0300b\u0300\u0315c") == 2
    assert _definitions._most_marks("\u0344" * 3) == 6
    assert _definitions._most_marks("plain") == 0


def test_labels_that_stand_on_every_cell_are_noted_in_one_pass() -> None:
    cells = [
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": f"id{n // 2}"}}, "source": ""} for n in range(2000)
    ]
    parsed = parse_notebook(json.dumps({"cells": cells, "metadata": {}}).encode())
    notes = notes_on(parsed, [], [])
    assert notes[0] == "The label id0 stands on cells 1, 2: a copied cell keeps the label of its original."


# ------------------------------------------------------------------------------------------ the executed notebook


def source_cell(name: str, text: str) -> SourceCell:
    """Return an unlocked code cell of a release."""
    labels = {"grade_id": name, "grade": False, "solution": True, "task": False, "locked": False}
    return SourceCell(name, "code", text, locked=False, labels=labels)


@pytest.mark.parametrize("cells", [50, 200])
@pytest.mark.parametrize("released", [3, 12])
def test_a_cell_is_read_once_however_long_the_release_is(
    cells: int, released: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(source: str) -> tuple[str, ...]:
        read.append(source)
        return defined_names(source)

    monkeypatch.setattr(executed, "defined_names", counted)
    release = [source_cell(f"r{n}", f"def g{n}(): ...") for n in range(released)]
    repaired(notebook(*["def f(): ..."] * cells), release)
    assert len(read) == cells + released


def test_markdown_is_cut_to_what_a_page_shows_and_says_so() -> None:
    long = "x" * 5 * MAX_WORDS
    made = repaired(notebook(*[long] * 40, kind="markdown"), [])
    shown = [cell["source"] for cell in made["cells"]]
    assert sum(map(len, shown)) <= MOST_WORDS + 40 * 100
    assert all(f"[cut here: this cell has {len(long)} characters]" in text for text in shown)
    picture = f"![p](data:image/png;base64,{'A' * 5 * MAX_WORDS}==)"
    (kept,) = repaired(notebook(picture, kind="markdown"), [])["cells"]
    assert kept["source"] == picture


# ------------------------------------------------------------------------------------------------- HTML and pages


def opened_anew(size: int) -> str:
    """Return HTML in which each paragraph opens all bold runs anew, where nobody keeps a parser from it."""
    return "<p>" + "".join(f"<b id={n}>" for n in range(size)) + "<p>x" * size


@pytest.mark.parametrize("clean_html", [safe_html, markdown2html])
@pytest.mark.parametrize("size", [30, 500, 2000])
def test_html_does_not_grow_when_it_is_taken_apart(clean_html: Callable[[str], str], size: int) -> None:
    html = opened_anew(size)
    assert len(clean_html(html)) <= 2 * MAX_REOPENED * len(html)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000,
        "<ul>" * 20_000 + "<li>" * 20_000,
        "<b><div>" * 20_000 + "</b>" * 20_000,
        "<td " + "a " * 200_000,
    ],
)
@pytest.mark.parametrize("clean_html", [safe_html, markdown2html])
def test_html_of_too_many_tags_reaches_no_parser(
    clean_html: Callable[[str], str], html: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def counted(text: str, **_: object) -> str:
        seen.append(text)
        return ""

    monkeypatch.setattr(nh3, "clean", counted)
    clean_html(html)
    assert sum(text.count("<") for text in seen) <= MAX_TAGS
    assert sum(map(len, seen)) <= 300_000


def test_a_table_as_pandas_writes_it_stays_and_what_cannot_is_shown_as_text() -> None:
    row = "<tr><th>1</th>" + "<td><b>0.5</b></td>" * 19 + "</tr>"
    table = safe_html(f"<table>{row * 60}</table>")
    assert table.count("<td>") == 19 * 60
    (output,) = shown_outputs([CellOutput(1, bundles=((("text/html", "<td>" * 9000), ("text/plain", "a frame")),))])[1]
    assert output["data"] == {"text/plain": "a frame"}


def test_markdown_that_is_longer_than_an_answer_is_not_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_rendered", lambda text: pytest.fail("it was rendered"))
    assert markdown2html("\\begin{a}" * 20_000).startswith("<pre>\\begin{a}")
    assert "<b>" not in markdown2html("<b>" * 20_000)


@pytest.mark.parametrize("unit", [".", " \n", "'", '"""', "\\", 'f"{', "rb", "#", "0x", "a.", "é", "'''a"])
def test_code_is_coloured_in_one_pass(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pygments.highlight", lambda *_: pytest.fail("nbconvert's own takes hours for some of these"))
    source = (unit * MAX_CODE_BYTES)[: MAX_CODE_BYTES // 4]
    assert len(highlighted(source)) <= 30 * len(source)
    assert len(markdown2html(f"```python\n{source[:8000]}\n```")) <= 300_000


def test_colours_stand_on_keywords_strings_numbers_and_comments_and_nothing_acts() -> None:
    html = highlighted('def f(x):  # <b>\n    return rb\'a\\\'<\' + """x\n""" + 0x1F')
    for part in (
        '<span class="k">def</span> f(x):',
        '<span class="c1"># &lt;b&gt;</span>',
        '<span class="s">rb&#39;a\\&#39;&lt;&#39;</span>',
        '<span class="s">&#34;&#34;&#34;x\n&#34;&#34;&#34;</span>',
        '<span class="mi">0x1F</span>',
    ):
        assert part in html
    assert "<b>" not in html


def test_nothing_more_is_drawn_once_a_notebook_has_shown_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def counted(text: str) -> list[Any]:
        drawn.append(text)
        return plotly_svg.drawings(text)

    monkeypatch.setattr(nbgrader, "drawings", counted)
    monkeypatch.setattr(nbgrader, "MAX_NOTEBOOK_BYTES", 100_000)
    chart = json.dumps({"data": [{"y": list(range(100))}]})
    cells = [CellOutput(n, bundles=(((plotly_svg.MIME, chart),),)) for n in range(1, 1001)]
    assert len(shown_outputs(cells)) == 1000
    assert len(drawn) < 100


def test_html_that_leaves_nothing_behind_is_counted_as_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []

    def counted(text: str, **_: object) -> str:
        cleaned.append(text)
        return ""

    monkeypatch.setattr(nh3, "clean", counted)
    html = "<section>" * MAX_TAGS
    cells = [CellOutput(n, bundles=((("text/html", html),),)) for n in range(1, 1001)]
    assert len(shown_outputs(cells)) == 1000
    assert sum(map(len, cleaned)) <= nbgrader.MAX_NOTEBOOK_BYTES + len(html)


@pytest.mark.parametrize("unit", ["[[[[[[]]]]]],", "{},", '{"a":1},', "1,", '"ab",', "[" * 30 + "]" * 30 + ","])
def test_a_chart_of_too_many_values_is_not_parsed(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.loads", lambda *_: pytest.fail("it was parsed"))
    values = (unit * ((8 << 20) // len(unit))).rstrip(",")
    assert plotly_svg.drawings(f'{{"data": [{values}]}}') == []


def test_charts_of_many_steps_are_drawn() -> None:
    curves = [{"x": list(range(50_000)), "y": [0.5] * 50_000} for _ in range(4)]
    assert len(plotly_svg.drawings(json.dumps({"data": curves}))) == 1


# ------------------------------------------------------------------------------------------------- texts and names


@pytest.mark.parametrize("unit", ["\x1b", "\x1b[", "\x1b[1;", "\x9d", "\r", " ", "\x00", "\u202e", "\x1b]a"])
@pytest.mark.parametrize("shown", [clean, one_line])
def test_a_text_of_megabytes_is_cleaned_in_one_pass(shown: Callable[[str], str], unit: str) -> None:
    assert len(shown(unit * (4_000_000 // len(unit)))) <= 4000


def test_names_longer_than_a_file_may_have_are_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    whose = Whose([RosterEntry("ada", "Ada", "Lovelace", "ada@example.org")], "inverse")
    sizes: list[int] = []
    key = whose_module._key

    def measured(name: str) -> str:
        sizes.append(len(name))
        return key(name)

    monkeypatch.setattr(whose_module, "_key", measured)
    assert isinstance(whose.owner(PurePosixPath("ada" + "\u0315\u0300" * 30_000 + ".ipynb")), str)
    assert max(sizes, default=0) <= LONGEST_NAME
