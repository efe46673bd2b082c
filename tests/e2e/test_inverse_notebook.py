"""The source notebook of the assignment ``inverse``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

import pytest

from .source_notebooks import SourceNotebook, SourceNotebookTests, released, run_cells

BOOK = SourceNotebook(
    assignment="inverse",
    signatures={
        "safe_learning_rate": "M, momentum",
        "calculate_inverse": "M, learning_rate=None, momentum=0.9, steps=2000, start=None",
    },
    points={"safe_learning_rate": 4, "calculate_inverse": 24, "convergence": 8},
    written={"why_faster": 4},
    charts=6,
)


class TestInverseNotebook(SourceNotebookTests):
    """What every source notebook is asked."""

    book = BOOK


def test_students_get_the_written_question_itself() -> None:
    question = BOOK.cell("why_faster")
    (given,) = [cell for cell in released(BOOK.read()).cells if cell.id == question.id]
    assert given.source.startswith("## 10. In your own words (4 points)")


@pytest.mark.slow
def test_the_figures_in_the_text_are_those_of_the_cells(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    printed = capsys.readouterr().out
    assert "diag(1, 2, 3, 4) needs 195 steps" in printed
    assert "level or faster in 28%" in printed, "the mark scheme says three in ten"

    spectrum = names["torch"].tensor([4.0, 3.0, 2.0, 1.0], dtype=names["torch"].float64)
    plain = names["predicted_losses"](spectrum, learning_rate=0.9, momentum=0.0, steps=100)
    assert next(step for step, loss in enumerate(plain) if loss < 1e-10) == 85
    factor = names["tail_factor"]
    assert float(factor(spectrum, 0.9, 0.0, n=4).max()) < 0.9, "plain descent wins at s = 1, 2, 3, 4"
    assert float(factor(0.1 * spectrum, 0.9, 0.0, n=4)[0]) > 0.95, "and loses at s = 0.4"


@pytest.mark.slow
def test_same_singular_values_give_the_same_curve_and_the_predicted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    options = {"learning_rate": 0.9, "momentum": 0.9, "steps": 300}
    spectrum = names["torch"].tensor([4.0, 3.0, 2.0, 1.0], dtype=names["torch"].float64)
    diagonal = names["calculate_inverse"](names["diagonal"], start=names["zero"], **options)[1]
    dense = names["calculate_inverse"](names["dense"], start=names["zero"], **options)[1]
    assert dense == pytest.approx(diagonal, rel=1e-6)
    assert names["predicted_losses"](spectrum, **options) == pytest.approx(diagonal, rel=1e-6)
