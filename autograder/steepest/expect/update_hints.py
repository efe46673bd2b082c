"""What wrong updates and wrong losses look like: the likely slip behind them, as one or two sentences for the student.

Each suspect is a descent with one slip in it. An answer that is where the slip leads, and not where the rule leads,
most likely has that slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from steepest.answers import Array
from steepest.expect.hints import CLOSE, resembles
from steepest.linalg import Float64, gradient, heavy_ball, left_residual, max_abs

ALMOST = 0.05
"""An update that differs by at most this share of its length has no slip in its formula, but is not exact."""

PRECISE = 1e-8
"""Losses below this share of the first one are out of reach for float32."""

Hinted = tuple[Float64, str]


@dataclass(frozen=True, eq=False)
class _Asked:
    """The updates that were asked for, to be done again with one slip or another."""

    M: Float64
    start: Float64
    learning_rate: float
    momentum: float
    steps: int

    def after(
        self,
        *,
        M: Float64 | None = None,
        start: Float64 | None = None,
        factor: float = 1.0,
        momentum: float | None = None,
        more: int = 0,
    ) -> Float64:
        """Return X by the rule, for another matrix, start or momentum, ``factor`` times the rate, ``more`` steps."""
        return heavy_ball(
            self.M if M is None else M,
            self.start if start is None else start,
            learning_rate=factor * self.learning_rate,
            momentum=self.momentum if momentum is None else momentum,
            steps=self.steps + more,
        )

    def by(self, velocity: Callable[[Float64, Float64], Float64], first: Float64 | None = None) -> Float64:
        """Return X after updates along another ``velocity(X, V)``, which begins at ``first`` (zero, if None)."""
        X, V = self.start, np.zeros_like(self.start) if first is None else first
        for _ in range(self.steps):
            V = velocity(X, V)
            X = X - self.learning_rate * V
        return X

    def along(self, direction: Callable[[Float64], Float64]) -> Float64:
        """Return X after updates with another ``direction(X)`` in the place of the gradient."""
        return self.by(lambda X, V: self.momentum * V + direction(X))

    def gradient(self, X: Float64) -> Float64:
        """Return the gradient of the loss at X."""
        return gradient(X, self.M)


def hint_for_heavy_ball(X: Array, M: Array, start: Array, *, learning_rate: float, momentum: float, steps: int) -> str:
    """Return what to try, given an ``X`` that is not where ``steps`` updates from ``start`` lead."""
    asked = _Asked(np.asarray(M, np.float64), np.asarray(start, np.float64), learning_rate, momentum, steps)
    right = asked.after()
    suspects = (suspect for group in SUSPECTS for suspect in group(asked, right))
    with np.errstate(all="ignore"):
        found = (
            hint for wrong, hint in suspects if resembles(X - asked.start, wrong - asked.start, right - asked.start)
        )
        return next(found, "") or _hint_for_way(X - asked.start, right - asked.start, steps)


def _wrong_ends(asked: _Asked, right: Float64) -> Iterator[Hinted]:
    yield asked.start, "X is still the start: no update was done."
    yield (
        np.asarray(np.linalg.pinv(asked.M)),
        "X is already the inverse, which so few updates cannot reach: do exactly `steps` updates.",
    )
    yield right.T, "X is the transpose of what the rule gives: return X as it was updated."


def _wrong_counts(asked: _Asked, right: Float64) -> Iterator[Hinted]:
    one_less, steps = asked.after(more=-1), asked.steps
    yield asked.after(more=1), f"These are {steps + 1} updates instead of {steps}."
    yield (
        one_less,
        f"These are {steps - 1} updates instead of {steps}: one is missing, or X moves before V is updated.",
    )
    if steps > 1:
        yield (one_less + right) / 2.0, "X is the mean of the last two guesses: return the last one."


def _wrong_lengths(asked: _Asked, _: Float64) -> Iterator[Hinted]:
    n = len(asked.M)
    yield asked.after(factor=-1.0), "The updates climb: subtract learning_rate times the gradient."
    if n > 1:
        yield (
            asked.after(factor=n**2),
            "Each update is n^2 times too long: the loss is the mean of the squares, not their sum.",
        )
        yield asked.after(factor=n), "Each update is n times too long: the mean divides by all n^2 entries."
    yield (
        asked.after(factor=0.5),
        "Each update is half as long as it should be: the loss has no factor 1/2, so its gradient has a factor 2.",
    )


def _wrong_velocities(asked: _Asked, _: Float64) -> Iterator[Hinted]:
    kept, rate, slope = asked.momentum, asked.learning_rate, asked.gradient
    yield (
        asked.after(momentum=0.0),
        "These are updates without momentum: keep a share `momentum` of the last direction.",
    )
    yield asked.after(momentum=1.0), "Gradients pile up in full: multiply what is kept by `momentum` in every step."
    yield (
        asked.along(lambda X: (1.0 - kept) * slope(X)),
        "The velocity is an average, (1 - momentum) times the gradient: add the whole gradient.",
    )
    yield asked.along(lambda X: kept * slope(X)), "The new gradient is multiplied by momentum too: only V is."
    yield (
        asked.by(lambda X, V: kept * V + slope(X), slope(asked.start)),
        "The velocity does not begin at zero: set V = 0 in every call, and add the first gradient once.",
    )
    nesterov = "This is Nesterov's momentum: the rule is heavy ball, V <- momentum V + gradient."
    yield asked.by(lambda X, V: kept * V + slope(X - rate * kept * V)), nesterov
    yield _nesterov(asked), nesterov
    yield asked.after(momentum=0.9), "The momentum is 0.9 whatever was asked for: use the argument `momentum`."


def _nesterov(asked: _Asked) -> Float64:
    """Return X after Nesterov's updates in the form that needs no gradient elsewhere: G + momentum V, as in torch."""
    X, V = asked.start, np.zeros_like(asked.start)
    for _ in range(asked.steps):
        G = asked.gradient(X)
        V = asked.momentum * V + G
        X = X - asked.learning_rate * (G + asked.momentum * V)
    return X


