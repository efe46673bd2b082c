"""The graded properties of the assignment "The inverse by descent".

Each test below is one line of the rubric: its first line says what is expected, `points` says what it earns. Every
test is given several matrices M and asks your functions about each. All you see here is all there is: only the
matrices of the exam are secret. Run them in the notebook with `check(calculate_inverse)`, or here with pytest.

The contract that they grade:

    calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None) -> (X, losses)
    safe_learning_rate(M, momentum) -> a learning rate

- The loss is mean((X M - I)^2), its gradient 2 / n^2 (X M - I) M'.
- Called with M alone, calculate_inverse may use any descent (heavy ball, Adam, conjugate gradients, ...).
- Given learning_rate, momentum and start, it does heavy ball with them, beginning with V = 0:
  V <- momentum V + gradient, then X <- X - learning_rate V. That is what gradients do that are multiplied by the
  momentum instead of being set to zero.
- steps is the number of updates, one gradient each. losses[j] belongs to X before update j.
- The inverse is to be found by descent: a property with needs=DESCENT earns points only if that property passes.
  It asks for few steps; a function without `steps` is asked with a vanishing learning_rate, and must end all the same.
"""

import numpy as np
import pytest
from hypothesis import given

from steepest.expect import (
    expect_at_least,
    expect_curves_agree,
    expect_falling,
    expect_first_loss,
    expect_follows_scale,
    expect_heavy_ball,
    expect_history,
    expect_inverse,
    expect_settled,
    expect_stable,
    expect_tail_rate,
    expect_unchanged,
    expect_useful,
)
from steepest.linalg import (
    max_abs,
    outer_residual,
    predicted_losses,
    relative_residual,
    singular_values,
    stability_limit,
)
from steepest.strategies.inverse import (
    diagonal_matrices,
    float64_matrices,
    ill_conditioned_matrices,
    large_matrices,
    negative_determinant_matrices,
    one_by_one_matrices,
    orthogonal_matrices,
    permutation_matrices,
    positive_definite_matrices,
    scaled_matrices,
    well_conditioned_matrices,
)

points = pytest.mark.points
DESCENT = "test_three_steps_are_only_three_steps"


def rate_of(student, M, momentum):
    """The learning rate that the student's function finds safe for M."""
    return student.safe_learning_rate(M, momentum=momentum).number()


def inverse_of(student, M, **options):
    """The inverse that the student's function finds: a finite tensor with the shape and the dtype of M."""
    return student.calculate_inverse(M, **options).tensor(shape=M.shape, dtype=M.dtype)


def some_start(M):
    """A first guess of about the size of an inverse, without any symmetry."""
    n = len(M)
    return np.arange(n * n, dtype=M.dtype).reshape(n, n) / (n * n * np.abs(M).max())


def some_rate(M, momentum):
    """A learning rate well below the stability limit."""
    return 0.4 * stability_limit(M, momentum)


def updates(M, steps, momentum=0.9):
    """The arguments that ask for so many updates of heavy ball from `some_start`."""
    return {"learning_rate": some_rate(M, momentum), "momentum": momentum, "steps": steps, "start": some_start(M)}


def losses_from_zero(student, M, momentum, steps=500):
    """The losses of heavy ball that begins at X = 0."""
    history = student.calculate_inverse(
        M, learning_rate=some_rate(M, momentum), momentum=momentum, steps=steps, start=np.zeros_like(M)
    ).history()
    expect_history(history, steps=steps)
    return history


def predicted_from_zero(M, momentum, steps=500):
    """The same losses as theory has them: they follow from the singular values of M."""
    return predicted_losses(
        singular_values(M), len(M), learning_rate=some_rate(M, momentum), momentum=momentum, steps=steps
    )


# ------------------------------------------------------------------------------------------- safe_learning_rate


@points(1, exercise="safe_learning_rate")
@given(M=well_conditioned_matrices())
def test_rate_is_stable_without_momentum(student, M):
    """The rate is positive and below the stability limit n^2 / S[0]^2 of descent without momentum; M stays as it is."""
    returned = student.safe_learning_rate(M, momentum=0.0)
    expect_stable(returned.number(), M, momentum=0.0)
    expect_unchanged(returned)


@points(1, exercise="safe_learning_rate")
@given(M=well_conditioned_matrices())
def test_rate_is_stable_with_momentum(student, M):
    """The rate for momentum 0.9 is positive and below the stability limit 1.9 n^2 / S[0]^2."""
    expect_stable(rate_of(student, M, 0.9), M, momentum=0.9)


