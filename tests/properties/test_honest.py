"""No correct solution loses a point, whatever its style."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from torch import Tensor

from steepest.answers import Array
from steepest.strategies import family_of
from steepest.strategies.inverse import well_conditioned_matrices
from steepest.student import NotAskable, Student

from .balls import Losses, published_ball, sums_rate
from .exam import Failure, Property, exam_matrices, load_properties, student_with, take_exam
from .honest import STYLES

QUICK = {
    "Armijo",
    "Barzilai-Borwein",
    "Newton-Schulz",
    "conjugate gradients",
    "early stop",
    "exact line search",
    "left residual, transposed view",
    "named tuple, losses as a tensor",
    "one loss more",
    "plain descent, crude rate",
}
"""Styles whose exam takes less than two seconds."""

DEAR = {
    *("Adam", "AdamW", "RMSprop", "LBFGS, 20 inner"),
    *("torch.autograd.grad", "torch.func, difference form", "published, accumulating"),
}
"""Styles whose exam takes five to fifteen seconds and that have a cheaper relative here; ``explore`` runs them, too."""

NEEDS_MORE = {
    "one_update",
    "three_updates_with_momentum",
    "losses",
    "losses_without_momentum_are_as_predicted",
    "losses_with_momentum_are_as_predicted",
    "same_singular_values_same_losses",
    "tail_rate_without_momentum",
    "tail_rate_with_momentum",
}
"""The properties that the published signature, without steps and start, cannot be asked."""

PROPERTIES = load_properties()
EXPLORING = settings.get_current_profile_name() == "explore"
SEEDS = range(20) if EXPLORING else range(1)


def exam_of(style: str, seed: int) -> dict[str, Failure]:
    calculate_inverse, safe_learning_rate = STYLES[style]
    caller = student_with(calculate_inverse=calculate_inverse, safe_learning_rate=safe_learning_rate)
    return take_exam(PROPERTIES, caller, seed)


def as_printed(M: Tensor, learning_rate: float = 0.9, momentum: float = 0.9) -> tuple[Tensor, Losses]:
    """The published function: a fixed rate, which not every matrix allows, and float32 whatever M is."""
    return published_ball(M, torch.rand(M.shape), learning_rate, momentum, 1500)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "style",
    [
        pytest.param(style, marks=() if style in QUICK else pytest.mark.slow)
        for style in STYLES
        if style != "published signature" and (EXPLORING or style not in DEAR)
    ],
)
def test_correct_solution_passes_every_property(style: str, seed: int) -> None:
    assert exam_of(style, seed) == {}


@pytest.mark.slow
def test_published_signature_passes_all_that_it_can_be_asked() -> None:
    failures = exam_of("published signature", 0)
    assert failures.keys() == NEEDS_MORE
    assert all(isinstance(failure, NotAskable) for failure in failures.values())


@pytest.mark.slow
def test_published_function_as_printed_keeps_the_families_on_which_its_rate_is_stable() -> None:
    caller = student_with(calculate_inverse=as_printed, safe_learning_rate=sums_rate)
    lost = take_exam(PROPERTIES, caller, 0).keys() - NEEDS_MORE
    assert lost == {"one_by_one_matrices", "scaled_matrices", "float64_matrices"}


def test_exam_asks_each_function_about_at_most_32_matrices() -> None:
    calculate_inverse, safe_learning_rate = STYLES["early stop"]
    caller = student_with(calculate_inverse=calculate_inverse, safe_learning_rate=safe_learning_rate)
    take_exam(PROPERTIES, caller, 1)
    assert {name: len(matrices) for name, matrices in caller.matrices.items()} == {
        "calculate_inverse": 32,
        "safe_learning_rate": 15,
    }
    assert caller.calls <= 115, "most of them are for one update"


def test_exam_of_another_seed_holds_other_matrices() -> None:
    family = family_of(well_conditioned_matrices())
    first, second = exam_matrices(family, 1), exam_matrices(family, 2)
    drawn = slice(len(family.specials), None)
    assert all((one != other).any() for one, other in zip(first[drawn], second[drawn], strict=True))


@pytest.mark.parametrize("asked", PROPERTIES, ids=lambda asked: asked.name)
def test_correct_solution_passes_on_every_public_matrix(asked: Property) -> None:
    calculate_inverse, safe_learning_rate = STYLES["early stop"]
    student = Student(student_with(calculate_inverse=calculate_inverse, safe_learning_rate=safe_learning_rate))
    for M in (*asked.family.ladder, *asked.family.specials):
        asked.ask(student, M)


@pytest.mark.parametrize("asked", PROPERTIES, ids=lambda asked: asked.name)
def test_correct_solution_passes_on_what_hypothesis_explores(asked: Property) -> None:
    calculate_inverse, safe_learning_rate = STYLES["early stop"]
    student = Student(student_with(calculate_inverse=calculate_inverse, safe_learning_rate=safe_learning_rate))

    @given(asked.family.strategy)
    def explore(M: Array) -> None:
        asked.ask(student, M)

    explore()