def _wrong_gradients(asked: _Asked, _: Float64) -> Iterator[Hinted]:
    M, factor = asked.M, 2.0 / asked.M.size

    def over(size: Callable[[float], float]) -> Float64:
        return asked.along(lambda X: asked.gradient(X) / size(float(np.linalg.norm(asked.gradient(X)))))

    yield (
        asked.along(lambda X: factor * M.T @ (M @ X - np.eye(len(M)))),
        "These are updates on mean((M X - I)^2); the loss of the course is mean((X M - I)^2).",
    )
    yield (
        asked.along(lambda X: factor * left_residual(X, M) @ M),
        "A transpose is missing in the gradient: it is (X M - I) M', with M transposed.",
    )
    yield (
        asked.along(lambda X: factor * M.T @ left_residual(X, M)),
        "The factors are in the wrong order: the gradient is (X M - I) M'.",
    )
    yield over(lambda norm: norm), "The gradient is divided by its norm: use it as it is."
    yield over(lambda norm: max(1.0, norm)), "The gradient is clipped: use it as it is."
    yield (
        asked.start - asked.learning_rate * np.sign(asked.gradient(asked.start)),
        "Every entry moves by the learning rate, as in Adam's first step: given a rate, the rule is heavy ball.",
    )


def _wrong_arguments(asked: _Asked, _: Float64) -> Iterator[Hinted]:
    M, start = asked.M, asked.start
    yield asked.after(start=np.zeros_like(start)), "The descent begins at zero: begin at `start`."
    yield asked.after(start=start.T), "The descent begins at the transpose of `start`."
    yield asked.after(M=(M + M.T) / 2.0), "The updates use (M + M') / 2: somewhere M and its transpose are mixed up."
    yield asked.after(M=np.abs(M)), "The updates use |M|: the signs of the entries of M are lost on the way."


