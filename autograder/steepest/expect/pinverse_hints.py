"""What a wrong pseudo-inverse or gradient looks like: the likely slip behind it, as one or two sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from steepest.answers import Array
from steepest.expect.hints import CLOSE, resembles
from steepest.linalg import Float64
from steepest.linalg.pinverse import (
    cut,
    factors,
    filtered,
    largest_entries,
    pinverse_gradient_terms,
    pseudo_inverse,
    responses,
    transposed,
)

FAR = 10.0
"""An answer this many times larger than the right one has diverged."""

RIDGE_SPREAD = 0.1
"""Ridges that the singular values of one matrix tell must agree to this share."""

Place = tuple[int, ...]


# --------------------------------------------------------------------------------------- what the gate refuses


def hint_for_shape(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Return what to try, given the shape of an answer and the one that is expected; nothing if there is no clue."""
    if got == (*expected[:-2], *expected[:-3:-1]) and got != expected:
        return (
            "This is the shape of A, the wrong way round: for A with m rows and n columns X has n rows and m columns."
        )
    if len(got) == len(expected) + 1 and got[0] == 1 and got[1:] == expected:
        return (
            "A leading dimension of 1 is left over: give back the shape that came in, such as X[0] or X.reshape(...)."
        )
    if len(expected) > 2 and got == expected[-2:]:
        return "One matrix came back for a whole batch: find the pseudo-inverse of each matrix."
    if len(expected) > 2 and len(got) < len(expected) and got[-2:] == expected[-2:]:
        return (
            "Leading dimensions are lost: a batch (*, m, n) comes back as (*, n, m), also if it has one matrix or none."
        )
    return ""


def hint_for_value(X: Array, A: Array) -> str:
    """Return what to try, given an answer of the right shape that is not finite or out of all bounds."""
    zero = largest_entries(A) == 0.0
    broken = ~np.isfinite(X).all(axis=(-2, -1))
    if bool(zero.any()) and bool((broken <= zero).all()):
        return (
            "A matrix of zeros gives NaN: something is divided by its norm or its largest singular value, which is 0."
        )
    if X.ndim > 2 and not bool(broken.all()):
        return "Some matrices of the batch diverge: each needs a step size of its own, made from its own norm."
    return ""


# ------------------------------------------------------------------------------------------- the pseudo-inverse


def hint_for_pinverse(X: Array, A: Array, place: Place, condition: int, rcond: float | None) -> str:
    """Return what to try, given an answer that breaks a condition.

    Args:
        X: The answer, (*, n, m).
        A: The matrices, (*, m, n).
        place: The worst matrix of the batch.
        condition: The condition that it breaks, from 1 to 4.
        rcond: The cutoff that was asked for, or None.
    """
    with np.errstate(all="ignore"):
        return (
            _hint_for_batch(X, A, place, rcond)
            or (_hint_for_cutoff(X[place], A[place], rcond) if rcond is not None else "")
            or _hint_for_suspect(X[place], A[place], rcond)
            or _hint_for_zero(A[place])
            or _hint_for_null_space(X[place], A[place], rcond)
            or _hint_for_filter(X[place], A[place], rcond)
            or _hint_for_condition(condition)
        )


def _suspects(A: Float64, right: Float64) -> Iterator[tuple[Float64, str]]:
    yield np.zeros_like(right), "X is still zero: the update never reached X, or the cutoff removes everything."
    yield transposed(A), "X is the transpose of A, which is A+ only if all nonzero singular values are 1."
    yield -right, "X is -A+: a sign is lost, in the loss or where the identity is subtracted."
    if A.shape[-1] == A.shape[-2]:
        yield transposed(right), "X' is A+: the answer is transposed. Check each .mT and the order of the factors."
        yield A, "X is A itself: return the matrix that was descended, not the argument."
    yield pseudo_inverse(np.abs(A)), "X is the pseudo-inverse of |A|: the signs of the entries are lost on the way."
    entries = np.where(A != 0.0, 1.0 / np.where(A != 0.0, A, 1.0), 0.0)
    yield transposed(entries), "X holds 1 / a of each entry of A; that is no inverse of the matrix."
    norm = float((A**2).sum())
    if norm > 0.0:
        yield (
            transposed(A) / norm,
            "X is A' / |A|^2, a usual start, and A+ only if A has rank 1: no step has changed it.",
        )


def _hint_for_suspect(X: Array, A: Array, rcond: float | None) -> str:
    matrix, right = np.asarray(A, dtype=np.float64), pseudo_inverse(A, rcond)
    return next((hint for suspect, hint in _suspects(matrix, right) if resembles(X, suspect, right)), "")


