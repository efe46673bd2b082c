"""What the judge measures about a pseudo-inverse, against numpy and against small cases by hand."""

from __future__ import annotations

import numpy as np
import pytest

from steepest.linalg.pinverse import (
    accuracy_bounds,
    difference_quotients,
    filtered,
    penrose_residuals,
    pinverse_gradient,
    pseudo_inverse,
    rcond_at_gap,
    responses,
    rounding_rcond,
    without_small,
)

TALL = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]])
DEPENDENT = np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]])


@pytest.mark.parametrize("A", [TALL, TALL.T, DEPENDENT, np.zeros((2, 3)), np.array([[3.0]])])
def test_pseudo_inverse_is_that_of_numpy_and_leaves_no_residual(A: np.ndarray) -> None:
    X = pseudo_inverse(A)
    np.testing.assert_allclose(X, np.linalg.pinv(A), atol=1e-12)
    assert max(map(float, penrose_residuals(X, A))) < 1e-12


@pytest.mark.parametrize("shape", [(3, 2, 4), (2, 2, 3, 1), (0, 3, 2)])
def test_batches_are_measured_matrix_by_matrix(shape: tuple[int, ...]) -> None:
    A = np.random.default_rng(0).standard_normal(shape)
    residuals = penrose_residuals(pseudo_inverse(A), A)
    assert all(residual.shape == shape[:-2] for residual in residuals)
    assert all(float(residual.max(initial=0.0)) < 1e-10 for residual in residuals)
    assert accuracy_bounds(A).shape == shape[:-2]


def test_each_condition_is_seen_by_the_answer_that_breaks_it() -> None:
    null = np.eye(3) - TALL @ pseudo_inverse(TALL)
    third = penrose_residuals(pseudo_inverse(TALL) + np.ones((2, 3)) @ null, TALL)
    assert max(third.outer, third.inner, third.right_symmetry) < 1e-12
    assert third.left_symmetry > 0.1
    fourth = penrose_residuals(pseudo_inverse(TALL.T) + null @ np.ones((3, 2)), TALL.T)
    assert max(fourth.outer, fourth.inner, fourth.left_symmetry) < 1e-12
    assert fourth.right_symmetry > 0.1
    both = np.eye(3) - pseudo_inverse(DEPENDENT) @ DEPENDENT
    left = np.eye(2) - DEPENDENT @ pseudo_inverse(DEPENDENT)
    second = penrose_residuals(pseudo_inverse(DEPENDENT) + both @ np.ones((3, 2)) @ left, DEPENDENT)
    assert max(second.outer, second.left_symmetry, second.right_symmetry) < 1e-12
    assert second.inner > 0.1
    assert penrose_residuals(np.zeros((2, 3)), TALL).outer == pytest.approx(1.0)


def test_residuals_do_not_depend_on_the_scale() -> None:
    for scale in (1e-4, 1.0, 1e4):
        wrong = penrose_residuals(1.1 * pseudo_inverse(scale * TALL), scale * TALL)
        assert float(wrong.outer) == pytest.approx(0.1)
        assert float(wrong.inner) == pytest.approx(0.11)


def test_zero_matrix_is_measured_without_dividing_by_zero() -> None:
    assert penrose_residuals(np.full((3, 2), 0.5), np.zeros((2, 3))).inner == pytest.approx(0.5)
    assert accuracy_bounds(np.zeros((2, 3), dtype=np.float32)) == 4e-3


def test_cutoff_is_relative_strict_and_per_matrix() -> None:
    A = np.stack([np.diag([4.0, 2.0, 1.0]), 100 * np.diag([4.0, 2.0, 1.0])])
    np.testing.assert_allclose(pseudo_inverse(A, 0.5)[0], np.diag([0.25, 0, 0]))
    np.testing.assert_allclose(pseudo_inverse(A, 0.4)[1], np.diag([0.0025, 0.005, 0]))
    np.testing.assert_allclose(without_small(A, 0.3)[1], 100 * np.diag([4.0, 2.0, 0.0]), atol=1e-12)


def test_default_cutoff_follows_the_dtype() -> None:
    assert rounding_rcond(np.zeros((3, 5), dtype=np.float32)) == pytest.approx(5 * 2.0**-23)
    noisy = np.array([[1.0, 1.0], [1.0, 1.0 + 2.0**-23]], dtype=np.float32)
    assert np.abs(pseudo_inverse(noisy)).max() < 1
    assert np.abs(pseudo_inverse(noisy.astype(np.float64))).max() > 1e6


def test_rcond_lies_in_the_middle_of_the_widest_gap() -> None:
    assert rcond_at_gap(np.diag([4.0, 1.0, 1 / 8])) == pytest.approx(np.sqrt(1 / 4 / 32))
    assert rcond_at_gap(np.stack([np.diag([1.0, 0.1]), 100 * np.diag([1.0, 0.1])])) == pytest.approx(np.sqrt(0.1))
    assert rcond_at_gap(np.diag([1.0, 0.5, 0.1, 0.0])) == pytest.approx(np.sqrt(0.05))


def test_bound_grows_with_rounding_and_with_the_spread_of_what_counts() -> None:
    steep = np.diag([1.0, 1e-4]).astype(np.float32)
    assert accuracy_bounds(steep) == pytest.approx(30 * 2 * 2.0**-23 * 1e4)
    assert accuracy_bounds(np.eye(2, dtype=np.float32)) == 2e-3
    assert accuracy_bounds(steep, 0.1) == 4e-3
    assert accuracy_bounds(steep.astype(np.float64)) == 1e-3
    assert accuracy_bounds(steep.astype(np.float64), 0.1) == 1e-3
    assert accuracy_bounds(np.diag([1.0, 1e-6]).astype(np.float32)) == 0.1


def test_responses_tell_a_ridge_from_anything_that_is_no_filter() -> None:
    S = np.linalg.svd(TALL, compute_uv=False)
    ridge = np.linalg.inv(TALL.T @ TALL + 0.3 * np.eye(2)) @ TALL.T
    response, rest = responses(ridge, TALL)
    np.testing.assert_allclose(response, S**2 / (S**2 + 0.3))
    assert rest < 1e-12
    np.testing.assert_allclose(filtered(TALL, response), ridge)
    assert responses(np.ones((2, 3)), TALL)[1] > 0.1


@pytest.mark.parametrize("A", [TALL, TALL.T, TALL[:2]])
def test_gradient_is_that_of_central_differences(A: np.ndarray) -> None:
    G = np.arange(1.0, A.size + 1).reshape(A.T.shape)
    np.testing.assert_allclose(pinverse_gradient(A, pseudo_inverse(A), G), difference_quotients(A, G), atol=1e-6)


def test_gradient_at_constant_rank_follows_factors() -> None:
    B, C = np.array([[1.0], [2.0]]), np.array([[1.0, -1.0, 0.5]])
    D, G, step = np.array([[0.3], [-0.2]]), np.arange(6.0).reshape(3, 2), 1e-5
    change = (pseudo_inverse((B + step * D) @ C, 1e-8) - pseudo_inverse((B - step * D) @ C, 1e-8)) / (2 * step)
    gradient = pinverse_gradient(B @ C, pseudo_inverse(B @ C, 1e-8), G)
    assert float((G * change).sum()) == pytest.approx(float((gradient * (D @ C)).sum()), rel=1e-6)
