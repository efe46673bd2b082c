"""Refinement with a residual in doubled precision, until the inverse is correctly rounded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from descent_linalg.doubled import doubled_residual
from descent_linalg.errors import OptionError
from descent_linalg.loop import (
    CONVERGED,
    GO_ON,
    MAX_STEPS_REACHED,
    SINGULAR,
    Ledger,
    Limits,
    Method,
    State,
    descend,
)
from descent_linalg.problem import Form, InverseProblem
from descent_linalg.solution import Progress
from descent_linalg.solvers.newton_schulz import NewtonSchulz


@dataclass
class RefinementState(State):
    """The iterate, its residual in float64, and the two iterates before, to notice the end."""

    before: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Refinement:
    """``X + X (I - A X)`` with the residual in twice the precision, until X stops changing.

    A Newton-Schulz step with an honest gradient. The working precision's own residual is rounding noise at the end of
    every descent; this one is not, so both ``A X`` and ``X A`` come as near to the identity as a rounded X can, and X
    is correctly rounded up to condition numbers of about 1e12 in float64, 1e4 in float32.

    Args:
        first: The descent that finds an X with ``|I - A X| < 1``.

    Source: N. Higham, Accuracy and Stability of Numerical Algorithms (2002), section 12.1, on the doubled residual.
    """

    first: Method[Any] = field(default_factory=NewtonSchulz)

    @property
    def scale_free(self) -> bool:
        """Whether the first descent is."""
        return self.first.scale_free

    def init(self, problem: InverseProblem, start: Tensor | None) -> RefinementState:
        """Return the state at ``start``, which must be near the inverse: ``|I - A X| < 1``."""
        if start is None or problem.form is not Form.AX:
            raise OptionError("form", problem.form, "refinement starts near the answer, and descends on Form.AX")
        verdicts = torch.full(start.shape[:-2], GO_ON, device=start.device)
        return RefinementState(start, (-doubled_residual(problem.A, start),), verdicts=verdicts)

    def step(self, problem: InverseProblem, state: RefinementState) -> RefinementState:
        """Return the state after one step; a matrix whose residual would not shrink keeps its X."""
        residual = state.residuals[0]
        X = (state.X.double() - state.X.double() @ residual).to(state.X.dtype)
        # Beyond condition 1 / eps the residual is no smaller than 1, or not a number, and the step would lead away.
        hopeless = ~(residual.flatten(-2).norm(dim=-1) < 1)
        X = torch.where(hopeless[..., None, None], state.X, X)
        same = state.X == X
        for older in state.before:
            # An entry half-way between two numbers may alternate between them: both are nearest.
            same |= older == X
        settled = torch.where(same.flatten(-2).all(dim=-1), CONVERGED, GO_ON)
        verdicts = torch.where(hopeless, SINGULAR, settled)
        return RefinementState(X, (-doubled_residual(problem.A, X),), verdicts=verdicts, before=(state.X,))


def run(
    method: Method[Any],
    problem: InverseProblem,
    limits: Limits,
    *,
    start: Tensor | None = None,
    progress: Progress | None = None,
) -> Ledger:
    """Return the ledger of ``method``; for a `Refinement`, of its first descent and of the refinement after it."""
    if not isinstance(method, Refinement):
        return descend(method, problem, limits, start=start, progress=progress)
    first = descend(method.first, problem, limits, start=start, progress=progress)
    rest = replace(limits, max_steps=limits.max_steps - first.steps)
    then = descend(method, problem, rest, start=first.value[0], progress=progress)
    verdicts = torch.where(first.verdicts > MAX_STEPS_REACHED, first.verdicts, then.verdicts)
    return Ledger(first.losses[:-1] + then.losses, verdicts, then.value)