def _hint_for_zero(A: Array) -> str:
    if np.abs(A).max(initial=0.0) > 0.0:
        return ""
    return (
        "The pseudo-inverse of a zero matrix is zero. Its gradient is zero too: X stays where it starts, so start at 0."
    )


def _hint_for_batch(X: Array, A: Array, place: Place, rcond: float | None) -> str:
    """Return what to try where some matrices of a batch are right and some are wrong."""
    if not place:
        return ""
    right = pseudo_inverse(A, rcond)
    errors, sizes = largest_entries(X - right), largest_entries(right)
    good = errors <= CLOSE * np.where(sizes > 0.0, sizes, 1.0)
    first = right[(0,) * (A.ndim - 2)]
    if good.size > 1 and bool((largest_entries(X - first) <= CLOSE * float(np.abs(first).max())).all()):
        return "Each matrix of the batch has got the pseudo-inverse of the first one."
    if bool(good.all()) or not bool(good.any()):
        return ""
    if not bool(X[~good].any()) and bool(good.ravel()[0]) and bool((largest_entries(A[~good]) > 0.0).all()):
        return "Some matrices of the batch are right, and the others are still zero: find X for every one of them."
    if float(largest_entries(A).max()) > 5.0 * float(largest_entries(A[~good]).max(initial=0.0)):
        return (
            "The large matrices of the batch are right, the small ones are not: one step size, norm, cutoff or "
            "stopping rule serves the whole batch. Each matrix needs its own: use dim=(-2, -1), keepdim=True."
        )
    return "Some matrices of the batch are right and some are wrong: treat each with a step size and cutoff of its own."


def _cutoffs(S: Float64, A: Array, rcond: float) -> Iterator[tuple[Float64, str]]:
    """Yield which singular values a mistaken cutoff keeps, and the mistake."""
    yield S, "ignored"
    yield np.where(rcond < S, S, 0.0), "taken as absolute"
    yield cut(S, rcond**2), "squared"
    yield cut(S, rcond**0.5), "replaced by its square root"
    yield cut(S, rcond * float(np.linalg.norm(S) / S[0])), "taken relative to the Frobenius norm"
    yield cut(S, rcond * float(np.abs(A).max() / S[0])), "taken relative to the largest entry"


def _hint_for_cutoff(X: Array, A: Array, rcond: float) -> str:
    """Return what to try if ``X`` is the pseudo-inverse for another cutoff."""
    S, right = factors(A).S, pseudo_inverse(A, rcond)
    mistakes = [
        mistake
        for kept, mistake in _cutoffs(S, A, rcond)
        if resembles(X, filtered(A, (kept > 0.0).astype(np.float64)), right)
    ]
    if mistakes:
        return (
            f"The cutoff lies elsewhere, as if rcond were {' or '.join(mistakes)}. Zero is what is at most "
            "rcond * S[0], where S[0] is the largest singular value of the same matrix."
        )
    return ""


def _hint_for_null_space(X: Array, A: Array, rcond: float | None) -> str:
    """Return what to try if X is right where A acts and has something left over where A is zero."""
    if rcond is not None:
        return ""
    matrix, right = np.asarray(A, dtype=np.float64), pseudo_inverse(A)
    rest = X - right
    if np.abs(matrix @ X @ matrix - matrix).max() > CLOSE * np.abs(matrix).max():
        return ""
    sides = {
        "A (X - A+) = 0": matrix @ rest,
        "(X - A+) A = 0": rest @ matrix,
        "A (X - A+) A = 0": matrix @ rest @ matrix,
    }
    scale = float(np.abs(matrix).max() * np.abs(rest).max())
    for words, product in sides.items():
        if np.abs(product).max() <= CLOSE * scale:
            return (
                f"A X A = A holds, but X differs from A+ by a part that A does not see: {words}. No gradient ever "
                "reaches that part, so the start put it there, or Adam: start at 0 or at a multiple of A', and follow "
                "the gradient itself."
            )
    return ""


