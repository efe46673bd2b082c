"""Refinement with a residual in doubled precision, until the inverse is correctly rounded."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    Limits,
    Method,
    State,
    descend,
)
from descent_linalg.problem import Form, InverseProblem
from descent_linalg.solvers.newton_schulz import NewtonSchulz

FIRST_STEPS = 1000
"""The budget of the descent before; Newton-Schulz needs 40 at condition 1e8."""


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
        """Return the state at the answer of the first descent; where that failed, its outcome is the verdict."""
        if problem.form is not Form.AX:
            raise OptionError("form", problem.form, "refinement descends on A X - I: Form.AX")
        found = descend(self.first, problem, Limits(FIRST_STEPS), start=start)
        X = found.value[0]
        residual = -doubled_residual(problem.A, X)
        verdicts = torch.where(found.verdicts > MAX_STEPS_REACHED, found.verdicts, GO_ON)
        return RefinementState(X, (residual,), verdicts=verdicts)

    def step(self, problem: InverseProblem, state: RefinementState) -> RefinementState:
        """Return the state after one step; a matrix whose residual would not shrink keeps its X."""
        residual = state.residuals[0]
        X = (state.X.double() - state.X.double() @ residual).to(state.X.dtype)
        # Beyond condition 1 / eps the residual is no smaller than 1, and the step would lead away.
        hopeless = residual.flatten(-2).norm(dim=-1) >= 1
        X = torch.where(hopeless[..., None, None], state.X, X)
        same = state.X == X
        for older in state.before:
            # An entry half-way between two numbers may alternate between them: both are nearest.
            same |= older == X
        settled = same.flatten(-2).all(dim=-1)
        verdicts = torch.where(settled, torch.where(hopeless, SINGULAR, CONVERGED), GO_ON)
        return RefinementState(X, (-doubled_residual(problem.A, X),), verdicts=verdicts, before=(state.X,))
