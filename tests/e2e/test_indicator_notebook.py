"""The source notebook of the assignment ``indicator``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

import pytest

from .source_notebooks import SourceNotebook, SourceNotebookTests, run_cells

BOOK = SourceNotebook(
    assignment="indicator",
    signatures={"word_similarity": "M", "low_rank": "M, k", "least_squares": "M, y"},
    points={"word_similarity": 8, "low_rank": 9, "least_squares": 9},
    written={"what_low_rank_means": 4},
    charts=8,
)


class TestIndicatorNotebook(SourceNotebookTests):
    """What every source notebook is asked."""

    book = BOOK


def test_the_figures_in_the_text_are_those_of_the_cells(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    printed = capsys.readouterr().out
    assert "car and automobile: 0.0000" in printed, "the text says zero"
    assert "car and automobile: rank 1 1.00, rank 2 1.00" in printed, "and nearly 1 at rank 2"
    assert "car and flower: rank 1 1.00" in printed, "rank 1 makes all words alike"
    assert "lost with 2 of 10 parts: 10.0 of 29, that is 35%" in printed, "a third, and the mark scheme has the figures"
    assert int(names["torch"].linalg.matrix_rank(names["M"])) == 9, "the mark scheme says rank 9"
    assert float(names["worth"][names["words"].index("umbrella")]) == pytest.approx(0.0, abs=1e-5)
