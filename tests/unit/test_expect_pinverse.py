"""What the expectations of the pseudo-inverse accept, what they refuse, and what they tell the student then."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from steepest.answers import Answer, Array, CallStatus, TensorItem
from steepest.errors import GateFailed, PropertyFailed
from steepest.expect.pinverse import expect_answer, expect_gradient, expect_pinverse
from steepest.linalg.pinverse import pinverse_gradient, pinverse_gradient_terms, pseudo_inverse
from steepest.student import Returned

TALL = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, -1.0]])
SQUARE = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, -1.0], [0.5, 0.0, 1.5]])
DEPENDENT = np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]])
GAPPED = np.diag([100.0, 40.0, 10.0])
UNIT = np.diag([1.0, 0.4, 0.1])
BATCH = np.stack([SQUARE, 1e-3 * SQUARE, -SQUARE])
G = np.arange(1.0, 7.0).reshape(2, 3)


def ridge(A: Array, size: float) -> Array:
    X: Array = np.linalg.solve(A.T @ A + size * np.eye(A.shape[1]), A.T)
    return X


def failure_of(expectation: Callable[[], None]) -> PropertyFailed:
    """Return how an expectation fails; NaN and larger values must both have failed it."""
    with pytest.raises(PropertyFailed) as caught:
        expectation()
    assert not caught.value.value <= caught.value.bound
    return caught.value


@pytest.mark.parametrize("A", [TALL, TALL.T, SQUARE, DEPENDENT, BATCH, np.zeros((2, 3)), np.zeros((0, 2, 3))])
def test_pseudo_inverse_is_accepted_up_to_the_published_accuracy(A: Array) -> None:
    expect_pinverse(pseudo_inverse(A), A)
    expect_pinverse(pseudo_inverse(A) * (1 + 4e-4), A)


def test_only_the_conditions_that_are_asked_count() -> None:
    zero = np.zeros((2, 3))
    expect_pinverse(zero, TALL, conditions=(2, 3, 4))
    assert failure_of(lambda: expect_pinverse(zero, TALL, conditions=(1,))).quantity == "max |A X A - A| / max |A|"


def test_nan_is_refused() -> None:
    failure_of(lambda: expect_pinverse(np.full((2, 3), np.nan), TALL))


@pytest.mark.parametrize(
    ("X", "A", "hint"),
    [
        (np.zeros((2, 3)), TALL, "still zero"),
        (TALL.T, TALL, "transpose of A"),
        (-pseudo_inverse(TALL), TALL, "sign is lost"),
        (pseudo_inverse(SQUARE).T, SQUARE, "transposed"),
        (SQUARE, SQUARE, "A itself"),
        (pseudo_inverse(np.abs(TALL)), TALL, "signs of the entries"),
        (1 / np.array([[2.0, 1.0], [0.5, 1.5]]).T, np.array([[2.0, 1.0], [0.5, 1.5]]), "1 / a of each entry"),
        (TALL.T / (TALL**2).sum(), TALL, "a usual start"),
        (np.full((3, 2), 0.1), np.zeros((2, 3)), "zero matrix is zero"),
        (pseudo_inverse(TALL) + (np.eye(3) - TALL @ pseudo_inverse(TALL))[:2], TALL, "(X - A+) A = 0"),
        (pseudo_inverse(TALL.T) + (np.eye(3) - TALL @ pseudo_inverse(TALL))[:, :2], TALL.T, "A (X - A+) = 0"),
        (ridge(TALL, 0.2), TALL, "a ridge leaves"),
        (0.9 * pseudo_inverse(TALL), TALL, "not arrived"),
        (1.003 * pseudo_inverse(TALL), TALL, "nearly right"),
        (1e6 * np.ones((2, 3)), TALL, "far too large"),
        (np.ones((2, 3)), TALL, "A X"),
    ],
)
def test_wrong_answer_is_refused_with_the_likely_slip(X: Array, A: Array, hint: str) -> None:
    failure = failure_of(lambda: expect_pinverse(X, A))
    assert hint in failure.help
    assert failure.heat_map is not None
    assert failure.heat_map[1].shape == (A.shape[1], A.shape[0])


@pytest.mark.parametrize(
    ("X", "A", "rcond", "hint"),
    [
        (pseudo_inverse(UNIT), UNIT, 0.2, "ignored"),
        (pseudo_inverse(GAPPED), GAPPED, 0.2, "ignored or taken as absolute"),
        (np.zeros((3, 3)), 1e-4 * GAPPED, 0.2, "as absolute"),
        (pseudo_inverse(UNIT, 0.04), UNIT, 0.2, "squared"),
        (pseudo_inverse(UNIT, 0.2**0.5), UNIT, 0.2, "square root"),
        (pseudo_inverse(np.diag([1, 1, 1, 1, 0.3, 0.1]), 0.35), np.diag([1, 1, 1, 1, 0.3, 0.1]), 0.17, "Frobenius"),
        (ridge(UNIT, 0.04), UNIT, 0.2, "a ridge leaves"),
        (np.diag([1.0, 2.5, 3.0]), UNIT, 0.2, "drops them altogether"),
    ],
)
def test_wrong_cutoff_is_named(X: Array, A: Array, rcond: float, hint: str) -> None:
    failure = failure_of(lambda: expect_pinverse(X, A, rcond=rcond))
    assert hint in failure.help
    assert "rcond * S[0]" in failure.quantity


@pytest.mark.parametrize(
    ("X", "hint"),
    [
        (np.stack([pseudo_inverse(BATCH)[0]] * 3), "of the first one"),
        (pseudo_inverse(BATCH) * np.array([1.0, 0.0, 0.0])[:, None, None], "still zero"),
        (pseudo_inverse(BATCH) * np.array([1.0, 0.5, 1.0])[:, None, None], "one step size"),
        (pseudo_inverse(BATCH) * np.array([0.5, 1.0, 1.0])[:, None, None], "a step size and cutoff of its own"),
    ],
)
def test_what_went_wrong_in_a_batch_is_named(X: Array, hint: str) -> None:
    failure = failure_of(lambda: expect_pinverse(X, BATCH))
    assert hint in failure.help
    assert " of A[" in failure.quantity


def returned(array: Array) -> Returned:
    item = TensorItem(array.shape, array.dtype.name, array)
    return Returned("calculate_pinverse", Answer(CallStatus.RETURNED, items=(item,)))


@pytest.mark.parametrize(
    ("got", "A", "hint"),
    [
        (np.zeros((3, 2)), TALL, "wrong way round"),
        (np.zeros((1, 2, 3)), TALL, "leading dimension of 1"),
        (np.zeros((3, 3)), BATCH, "whole batch"),
        (np.zeros((4, 3, 2)), np.zeros((2, 2, 2, 3)), "Leading dimensions are lost"),
        (np.zeros(6), TALL, "dimension added or lost"),
        (np.full((3, 2), np.nan), np.zeros((2, 3)), "zeros gives NaN"),
        (np.stack([SQUARE, SQUARE * np.nan, SQUARE]), BATCH, "of its own"),
        (np.full((2, 3), np.nan), TALL, "division by zero"),
        (np.zeros((2, 3), dtype=np.float32), TALL, "dtype"),
    ],
)
def test_gate_names_the_likely_slip(got: Array, A: Array, hint: str) -> None:
    with pytest.raises(GateFailed) as caught:
        expect_answer(returned(got), A, (*A.shape[:-2], *A.shape[:-3:-1]))
    assert hint in caught.value.help


def test_right_shape_and_dtype_pass_the_gate() -> None:
    np.testing.assert_array_equal(expect_answer(returned(TALL.T), TALL, (2, 3)), TALL.T)


# ---------------------------------------------------------------------------------------------------- gradients


def gradient_failure(gradient: Array, A: Array) -> PropertyFailed:
    X, loss_gradient = pseudo_inverse(A), np.arange(1.0, A.size + 1).reshape(pseudo_inverse(A).shape)
    return failure_of(lambda: expect_gradient(gradient, pinverse_gradient(A, X, loss_gradient), A, X, loss_gradient))


def test_right_gradient_is_accepted() -> None:
    X = pseudo_inverse(TALL)
    right = pinverse_gradient(TALL, X, G)
    expect_gradient(right * (1 + 5e-4), right, TALL, X, G)


FIRST, SECOND, THIRD = pinverse_gradient_terms(TALL, pseudo_inverse(TALL), G)


@pytest.mark.parametrize(
    ("gradient", "hint"),
    [
        (np.zeros((3, 2)), "gradient is zero"),
        (-FIRST - SECOND, "whole gradient"),
        (2 * (FIRST + SECOND), "twice too long"),
        (FIRST, "The term (I - A X) G' X X' is missing"),
        (FIRST - SECOND, "sign of the term (I - A X)"),
        (np.ones((3, 2)), "one by one"),
    ],
)
def test_wrong_gradient_is_refused_with_the_likely_slip(gradient: Array, hint: str) -> None:
    assert hint in gradient_failure(gradient, TALL).help


def test_transposed_gradient_and_missing_transposes_are_named() -> None:
    X, loss_gradient = pseudo_inverse(SQUARE), np.arange(1.0, 10.0).reshape(3, 3)
    assert "transposed" in gradient_failure(pinverse_gradient(SQUARE, X, loss_gradient).T, SQUARE).help
    assert "Transposes are missing" in gradient_failure(-X @ loss_gradient @ X, SQUARE).help


def test_gradient_that_mixes_a_batch_is_named() -> None:
    X, loss_gradient = pseudo_inverse(BATCH), np.arange(1.0, 28.0).reshape(3, 3, 3)
    wrong = pinverse_gradient(BATCH, X, loss_gradient)
    wrong[1] *= -0.5
    assert ".mT" in gradient_failure(wrong, BATCH).help