def _hint_for_filter(X: Array, A: Array, rcond: float | None) -> str:
    """Return what to try if X answers each singular value s with something other than 1 / s."""
    response, rest = responses(X, A)
    S = factors(A).S
    counts = cut(S, 1e-6 if rcond is None else rcond) > 0.0
    if rest > CLOSE or not bool(counts.any()):
        return _hint_for_size(X, A)
    kept, dropped = response[counts], response[~counts]
    ridges = S[counts] ** 2 * (1.0 / kept - 1.0)
    if kept.size > 1 and bool((ridges > 0.0).all()) and float(np.ptp(ridges)) <= RIDGE_SPREAD * float(ridges.max()):
        return (
            f"X is what a ridge leaves: each s is answered with s / (s^2 + {float(ridges.mean()):.2g}) instead of "
            "1 / s. A ridge (weight decay) moves the minimum; it is no cutoff, and more steps do not help."
        )
    if rcond is not None and bool((np.abs(kept - 1.0) <= CLOSE).all()) and bool((np.abs(dropped) > CLOSE).any()):
        return (
            "The singular values that count are inverted, and those up to rcond * S[0] are answered in part: a cutoff "
            f"drops them altogether, and these have still got {float(np.abs(dropped).max(initial=0.0)):.2g} of 1 / s."
        )
    if bool((np.abs(kept - 1.0) <= CLOSE).all()):
        return "X is nearly right: take more steps, or keep the precision of A in every step."
    if bool(((kept > -CLOSE) & (kept < 1.0 + CLOSE)).all()):
        return (
            "X is on its way but has not arrived: where the answer should be 1 / s, it has got only "
            f"{max(float(kept.min()), 0.0):.2g} of it. Take more steps, or longer ones that are still stable."
        )
    return _hint_for_size(X, A)


def _hint_for_size(X: Array, A: Array) -> str:
    if np.abs(X).max(initial=0.0) > FAR * np.abs(pseudo_inverse(A)).max(initial=0.0):
        return (
            "X is far too large: the descent diverges, or the rounding of a matrix of lower rank is taken for singular "
            "values. Lower the step, stop in time, or drop what is below max(m, n) * eps."
        )
    return ""


def _hint_for_condition(condition: int) -> str:
    match condition:
        case 1:
            return "A X A = A says that X inverts A where A acts. Compare the gradient with loss.backward()."
        case 2:
            return "X A X = X says that X does nothing where A does nothing. Start in the row space: at 0, or at A' Z."
        case 3:
            return "A X is to be the symmetric projection onto the columns of A. Start at 0: what else is in X stays."
        case _:
            return "X A is to be the symmetric projection onto the rows of A. Start at 0: what else is in X stays."


# ----------------------------------------------------------------------------------------------- the gradient


def _gradient_suspects(A: Array, X: Array, G: Array) -> Iterator[tuple[Callable[[], Float64], str]]:
    first, second, third = pinverse_gradient_terms(A, X, G)
    right = first + second + third
    yield lambda: np.zeros_like(right), "The gradient is zero, or next to nothing beside the right one."
    yield lambda: -right, "The sign of the whole gradient is wrong."
    names = ("-X' G X'", "(I - A X) G' X X'", "X' X G' (I - X A)")
    for missing, term in zip(names, (first, second, third), strict=True):
        yield lambda term=term: right - term, f"The term {missing} is missing."  # type: ignore[misc]
    for lone, term in zip(names, (first, second, third), strict=True):
        yield lambda term=term: term, f"Only the term {lone} is there: the formula has three."  # type: ignore[misc]
    for wrong, term in zip(names, (first, second, third), strict=True):
        yield lambda term=term: right - 2.0 * term, f"The sign of the term {wrong} is wrong."  # type: ignore[misc]
    yield lambda: 2.0 * right, "The gradient is twice too long: G already holds every factor of the loss."
    if A.shape[-1] == A.shape[-2]:
        yield lambda: transposed(right), "The gradient is transposed: it has the shape of A."
        wide = [np.asarray(argument, dtype=np.float64) for argument in (X, G)]
        yield lambda: -wide[0] @ wide[1] @ wide[0], "Transposes are missing in -X' G X'."


def hint_for_gradient(gradient: Array, A: Array, X: Array, G: Array) -> str:
    """Return what to try, given a gradient that is not that of the pseudo-inverse X of ``A``."""
    right = sum(pinverse_gradient_terms(A, X, G))
    for make, hint in _gradient_suspects(A, X, G):
        if resembles(gradient, make(), np.asarray(right)):
            return hint
    good = largest_entries(gradient - right) <= CLOSE * largest_entries(np.asarray(right))
    if good.ndim and bool(good.any()):
        return (
            "Some matrices of the batch are right and some are wrong: transpose with .mT, which leaves the batch alone."
        )
    return "Compare the three terms one by one with central differences; each has the shape of A."
