"""CGLS: conjugate gradients on the least-squares loss, each column of the inverse for itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from descent_linalg.errors import OptionError
from descent_linalg.loop import State
from descent_linalg.problem import Form, InverseProblem, inner, safe_ratio


@dataclass
class CGLSState(State):
    """The iterate, the search directions, and the squared norm of each column's gradient."""

    P: Tensor
    square: Tensor


@dataclass(frozen=True)
class CGLS:
    """The lowest point of the space that all gradients so far span, found one conjugate direction at a time.

    Needs nothing, and the loss never rises. In exact arithmetic it ends after min(m, n) steps; rounding makes that a
    multiple for ill-conditioned matrices. The residual is brought forward rather than computed, so at condition numbers
    beyond 1e6 its loss is somewhat better than the truth.

    Source: M. Hestenes and E. Stiefel (1952); A. Bjorck, Numerical Methods for Least Squares Problems, section 7.4.
    """

    @property
    def scale_free(self) -> bool:
        """Always: all lengths scale with A."""
        return True

    def init(self, problem: InverseProblem, start: Tensor | None) -> CGLSState:
        """Return the state at ``start``, without one at zero, with the steepest direction of each column."""
        if problem.form is not Form.AX:
            raise OptionError("form", problem.form, "CGLS solves for columns: Form.AX")
        X = torch.zeros_like(problem.A.mT) if start is None else start
        (residual,) = problem.residuals(X)
        P = -problem.A.mT @ residual
        return CGLSState(X, (residual,), P, _column_squares(P))

    def step(self, problem: InverseProblem, state: CGLSState) -> CGLSState:
        """Return the state at the lowest point along each column's direction; finished columns stay."""
        Q = problem.A @ state.P
        length = safe_ratio(state.square, _column_squares(Q))
        X = state.X + length * state.P
        residual = state.residuals[0] + length * Q
        S = -problem.A.mT @ residual
        # Where the gradient is rounding noise the column is finished; going on would only amplify the noise.
        noise = torch.finfo(X.dtype).eps ** 2 * inner(problem.A, problem.A) * _column_squares(residual)
        square = _column_squares(S)
        square = torch.where(square > noise, square, 0.0)
        P = S + safe_ratio(square, state.square) * state.P
        return CGLSState(X, (residual,), P, square)


def _column_squares(matrix: Tensor) -> Tensor:
    return matrix.square().sum(dim=-2, keepdim=True)
