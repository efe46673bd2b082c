"""The one loop of every first-order and preconditioned descent, for a batch of problems at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from descent_linalg.errors import OptionError
from descent_linalg.problem import InverseProblem
from descent_linalg.solution import Outcome, Progress

SINGULAR_FLOOR = 0.5
"""A singular A leaves |A X - I|^2 at 1 or more, whatever X; half of that leaves room for rounding."""

REST = 60
"""A loss that moves by no more than rounding over this many steps has come to rest."""

HOPELESS_GROWTH = 1e20
"""A loss this many times its first one never comes back: honest momentum rises by 1e5 or so on its way down."""

ROUNDING_DEPTH = {torch.float32: 1e-9, torch.float64: 1e-20}
"""Only below this share of the first loss may a lack of progress be put down to rounding."""

GO_ON = -1
OUTCOMES = (Outcome.CONVERGED, Outcome.MAX_STEPS_REACHED, Outcome.SINGULAR, Outcome.DIVERGED, Outcome.NONFINITE)
"""From best to worst; a verdict on a matrix is an index into these, or `GO_ON`."""

CONVERGED, MAX_STEPS_REACHED, SINGULAR, DIVERGED, NONFINITE = range(len(OUTCOMES))

Verdicts = Int[Tensor, "*batch"]


@dataclass
class State:
    """What a method carries from step to step: the iterate and its residuals; methods add what they remember.

    A method that knows better than the loop when it has arrived sets ``verdicts``, one a matrix.
    """

    X: Float[Tensor, "*batch n m"]
    residuals: tuple[Tensor, ...]
    verdicts: Verdicts | None = field(default=None, kw_only=True)


StateT = TypeVar("StateT", bound=State)
AnyStateT = TypeVar("AnyStateT")


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


@dataclass
class Ledger:
    """How the matrices of a batch ended, with what answers, and the losses on the way.

    Attributes:
        losses: The losses of all states; that of a settled matrix stays.
        verdicts: One a matrix.
        value: The answers; each matrix has its own from the step that settled it, so no neighbour can spoil it.
    """

    losses: list[Float[Tensor, " *batch"]]
    verdicts: Verdicts
    value: tuple[Tensor, ...]

    @property
    def settled(self) -> bool:
        """Return whether every matrix has ended."""
        return not bool((self.verdicts == GO_ON).any())

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome of the batch."""
        return OUTCOMES[int(self.verdicts.max())] if self.verdicts.numel() else Outcome.CONVERGED

    @property
    def steps(self) -> int:
        """Return the number of updates made."""
        return len(self.losses) - 1

    def settle(self, found: Verdicts, value: tuple[Tensor, ...]) -> None:
        """Close the account of every matrix that has ended just now."""
        newly = (self.verdicts == GO_ON) & (found != GO_ON)
        if bool(newly.any()):
            self.value = tuple(
                torch.where(newly.reshape(newly.shape + (1,) * (new.dim() - newly.dim())), new, old)
                for new, old in zip(value, self.value, strict=True)
            )
            self.verdicts = torch.where(newly, found, self.verdicts)

    def record(self, loss: Tensor) -> None:
        """Append the losses of matrices that go on."""
        self.losses.append(torch.where(self.verdicts == GO_ON, loss, self.losses[-1]))


@dataclass(frozen=True)
class Descent(Generic[AnyStateT]):
    """A descent as the loop sees it: how to take a step, read off the answer, measure a loss, and judge it."""

    step: Callable[[AnyStateT], AnyStateT]
    value: Callable[[AnyStateT], tuple[Tensor, ...]]
    loss: Callable[[AnyStateT], Tensor]
    judge: Callable[[AnyStateT, list[Tensor]], Verdicts]

    def run(self, state: AnyStateT, limits: Limits, progress: Progress | None = None) -> Ledger:
        """Return the ledger of the run from ``state`` until every matrix is settled or the budget is spent."""
        loss = self.loss(state)
        ledger = Ledger([loss], torch.full_like(loss, GO_ON, dtype=torch.int64), self.value(state))
        for number in range(limits.max_steps):
            if not limits.all_steps:
                ledger.settle(self.judge(state, ledger.losses), self.value(state))
                if ledger.settled:
                    return ledger
            if progress is not None:
                progress(number, float(ledger.losses[-1].max()))
            state = self.step(state)
            ledger.record(self.loss(state))
        found = self.judge(state, ledger.losses)
        ledger.settle(torch.where(found == GO_ON, MAX_STEPS_REACHED, found), self.value(state))
        return ledger


def descend(
    method: Method[StateT],
    problem: InverseProblem,
    limits: Limits,
    *,
    start: Tensor | None = None,
    progress: Progress | None = None,
) -> Ledger:
    """Return the ledger of ``method``, whose value is the one tensor X."""
    descent = Descent[StateT](
        step=partial(method.step, problem),
        value=lambda state: (state.X,),
        loss=lambda state: problem.loss(state.residuals),
        judge=lambda state, losses: _judge(problem, state, losses, limits),
    )
    return descent.run(method.init(problem, start), limits, progress)


def _judge(problem: InverseProblem, state: State, losses: list[Tensor], limits: Limits) -> Verdicts:
    """Return how each matrix stands; later lines overrule earlier ones."""
    if state.verdicts is not None:
        return state.verdicts
    loss = losses[-1]
    explained = _explained(problem, state)
    allowed = explained if limits.tolerance is None else torch.full_like(loss, limits.tolerance)
    floor = loss * problem.entries >= SINGULAR_FLOOR
    rest = at_rest(losses)
    found = torch.full_like(loss, GO_ON, dtype=torch.int64)
    if limits.tolerance is None:
        found[rest] = CONVERGED
    found[loss <= allowed] = CONVERGED
    found[floor] = GO_ON
    found[floor & rest] = CONVERGED if problem.least_squares else SINGULAR
    # Rounding in an X this large explains any loss of order one; a diverging X is as large, but its loss is not.
    found[floor & (explained * problem.entries >= SINGULAR_FLOOR) & (loss <= 4 * losses[0].clamp(min=1))] = SINGULAR
    found[loss > HOPELESS_GROWTH * losses[0].clamp(min=1)] = DIVERGED
    found[~torch.isfinite(loss)] = NONFINITE
    return found


def _explained(problem: InverseProblem, state: State) -> Tensor:
    """Return the loss that rounding alone explains: a residual of norm eps |A| |X|."""
    eps = torch.finfo(state.X.dtype).eps
    norms = problem.A.flatten(-2).norm(dim=-1) * state.X.flatten(-2).norm(dim=-1)
    explained: Tensor = (eps * norms).square() / problem.entries
    return explained


def at_rest(losses: list[Tensor]) -> Tensor:
    """Return which losses have come to rest: no movement but rounding, or no progress near the end of the descent."""
    last = losses[-1]
    if len(losses) <= REST:
        return torch.zeros_like(last, dtype=torch.bool)
    recent = torch.stack([last, losses[-1 - REST // 3], losses[-1 - REST // 2], losses[-1 - REST]])
    spread = recent.amax(dim=0) - recent.amin(dim=0)
    still = spread <= 100 * torch.finfo(recent.dtype).eps * last
    if len(losses) % REST == 0 and len(losses) > 6 * REST:
        # Momentum and conjugate directions flicker above the rounding floor without ever standing still.
        now, before = (
            torch.stack(losses[-3 * REST :]).amin(dim=0),
            torch.stack(losses[-6 * REST : -3 * REST]).amin(dim=0),
        )
        still |= (now >= 0.5 * before) & (last <= ROUNDING_DEPTH[last.dtype] * losses[0])
    return still
