"""Newton-Schulz with exact line search: a gradient step that carries its own estimate of the inverse Hessian."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.errors import OptionError
from descent_linalg.loop import State
from descent_linalg.problem import Form, InverseProblem, inner, safe_ratio

SEARCH_BELOW = 1e-2
"""Below this |R|^2 the full step is within a hundredth of the best one, so the product for the search is saved."""


@dataclass(frozen=True)
class NewtonSchulz:
    """``X + a X (I - A X)`` with the best ``a``: no parameters, and a loss that never rises.

    X keeps the form P A' with P tending to the inverse of A'A, so each step is the gradient step, preconditioned by
    its own estimate of the inverse Hessian. Needs about log2(condition number) + 4 steps of three products.

    Args:
        line_search: Choose ``a`` as ``<R, A D> / <A D, A D>`` for the direction ``D = X R``. False means ``a = 1``,
            the classical iteration, about half as fast.

    Source: G. Schulz (1933); the search as in V. Pan and R. Schreiber (1991), section 2.
    """

    line_search: bool = True

    @property
    def scale_free(self) -> bool:
        """Always: the start and the step lengths scale with A."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> State:
        """Return the state at ``start``; without one, at a multiple of A' that is safe without singular values."""
        if problem.form is Form.BOTH:
            raise OptionError("form", problem.form, "Newton-Schulz descends on one residual: Form.AX or Form.XA")
        X = safe_start(problem.A) if start is None else start
        return State(X, problem.residuals(X))

    def step(self, problem: InverseProblem, state: State) -> State:
        """Return the state after one preconditioned step."""
        R = -state.residuals[0]
        D = R @ state.X if problem.form is Form.XA else state.X @ R
        X = state.X + self._length(problem, R, D) * D
        return State(X, problem.residuals(X))

    def _length(self, problem: InverseProblem, R: Tensor, D: Tensor) -> Tensor | float:
        square = inner(R, R)
        near = square < SEARCH_BELOW
        if not self.line_search or bool(near.all()):
            return 1.0
        change = D @ problem.A if problem.form is Form.XA else problem.A @ D
        return torch.where(near, 1.0, safe_ratio(inner(R, change), inner(change, change)))


def safe_start(A: Float[Tensor, "*batch m n"]) -> Float[Tensor, "*batch n m"]:
    """Return ``A' / (|A|_1 |A|_inf)``, from which no eigenvalue of ``A X`` leaves [0, 1]; zero for a zero matrix."""
    absolute = A.abs()
    if A.numel() == 0:
        return torch.zeros_like(A.mT)
    columns = absolute.sum(dim=-2, keepdim=True).amax(dim=-1, keepdim=True)
    rows = absolute.sum(dim=-1, keepdim=True).amax(dim=-2, keepdim=True)
    # Divided twice: the product of the norms overflows before either of them does.
    return safe_ratio(safe_ratio(A.mT, rows), columns)