SUSPECTS = (_wrong_ends, _wrong_counts, _wrong_lengths, _wrong_velocities, _wrong_gradients, _wrong_arguments)


def _hint_for_way(way: Array, right: Array, steps: int) -> str:
    """Return what to try where no suspect fits, from how the way that X went compares with the right one."""
    factor = float(np.sum(way * right) / np.sum(right * right))
    if max_abs(way - right) <= ALMOST * max_abs(right):
        return (
            "X is almost where the rule leads: the formula is right, but not exact. "
            "Look for rounding, lower precision, noise, a decay, or a rate that changes on the way."
        )
    if way.size > 1 and factor > 0.0 and max_abs(way - factor * right) <= CLOSE * max_abs(way):
        return (
            f"The way is {factor:.3g} times as long as it should be, and its direction is right: "
            "use the given learning_rate as it is."
        )
    return (
        f"X_{steps} is where the rule leads from `start` with the given numbers. Do one update by hand: "
        "start - learning_rate * 2 / n^2 * (start M - I) M'."
    )


def hint_for_first_loss(ratio: float, n: int) -> str:
    """Return what to try, given the first loss as a multiple of the right one."""
    if n > 1 and abs(ratio / n**2 - 1.0) <= CLOSE:
        return "This is the sum of the squares: the loss is their mean."
    if n > 1 and abs(ratio / n - 1.0) <= CLOSE:
        return "This is the sum of the squares over n: the mean divides by n^2."
    if abs(ratio - 0.5) <= CLOSE / 2.0:
        return "This is half the loss: there is no factor 1/2 in the mean of the squares."
    return "losses[j] belongs to X before update j: append the loss before X changes, and begin at `start`."


def hint_for_losses(losses: Array, expected: Array, bound: float) -> str:
    """Return what to try, given losses that leave their expected course by more than ``bound``, a relative difference.

    Both begin with the loss of the start; where they part says which part of the descent is wrong.
    """
    steps = min(len(losses), len(expected))
    ours, theirs = np.asarray(losses[:steps], np.float64), np.asarray(expected[:steps], np.float64)
    early = theirs > PRECISE * theirs[0] if steps else np.zeros(0, dtype=bool)
    if early.sum() < 2:
        return "losses holds too few numbers: append one loss in every step, before X changes."

    def agree(one: Float64, other: Float64) -> bool:
        one, other = one[early[: len(one)]], other[early[: len(one)]]
        return bool(np.all(np.abs(one - other) <= bound * np.abs(other)))

    with np.errstate(all="ignore"):
        if agree(ours[:-1], theirs[1:]):
            return "losses[j] is the loss after update j: append the loss before X changes."
        if agree(ours**2, theirs):
            return "These are the roots of the losses: the loss is the mean of the squares, without a root."
        ratio = float(ours[0] / theirs[0])
        if abs(ratio - 1.0) > bound and agree(ours, ratio * theirs):
            return f"Each loss is {ratio:.3g} times what it should be: the loss is the mean of all n^2 squares."
        return _hint_for_parting(int(np.argmin(np.abs(ours - theirs) <= bound * np.abs(theirs))), theirs)


def _hint_for_parting(step: int, expected: Float64) -> str:
    """Return what to try, given the first step at which the losses are not as expected."""
    if step == 0:
        return "The first loss is wrong already: it belongs to the start, before any update, and is a mean over n^2."
    if step == 1:
        return "The first loss is right, the second is not: look at the length and the direction of the first update."
    if step == 2:
        return "The first update is right, the second is not: this is where the momentum comes in."
    if expected[step] <= PRECISE * expected[0]:
        return "The curves part near the end, where float32 is not enough: keep the dtype of M in all you compute."
    return "The curves part on the way: does the rate or the momentum change there, or do the updates stop?"
