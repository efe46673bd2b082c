"""The problem every inverse by descent solves: make the residual of ``X`` small in the mean square."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor


class Form(Enum):
    """Which residual is descended on: ``A X - I``, ``X A - I``, or the mean of both losses."""

    AX = "A X - I"
    XA = "X A - I"
    BOTH = "mean of both"


@dataclass(frozen=True)
class InverseProblem:
    """Matrices to invert and the form of the residual; its methods are what a method of descent may ask for.

    With ``least_squares`` a loss that comes to rest above zero is an answer, not a singular matrix.
    """

    A: Float[Tensor, "*batch m n"]
    form: Form = Form.AX
    least_squares: bool = False

    def residuals(self, X: Float[Tensor, "*batch n m"]) -> tuple[Tensor, ...]:
        """Return the residual of ``X``, or both residuals, less the identity."""
        if self.form is Form.AX:
            return (self.A @ X - self._eye_m,)
        if self.form is Form.XA:
            return (X @ self.A - self._eye_n,)
        return (self.A @ X - self._eye_m, X @ self.A - self._eye_n)

    def loss(self, residuals: tuple[Tensor, ...]) -> Float[Tensor, " *batch"]:
        """Return the mean square of the residual's entries, one number a matrix."""
        losses = [mean_square(residual) for residual in residuals]
        return torch.stack(losses).mean(dim=0)

    def gradient(self, residuals: tuple[Tensor, ...]) -> Float[Tensor, "*batch n m"]:
        """Return the derivative of the loss by ``X``: ``2 A'R / size`` or ``2 R A' / size``."""
        parts = []
        if self.form is not Form.XA:
            parts.append(self.A.mT @ residuals[0] * (2 / max(residuals[0].shape[-1] ** 2, 1)))
        if self.form is not Form.AX:
            parts.append(residuals[-1] @ self.A.mT * (2 / max(residuals[-1].shape[-1] ** 2, 1)))
        return torch.stack(parts).mean(dim=0)

    def curvature(self, D: Float[Tensor, "*batch n m"]) -> Float[Tensor, " *batch"]:
        """Return ``<D, H D>``, the second derivative of the loss along ``D``."""
        parts = []
        if self.form is not Form.XA:
            parts.append(2 * mean_square(self.A @ D))
        if self.form is not Form.AX:
            parts.append(2 * mean_square(D @ self.A))
        return torch.stack(parts).mean(dim=0)

    @property
    def entries(self) -> int:
        """Return the number of entries of a residual, at least 1: a loss times this is a squared norm."""
        return max(self.A.shape[-1 if self.form is Form.XA else -2] ** 2, 1)

    @property
    def curvature_scale(self) -> float:
        """Return what one unit of ``sigma^2`` counts in the loss's second derivative: 2 / size, size = m^2 or n^2."""
        m, n = self.A.shape[-2:]
        if self.form is Form.AX:
            return 2 / max(m * m, 1)
        if self.form is Form.XA:
            return 2 / max(n * n, 1)
        return 1 / max(m * m, 1) + 1 / max(n * n, 1)

    @cached_property
    def _eye_m(self) -> Tensor:
        return torch.eye(self.A.shape[-2], dtype=self.A.dtype, device=self.A.device)

    @cached_property
    def _eye_n(self) -> Tensor:
        return torch.eye(self.A.shape[-1], dtype=self.A.dtype, device=self.A.device)


def mean_square(matrix: Float[Tensor, "*batch a b"]) -> Float[Tensor, " *batch"]:
    """Return the mean of the squared entries of each matrix; 0 for a matrix without entries."""
    return matrix.square().sum(dim=(-2, -1)) / max(matrix.shape[-2] * matrix.shape[-1], 1)


def inner(P: Float[Tensor, "*batch a b"], Q: Float[Tensor, "*batch a b"]) -> Float[Tensor, "*batch 1 1"]:
    """Return the sum of the products of entries, kept as a 1x1 matrix so that it scales a batch."""
    return (P * Q).sum(dim=(-2, -1), keepdim=True)


def safe_ratio(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Return ``numerator / denominator``, and 0 where the denominator is 0: nothing left to descend on."""
    zero = denominator == 0
    return torch.where(zero, 0.0, numerator / torch.where(zero, 1.0, denominator))


def balance(A: Float[Tensor, "*batch m n"]) -> Float[Tensor, "*batch 1 1"]:
    """Return, per matrix, the power of two that brings the largest entry into [1/2, 1); 1 for a zero matrix."""
    if A.numel() == 0:
        return A.new_ones(*A.shape[:-2], 1, 1)
    return power_of_two(A.detach().abs().amax(dim=(-2, -1), keepdim=True))


def power_of_two(largest: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
    """Return ``2^-e`` for numbers of [2^(e-1), 2^e), and 1 for 0; multiplying by it rounds nothing.

    Numbers so small that the factor would overflow get the largest finite one.
    """
    _, exponent = torch.frexp(largest)
    limit = 1021 if largest.dtype == torch.float64 else 125
    return torch.ldexp(torch.ones_like(largest), -exponent.clamp_(-limit, limit))