@points(1, exercise="safe_learning_rate")
@given(M=well_conditioned_matrices())
def test_rate_is_useful(student, M):
    """The rate is at least 1/300 of the stability limit, for momentum 0.9 and close to 1: safe, but not for ever."""
    expect_useful(rate_of(student, M, 0.9), M, momentum=0.9)
    expect_useful(rate_of(student, M, 0.999), M, momentum=0.999)


@points(0.5, exercise="safe_learning_rate")
@given(M=positive_definite_matrices())
def test_rate_is_stable_for_positive_definite_matrices(student, M):
    """The rate is stable with and without momentum where all entries of M pull in one direction."""
    expect_stable(rate_of(student, M, 0.0), M, momentum=0.0)
    expect_stable(rate_of(student, M, 0.9), M, momentum=0.9)


@points(0.5, exercise="safe_learning_rate")
@given(M=scaled_matrices())
def test_rate_follows_the_scale(student, M):
    """The rate is stable and useful for entries near 10000 or 0.0001, and for 10 M about a hundred times smaller."""
    rate = rate_of(student, M, 0.9)
    expect_stable(rate, M, momentum=0.9)
    expect_useful(rate, M, momentum=0.9)
    expect_follows_scale(rate, rate_of(student, 10 * M, 0.9))


# ------------------------------------------------------------------------- calculate_inverse: the inverse of M


