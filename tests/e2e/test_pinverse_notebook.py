"""The source notebook of the assignment ``pinverse``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from .source_notebooks import SourceNotebook, SourceNotebookTests, run_cells

BOOK = SourceNotebook(
    assignment="pinverse",
    signatures={"calculate_pinverse": "A, rcond=None, steps=None", "pinverse_gradient": "A, X, G"},
    points={"calculate_pinverse": 24, "rcond": 6, "batches": 8, "pinverse_gradient": 8},
    written={"three_of_four": 4},
    charts=6,
)


class TestPinverseNotebook(SourceNotebookTests):
    """What every source notebook is asked."""

    book = BOOK


def test_the_notebook_states_the_contract_that_the_properties_grade() -> None:
    text = "\n".join(cell.source for cell in BOOK.read().cells)
    graded = BOOK.path.with_name("test_pinverse.py").read_text(encoding="utf-8")
    assert "calculate_pinverse(A, rcond=None, steps=None)" in text
    assert "calculate_pinverse(A, rcond=None, steps=None)" in graded
    assert "pinverse_gradient(A, X, G)" in text
    assert "within a factor of 6 of each other, and none lies within a factor of 1.5 of the cutoff" in text


def test_the_written_question_names_as_many_parts_as_it_has_points() -> None:
    asked, scheme = BOOK.cell("three_of_four").source.split("=== BEGIN MARK SCHEME ===")
    assert len(re.findall(r"^\d\. ", asked, re.MULTILINE)) == 4
    assert len(re.findall(r"^\d\. ", scheme, re.MULTILINE)) == 4


@pytest.mark.slow
def test_what_the_text_says_is_what_the_cells_show(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    printed = capsys.readouterr().out
    lines = [line for line in printed.splitlines() if "(4)" in line]
    residuals = {line.partition("(1)")[0].strip(): figures(line) for line in reversed(lines)}
    assert residuals["zero"][1:] == [0.0, 0.0, 0.0], "three conditions hold for the zero matrix"
    assert residuals["the transpose"][2:] == [0.0, 0.0]
    assert max(residuals["random start"][:3]) < 1e-5 < 0.1 < residuals["random start"][3], "only the fourth fails"
    assert max(residuals["random, times A'"]) < 1e-5
    assert "1000 steps, loss 1.5000" in printed
    assert printed.count("then t = 0.381966") == 5
    assert re.search(r"rcond +1e-02 .*Newton steps 13", printed)
    assert "dependent, rank 2.0000" in printed
    assert max(map(float, re.findall(r"largest difference (\S+)", printed))) < 1e-6
    assert_cuts(names)
    assert_rows(names)


def figures(line: str) -> list[float]:
    """Return the numbers in scientific notation."""
    return [float(number) for number in re.findall(r"\d\.\de[+-]\d+", line)]


def assert_cuts(names: dict[str, Any]) -> None:
    """Assert what section 6 says of an early stop, a ridge and the double step near the cutoff."""
    for ratio, stopped, ridge in ((1.1, 0.57, 0.55), (0.9, 0.43, 0.45)):
        assert 1 - 2 ** -(ratio**2) == pytest.approx(stopped, abs=0.005)
        assert ratio**2 / (ratio**2 + 1) == pytest.approx(ridge, abs=0.005)
    fixed = (3 - math.sqrt(5)) / 2
    assert names["double_map"](fixed) == pytest.approx(fixed)
    for ratio, end in ((1.5, 1.0), (1 / 1.5, 0.0)):
        t = 1 - (1 - fixed) ** (ratio**2)
        for _ in range(10):
            t = names["double_map"](t)
        assert t == pytest.approx(end, abs=1e-6)


def assert_rows(names: dict[str, Any]) -> None:
    """Assert that a gradient never moves across the rows of A, and that Adam does."""
    torch, A = names["torch"], names["A_wide"]
    across = torch.eye(4) - torch.linalg.pinv(A) @ A
    start = torch.rand(4, 3)
    torch.testing.assert_close(across @ names["descend"](A, start, 300), across @ start, atol=1e-4, rtol=0)
    X = torch.nn.Parameter(torch.zeros(4, 3))
    optimizer = torch.optim.Adam([X], lr=0.01)
    (A @ X - torch.eye(3)).square().sum().backward()
    optimizer.step()
    assert float((across @ X.detach()).abs().max()) > 1e-3
