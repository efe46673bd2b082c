"""The source notebook of the assignment ``svd``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Any

import pytest

from .source_notebooks import SourceNotebook, SourceNotebookTests, run_cells

BOOK = SourceNotebook(
    assignment="svd",
    signatures={"calculate_svd": "M, learning_rate=None, momentum=0.9, steps=None"},
    points={"calculate_svd": 22, "special_matrices": 10, "by_descent": 4},
    written={"why_not_the_penalty": 4, "why_it_arrives": 3},
    charts=6,
)


class TestSvdNotebook(SourceNotebookTests):
    """What every source notebook is asked."""

    book = BOOK


def test_the_notebook_states_the_contract_that_the_properties_grade() -> None:
    text = "\n".join(cell.source for cell in BOOK.read().cells)
    graded = BOOK.path.with_name("test_svd.py").read_text(encoding="utf-8")
    for words in ("calculate_svd(M, learning_rate=None, momentum=0.9, steps=None)", "factor of 1.2 or more"):
        assert words in text
        assert words in graded


def test_a_written_question_names_as_many_parts_as_it_has_points() -> None:
    for question, points in BOOK.written.items():
        asked, scheme = BOOK.cell(question).source.split("=== BEGIN MARK SCHEME ===")
        assert len(re.findall(r"^\d\. ", asked, re.MULTILINE)) == points
        assert len(re.findall(r"^\d\. ", scheme, re.MULTILINE)) == points


@pytest.mark.slow
def test_what_the_text_says_is_what_the_cells_show(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    printed = capsys.readouterr().out
    first, second, third = re.findall(r"^(?:first|second|third), .*\n +last loss .*$", printed, re.MULTILINE)
    assert max(figures(first)[:4]) < 1e-4, "the first works"
    assert figures(second)[0] > 0.1, "the second has U far from orthonormal"
    assert figures(second)[2] < 1e-2, "and a product that is nearly right"
    assert 1e-6 < figures(third)[4] < 1e-5, "the third has a loss of some millionths"
    assert figures(third)[0] > 1e-3, "and no right angles"
    assert "1e-6 allows an error of 0.040" in printed
    assert re.search(r"found: \[.*, 0\.0\]", printed), "d = 0 stays zero"
    assert math.degrees(names["best_angle"](names["A"][:, 0], names["A"][:, 1])) == pytest.approx(31.7, abs=0.05)
    solved = re.findall(r"^(?:first|second|third), .*$", printed, re.MULTILINE)[3:]
    assert len(solved) == 3
    assert all(max(figures(row)) < 1e-6 for row in solved), "the method of the notebook solves all three"
    three_steps = re.search(r"^steps = 3 .*$", printed, re.MULTILINE)
    assert three_steps is not None
    assert figures(three_steps[0])[0] > 0.1
    assert_descent(names)


def figures(text: str) -> list[float]:
    """Return the numbers in scientific notation."""
    return [float(number) for number in re.findall(r"\d(?:\.\d)?e[+-]\d+", text)]


def assert_descent(names: dict[str, Any]) -> None:
    """Assert that every turn lowers the loss, by the square of the product, and that few sweeps are needed."""
    torch = names["torch"]
    for n in (4, 6, 10):
        torch.manual_seed(n)
        M = torch.rand(n, n, dtype=torch.float64)
        losses = names["descend"](M)[2]
        assert all(later <= earlier * (1 + 1e-12) for earlier, later in pairwise(losses))
        assert len(losses) <= 6 * n * (n - 1) / 2
        assert losses[-1] <= 1e-26
        drop = float((M[:, 0] @ M[:, 1]) ** 2) / float((M**2).sum()) ** 2
        assert losses[0] - losses[1] == pytest.approx(drop)