@points(1, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_shape_and_dtype(student, M):
    """The answer is a finite tensor with the shape and the dtype of M."""
    inverse_of(student, M)


@points(1, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_arguments_unchanged(student, M):
    """M is the same after the call as before it."""
    expect_unchanged(student.calculate_inverse(M))


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=diagonal_matrices())
def test_diagonal_matrices(student, M):
    """X M = I and M X = I for diagonal matrices."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=orthogonal_matrices())
def test_orthogonal_matrices(student, M):
    """X M = I and M X = I for orthogonal matrices."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=positive_definite_matrices())
def test_positive_definite_matrices(student, M):
    """X M = I and M X = I for symmetric positive definite matrices."""
    expect_inverse(inverse_of(student, M), M)


@points(3, exercise="calculate_inverse", needs=DESCENT)
@given(M=well_conditioned_matrices())
def test_well_conditioned_matrices(student, M):
    """X M = I and M X = I for matrices of condition number up to 6, as they come."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=negative_determinant_matrices())
def test_negative_determinant(student, M):
    """X M = I and M X = I for matrices with a negative determinant."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=permutation_matrices())
def test_permutation_matrices(student, M):
    """X M = I and M X = I for the identity and other permutation matrices."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=one_by_one_matrices())
def test_one_by_one_matrices(student, M):
    """X M = I and M X = I for 1 x 1 matrices."""
    expect_inverse(inverse_of(student, M), M)


@points(2, exercise="calculate_inverse", needs=DESCENT)
@given(M=scaled_matrices())
def test_scaled_matrices(student, M):
    """X M = I and M X = I for matrices with entries near 10000 or 0.0001."""
    expect_inverse(inverse_of(student, M), M)


@points(1, exercise="calculate_inverse", needs=DESCENT)
@given(M=float64_matrices())
def test_float64_matrices(student, M):
    """X M = I and M X = I for matrices in float64, with an answer in float64; M stays as it is."""
    expect_inverse(inverse_of(student, M), M)
    expect_unchanged(student.calculate_inverse(M))


@points(2, exercise="calculate_inverse", needs=DESCENT)
@given(M=large_matrices())
def test_large_matrices(student, M):
    """X M = I and M X = I for matrices with 8 to 12 rows."""
    expect_inverse(inverse_of(student, M), M)


# --------------------------------------------------------------------------- calculate_inverse: found by descent


def expect_not_there_yet(X, M, when, help):
    """Return if X is no inverse of M, nor an inverse on part of the space, as a direct solver's is that is cut off."""
    expect_at_least(f"|X M - I| / |I| {when}", relative_residual(X, M), 0.3, help=help)
    expect_at_least(
        f"max |X M X - X| / max |X| {when}",
        outer_residual(X, M),
        1e-3,
        help="On part of the space X is exact, as a direct solution is that is cut off at `steps` singular values.",
    )


def expect_slow_at_a_vanishing_rate(calculate_inverse, M):
    """Return if a descent has not arrived that was given a billionth of the stability limit as its learning rate."""
    X = calculate_inverse(M, learning_rate=1e-9 * stability_limit(M, 0.9)).tensor(shape=M.shape, dtype=M.dtype)
    help = "Find X by descent, not by a direct solver, and take each step with the `learning_rate` that is given."
    expect_not_there_yet(X, M, "at a vanishing learning rate", help)


@points(3, exercise="calculate_inverse")
@given(M=ill_conditioned_matrices())
def test_three_steps_are_only_three_steps(student, M):
    """After 3 steps on an ill-conditioned matrix |X M - I| / |I| >= 0.3, X M X is not X, and X goes on moving.

    A function that names no `steps` is asked by its learning rate: at a billionth of the stability limit no descent
    arrives.
    """
    function = student.calculate_inverse
    if function.names("learning_rate") and not function.names("steps"):
        expect_slow_at_a_vanishing_rate(function.apart, M)
        return
    early, later = inverse_of(student, M, steps=3), inverse_of(student, M, steps=100)
    help = "Find X by descent, not by a direct solver, and let `steps` be the number of updates, one gradient each."
    expect_not_there_yet(early, M, "after 3 steps", help)
    expect_at_least(
        "max |X - X_3| / max |X_3| after 100 steps",
        max_abs(later - early) / max_abs(early) if max_abs(early) > 0 else 0.0,
        1e-3,
        help="X is the same after 3 steps and after 100: let each step move it, and return what was moved.",
    )


@points(2, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_one_update(student, M):
    """Given learning_rate and start, one step is X - learning_rate * 2 / n^2 (X M - I) M', and start stays as it is."""
    returned = student.calculate_inverse(M, **updates(M, steps=1))
    expect_heavy_ball(returned.tensor(shape=M.shape, dtype=M.dtype), M, **updates(M, steps=1))
    expect_unchanged(returned)
    far = updates(M, steps=1) | {"learning_rate": 3.0 * stability_limit(M, 0.9)}
    expect_heavy_ball(inverse_of(student, M, **far), M, **far)


@points(2, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_three_updates_with_momentum(student, M):
    """Given learning_rate, momentum (or its default, 0.9) and start, three steps are three updates of heavy ball."""
    three = updates(M, steps=3)
    expect_heavy_ball(inverse_of(student, M, **three), M, **three)
    by_default = {name: value for name, value in three.items() if name != "momentum"}
    expect_heavy_ball(inverse_of(student, M, **by_default), M, **three)


@points(1, exercise="calculate_inverse")
@given(M=well_conditioned_matrices())
def test_losses(student, M):
    """One loss a step, losses[0] is mean((start M - I)^2), they fall without momentum, and steps=0 has none."""
    losses = student.calculate_inverse(M, **updates(M, steps=20, momentum=0.0)).history()
    expect_history(losses, steps=20)
    expect_first_loss(losses, M, start=some_start(M))
    expect_falling(losses)
    expect_history(student.calculate_inverse(M, **updates(M, steps=0)).history(), steps=0)


# ----------------------------------------------------------------------------------------------------- convergence


@points(2, exercise="convergence")
@given(M=float64_matrices())
def test_losses_without_momentum_are_as_predicted(student, M):
    """From X = 0, without momentum, the losses are those that the singular values of M predict."""
    expect_curves_agree(losses_from_zero(student, M, momentum=0.0), predicted_from_zero(M, momentum=0.0))


@points(2, exercise="convergence")
@given(M=float64_matrices())
def test_losses_with_momentum_are_as_predicted(student, M):
    """From X = 0, with momentum 0.9, the losses are those that the singular values of M predict."""
    expect_curves_agree(losses_from_zero(student, M, momentum=0.9), predicted_from_zero(M, momentum=0.9))


@points(2, exercise="convergence")
@given(M=float64_matrices())
def test_same_singular_values_same_losses(student, M):
    """From X = 0, M and the diagonal matrix with the same singular values have the same falling losses."""
    D = np.diag(singular_values(M))
    losses = losses_from_zero(student, M, momentum=0.9)
    expect_settled(losses)
    expect_curves_agree(
        losses,
        losses_from_zero(student, D, momentum=0.9),
        expected_name="losses for diag(S)",
        help="Only the singular values decide how fast descent from zero is. Treat diagonal matrices like all others.",
    )


@points(1, exercise="convergence")
@given(M=float64_matrices())
def test_tail_rate_without_momentum(student, M):
    """At the end, without momentum, the losses shrink at the rate that the smallest singular value predicts."""
    losses = losses_from_zero(student, M, momentum=0.0)
    expect_tail_rate(losses, M, learning_rate=some_rate(M, 0.0), momentum=0.0)


@points(1, exercise="convergence")
@given(M=float64_matrices())
def test_tail_rate_with_momentum(student, M):
    """At the end, with momentum 0.9, the losses shrink at the predicted rate."""
    losses = losses_from_zero(student, M, momentum=0.9)
    expect_tail_rate(losses, M, learning_rate=some_rate(M, 0.9), momentum=0.9)
