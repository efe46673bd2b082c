"""The search for smaller counterexamples finds them where they are, and counts only what is smallest and short."""

from __future__ import annotations

import pytest

from steepest.explain import Recorder
from steepest.plugin import Trial, collect_trials

from .mutants import CORPUS, ROOT, LimitedCaller, namespace
from .smallest import Shown, shown, smallest_size


def trial_of(assignment: str, name: str) -> Trial:
    trials = collect_trials(ROOT / "assignments" / assignment / f"test_{assignment}.py")
    return next(trial for trial in trials if trial.info.name == name)


def program(path: str) -> str:
    return CORPUS.joinpath(f"{path}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "name", "rows"),
    [
        ("indicator/chaffs/k_counted_from_zero", "test_every_rank", 2),
        ("gradients/chaffs/gradient_clipped", "test_gradient_of_scaled_matrices", 1),
    ],
)
def test_a_report_shows_the_smallest_matrix_that_a_long_search_finds(path: str, name: str, rows: int) -> None:
    found = shown(trial_of(path.partition("/")[0], name), program(path))
    assert found is not None
    assert found.well
    assert found.rows == rows


def test_a_search_finds_a_smaller_matrix_than_one_that_is_too_large() -> None:
    caller = LimitedCaller(namespace(program("indicator/chaffs/k_counted_from_zero")))
    assert smallest_size(trial_of("indicator", "test_every_rank"), Recorder(caller), 4) < 4


def test_a_search_finds_nothing_wrong_with_a_right_solution() -> None:
    caller = LimitedCaller(namespace(program("indicator/wheats/svd_of_the_library")))
    assert smallest_size(trial_of("indicator", "test_every_rank"), Recorder(caller), 3) == 3
    assert shown(trial_of("indicator", "test_every_rank"), program("indicator/wheats/svd_of_the_library")) is None


@pytest.mark.parametrize(("digits", "smallest", "well"), [(2, 3, True), (3, 3, False), (1, 2, False)])
def test_a_counterexample_counts_if_it_is_smallest_and_its_numbers_are_short(
    digits: int, smallest: int, *, well: bool
) -> None:
    assert Shown("test_x", 3, digits, smallest).well is well
