"""Scores follow what is right: correct styles score the same, and whoever mends one bug of two never loses a point."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import pytest

from steepest.plugin import try_on
from steepest.sandbox.inprocess import NamespaceCaller
from steepest.student import Student
from steepest.verdicts import conclude

from .mutants import Judges, judges, namespace, wheats_of

BUGS = {
    ("gradients", "formulas_of_the_handout"): (
        ("((y_hat - y) ** 2).mean()", "((y_hat - y) ** 2).sum()"),
        ("2 * (y_hat - y) / y_hat.numel()", "(y_hat - y) / y_hat.numel()"),
        ("dtype=M.dtype)) @ M.T", "dtype=M.dtype)) @ M"),
        ("X - learning_rate * gradient", "X + learning_rate * gradient"),
        ("momentum * V +", "(1 - momentum) * V +"),
    ),
    ("inverse", "newton_schulz"): (
        ("n**2 / (2 * ", "n**2 / (0.02 * "),
        ("X = M.T / (", "X = M / ("),
        ("momentum * V + 2 / n**2", "momentum * V + 1 / n**2"),
    ),
}
"""Bugs that can be planted in a right solution, each on its own and beside any other: what stands there, what comes."""

STYLES = {
    "gradients": ("autograd_backward", "loops_over_entries", "torch_sgd"),
    "indicator": ("numpy_inside", "svd_of_the_library", "loops_over_words"),
    "inverse": ("newton_schulz", "scaled_first"),
}

judges_of = cache(judges)


def score(judging: Judges, text: str) -> int:
    """Return the points of a solution on the first corpus exam, in hundredths."""
    student = Student(NamespaceCaller(namespace(text)))
    tried = [try_on(trial, student, judging.exam) for trial in judging.trials]
    return sum(result.points for result in conclude(tried, None))


def planted(text: str, *bugs: tuple[str, str]) -> str:
    """Return a solution with some bugs in it."""
    for old, new in bugs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.mark.slow
@pytest.mark.parametrize("assignment", STYLES)
def test_right_solutions_of_different_style_score_the_same(assignment: str) -> None:
    judging = judges_of(assignment)
    everything = sum(trial.info.max_points for trial in judging.trials)
    wheats = wheats_of(assignment, STYLES[assignment])
    assert {name: score(judging, text) for name, text in wheats.items()} == dict.fromkeys(wheats, everything)


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "name"), BUGS)
def test_mending_one_bug_never_lowers_a_score(assignment: str, name: str) -> None:
    judging = judges_of(assignment)
    (right,) = wheats_of(assignment, [name]).values()
    bugs = BUGS[assignment, name]
    best = score(judging, right)
    with_one = {bug: score(judging, planted(right, bug)) for bug in bugs}
    assert all(points < best for points in with_one.values()), with_one
    for one, other in combinations(bugs, 2):
        assert score(judging, planted(right, one, other)) <= min(with_one[one], with_one[other]), (one, other)
