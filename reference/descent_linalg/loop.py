"""The one loop of every first-order and preconditioned descent on `InverseProblem`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.errors import OptionError
from descent_linalg.problem import InverseProblem
from descent_linalg.solution import Outcome, Progress, Solution

SINGULAR_FLOOR = 0.5
"""A singular A leaves |A X - I|^2 at 1 or more, whatever X; half of that leaves room for rounding."""

REST = 60
"""A loss that moves by no more than rounding over this many steps has come to rest."""

HOPELESS_GROWTH = 1e20
"""A loss this many times its first one never comes back: honest momentum rises by 1e5 or so on its way down."""


@dataclass
class State:
    """What a method carries from step to step: the iterate and its residuals; methods add what they remember."""

    X: Float[Tensor, "*batch n m"]
    residuals: tuple[Tensor, ...]


StateT = TypeVar("StateT", bound=State)


class Method(Protocol[StateT]):
    """A method of descent: a frozen object that starts a state and takes one step."""

    @property
    def scale_free(self) -> bool:
        """Whether inverting ``c A`` takes the same steps as ``A``, so that A may be scaled to be safe from overflow."""
        ...

    def init(self, problem: InverseProblem, start: Tensor | None) -> StateT:
        """Return the state at ``start``, or at the method's own first guess."""
        ...

    def step(self, problem: InverseProblem, state: StateT) -> StateT:
        """Return the state after one update."""
        ...


@dataclass(frozen=True)
class Limits:
    """When to stop: after ``max_steps`` updates, or when the residual is within ``tolerance``.

    ``tolerance`` bounds the loss. None means what rounding explains: a residual of norm ``eps |A| |X|``.
    ``all_steps`` makes exactly ``max_steps`` updates, whatever the loss, as the published algorithm does.
    """

    max_steps: int
    tolerance: float | None = None
    all_steps: bool = False

    def __post_init__(self) -> None:
        if self.max_steps < 0:
            raise OptionError("max_steps", self.max_steps, "give 0 or more updates")


AnyStateT = TypeVar("AnyStateT")


@dataclass(frozen=True)
class Run(Generic[AnyStateT]):
    """The end of a loop: the last state, how it ended, and the losses of all states, shape ``(steps + 1, *batch)``."""

    state: AnyStateT
    outcome: Outcome
    losses: Float[Tensor, "steps *batch"]

    @property
    def steps(self) -> int:
        """Return the number of updates made."""
        return len(self.losses) - 1


def iterate(
    state: AnyStateT,
    step: Callable[[AnyStateT], AnyStateT],
    loss: Callable[[AnyStateT], Tensor],
    judge: Callable[[AnyStateT, list[Tensor]], Outcome],
    limits: Limits,
    progress: Progress | None = None,
) -> Run[AnyStateT]:
    """Return the run of ``step`` from ``state`` until ``judge`` says something else than MAX_STEPS_REACHED."""
    losses = [loss(state)]
    outcome = Outcome.MAX_STEPS_REACHED
    for number in range(limits.max_steps + 1):
        last = number == limits.max_steps
        if last or not limits.all_steps:
            outcome = judge(state, losses)
        if last or outcome is not Outcome.MAX_STEPS_REACHED:
            break
        if progress is not None:
            progress(number, _largest(losses[-1]))
        state = step(state)
        losses.append(loss(state))
    return Run(state, outcome, torch.stack(losses))


def descend(
    method: Method[StateT],
    problem: InverseProblem,
    limits: Limits,
    *,
    start: Tensor | None = None,
    progress: Progress | None = None,
) -> Solution[Tensor]:
    """Return the last iterate of ``method``, with the loss before every update and after the last one."""
    run = iterate(
        method.init(problem, start),
        partial(method.step, problem),
        lambda state: problem.loss(state.residuals),
        lambda state, losses: _judge(problem, state, losses, limits),
        limits,
        progress,
    )
    return Solution(run.state.X, run.outcome, run.steps, run.losses)


def _judge(problem: InverseProblem, state: State, losses: list[Tensor], limits: Limits) -> Outcome:
    loss = losses[-1]
    if not math.isfinite(_largest(loss)):
        return Outcome.NONFINITE
    if bool((loss > HOPELESS_GROWTH * losses[0].clamp(min=1)).any()):
        return Outcome.DIVERGED
    explained = _explained(problem, state)
    allowed = explained if limits.tolerance is None else torch.full_like(loss, limits.tolerance)
    floor = loss * problem.entries >= SINGULAR_FLOOR
    if bool(((loss <= allowed) & ~floor).all()):
        return Outcome.CONVERGED
    if bool((floor & (explained * problem.entries >= SINGULAR_FLOOR)).any()):
        return Outcome.SINGULAR
    if not _at_rest(losses):
        return Outcome.MAX_STEPS_REACHED
    if bool(floor.any()):
        return Outcome.SINGULAR
    return Outcome.CONVERGED if limits.tolerance is None else Outcome.MAX_STEPS_REACHED


def _at_rest(losses: list[Tensor]) -> bool:
    """Return whether no loss of the batch has moved by more than rounding over the last `REST` steps."""
    if len(losses) <= REST:
        return False
    recent = torch.stack([losses[-1], losses[-1 - REST // 3], losses[-1 - REST // 2], losses[-1 - REST]])
    spread = recent.amax(dim=0) - recent.amin(dim=0)
    return bool((spread <= 100 * torch.finfo(recent.dtype).eps * losses[-1]).all())


def _explained(problem: InverseProblem, state: State) -> Tensor:
    """Return the loss that rounding alone explains: a residual of norm eps |A| |X|."""
    eps = torch.finfo(state.X.dtype).eps
    norms = problem.A.flatten(-2).norm(dim=-1) * state.X.flatten(-2).norm(dim=-1)
    explained: Tensor = (eps * norms).square() / problem.entries
    return explained


def _largest(loss: Tensor) -> float:
    return float(loss.max()) if loss.numel() else 0.0
