"""The likely cause that a student is told, on solutions of the corpus that have it: the words name the slip."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from steepest.explain import Explanation, explain
from steepest.plugin import Trial, collect_trials
from steepest.sandbox.inprocess import NamespaceCaller

ROOT = Path(__file__).parent.parent.parent
CORPUS = ROOT / "tests" / "corpus"

DIAGNOSES = {
    "inverse": (
        ("answer_transposed", "well_conditioned_matrices", "the answer is transposed"),
        ("momentum_ignored", "three_updates_with_momentum", "updates without momentum"),
        ("momentum_as_an_average", "one_update", "(1 - momentum) times the gradient"),
        ("nesterov_with_a_given_rate", "three_updates_with_momentum", "Nesterov's momentum"),
        ("velocity_starts_at_the_gradient", "one_update", "set V = 0 in every call"),
        ("loss_is_a_sum", "losses", "sum of the squares: the loss is their mean"),
        ("gradient_over_n", "one_update", "n times too long"),
        ("gradient_without_factor_two", "one_update", "half as long as it should be"),
        ("gradient_without_transpose", "one_update", "A transpose is missing in the gradient"),
        ("gradient_in_wrong_order", "one_update", "The factors are in the wrong order"),
        ("other_side", "one_update", "updates on mean((M X - I)^2)"),
        ("start_transposed", "one_update", "transpose of `start`"),
        ("uphill", "one_update", "The updates climb"),
        ("direct_solver_with_fake_losses", "one_update", "already the inverse"),
        ("one_update_too_many", "one_update", "2 updates instead of 1"),
        ("last_update_missing", "three_updates_with_momentum", "2 updates instead of 3"),
        ("float32_for_float64", "float64_matrices", "Keep the dtype"),
        ("momentum_always_nine_tenths", "losses_without_momentum_are_as_predicted", "where the momentum comes in"),
        ("velocity_kept_between_calls", "one_update", "Set V = 0 in every call"),
        ("rate_is_a_constant", "rate_follows_the_scale", "above it it diverges"),
        ("rate_tiny_to_be_safe", "rate_is_useful", "needs too many steps"),
        ("losses_after_the_update", "losses_without_momentum_are_as_predicted", "loss after update j"),
    ),
    "gradients": (
        ("sum_for_mean", "mse_of_vectors", "sum of the squares"),
        ("gradient_without_transpose", "gradient", "The transpose is missing"),
        ("gradient_over_n_only", "gradient", "divided by n only"),
        ("loss_of_the_other_side", "loss", "X stands on the left"),
        ("momentum_ignored", "later_momentum_step", "V plays no part"),
        ("rate_inside_the_velocity", "first_momentum_step", "The learning rate belongs to the update of X"),
        ("velocity_kept_between_calls", "first_momentum_step", "Set V = 0 in every call"),
        ("loss_in_a_float32_buffer", "loss_in_float64", "Keep the dtype"),
    ),
    "pinverse": (
        ("answer_transposed", "shape_and_dtype", "the wrong way round"),
        ("rcond_ignored", "rcond_cuts", "as if rcond were ignored"),
        ("rcond_absolute", "rcond_is_relative", "taken as absolute"),
        ("rcond_squared", "rcond_cuts", "square root"),
        ("only_first_of_batch", "batches", "the pseudo-inverse of the first one"),
        ("scale_of_the_batch", "batches_of_different_scale", "The large matrices of the batch are right"),
        ("six_steps_are_enough", "first_condition", "has not arrived"),
        ("random_start", "second_condition", "No gradient ever reaches"),
        ("gradient_sign", "gradient_of_an_inverse", "The sign of the whole gradient is wrong"),
        ("zero_gives_nan", "zero_matrices", "A matrix of zeros gives NaN"),
    ),
    "svd": (
        ("v_transposed", "product", "what you return as V is V'"),
        ("u_and_v_swapped", "product", "U and V are swapped"),
        ("not_sorted", "singular_values_descend", "Sort S"),
        ("negative_singular_values", "singular_values_descend", "never negative"),
        ("s_squared", "singular_values", "take the square root"),
        ("scale_not_undone", "singular_values", "S is 0.5 times what it should be"),
        ("full_matrices", "wide_matrices", "Keep the first k"),
        ("stops_at_the_rank", "rank_deficient_matrices", "A column of V is zero"),
        ("float32_returned", "float64_matrices", "Keep the dtype"),
        ("too_few_steps", "product", "has not quite arrived"),
    ),
    "indicator": (
        ("documents_compared", "similarity_of_words", "not its rows"),
        ("lengths_not_rooted", "similarity_of_words", "The lengths are squared"),
        ("empty_words_are_nan", "similarity_of_empty_words", "0 / 0 is nan"),
        ("basic_solution", "shortest_solution", "longer than it needs to be"),
        ("small_values_kept", "rank_one", "return the part that is kept"),
    ),
}
TABLE = [(assignment, *row) for assignment, rows in DIAGNOSES.items() for row in rows]


@functools.cache
def trials(assignment: str) -> dict[str, Trial]:
    """Return the properties of an assignment by name."""
    found = collect_trials(ROOT / "assignments" / assignment / f"test_{assignment}.py")
    return {trial.info.name.removeprefix("test_"): trial for trial in found}


def explained(assignment: str, chaff: str, name: str) -> Explanation:
    """Return the public failure of a solution of the corpus."""
    path = CORPUS / assignment / "chaffs" / f"{chaff}.py"
    namespace: dict[str, object] = {"__name__": chaff}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    found = explain(trials(assignment)[name], NamespaceCaller(namespace))
    assert found is not None, f"{chaff} shows no failure of {name}"
    return found


@pytest.mark.parametrize(("assignment", "chaff", "name", "words"), TABLE, ids=[f"{a}-{c}" for a, c, _, _ in TABLE])
def test_a_known_slip_is_named(assignment: str, chaff: str, name: str, words: str) -> None:
    assert words in explained(assignment, chaff, name).help
