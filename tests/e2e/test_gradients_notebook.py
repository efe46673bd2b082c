"""The source notebook of the assignment ``gradients``: fit for nbgrader, true in what it says, and it runs."""

from __future__ import annotations

from itertools import pairwise

import pytest

from .source_notebooks import SourceNotebook, SourceNotebookTests, run_cells

BOOK = SourceNotebook(
    assignment="gradients",
    signatures={
        "mse": "y_hat, y",
        "mse_gradient": "y_hat, y",
        "loss": "X, M",
        "gradient": "X, M",
        "gradient_step": "X, M, learning_rate",
        "momentum_step": "X, V, M, learning_rate, momentum",
    },
    points={"mse": 4, "mse_gradient": 6, "loss": 3, "gradient": 7, "gradient_step": 4, "momentum_step": 6},
    written={"three_ways": 3, "walk_or_roll": 3},
    charts=6,
)


class TestGradientsNotebook(SourceNotebookTests):
    """What every source notebook is asked."""

    book = BOOK


def test_the_figures_in_the_text_are_those_of_the_cells(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    printed = capsys.readouterr().out
    assert "learning rate 0.87: loss 1.974 -> 17.667" in printed, "the text says that it diverges"
    assert "largest difference after ten steps: 0e+00" in printed

    valley, walks = names["valley"], names["walks"]
    lowest = {name: [float(names["loss"](walk[step], valley)) for step in (10, 25)] for name, walk in walks.items()}
    assert lowest["momentum 0.5"][0] < lowest["momentum 0.0"][0], "the mark scheme says after 10 steps"
    assert lowest["momentum 0.5"][1] < lowest["momentum 0.0"][1], "and after 25"

    rolling = [float(names["loss"](X, names["valley"])) for X in names["walks"]["momentum 0.9"]]
    assert any(later > earlier for earlier, later in pairwise(rolling)), "it overshoots"


@pytest.mark.parametrize(("dtype", "best", "error"), [("float32", 1e-3, 1e-4), ("float64", 1e-6, 1e-9)])
def test_the_best_step_of_a_central_difference_is_the_one_that_the_text_names(
    dtype: str, best: float, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = run_cells(BOOK.read(), monkeypatch)
    one = names["torch"].tensor(1.0, dtype=getattr(names["torch"], dtype))

    def off(h: float) -> float:
        return abs(float(names["central_difference"](lambda x: x**4, one, h)) - 4.0)

    assert off(best) < error
    assert off(100 * best) > error
    assert off(best / 1000) > error
