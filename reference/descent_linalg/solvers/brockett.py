"""The singular value decomposition by Riemannian descent on the Brockett cost: the readable one."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.factors import Factors
from descent_linalg.loop import CONVERGED, GO_ON, MAX_STEPS_REACHED, Descent, Limits, Verdicts
from descent_linalg.problem import balance, safe_ratio
from descent_linalg.solution import Progress

HALVINGS = 25
"""Of the step in one line search; where this many do not help, rounding hides the rest of the way."""

NEARLY = 1000
"""A descent that is stuck has arrived if its gradient is within this many times the tolerance."""

SUFFICIENT = 1e-4
"""Share of the fall that the slope promises which a step must deliver."""


@dataclass
class BrockettState:
    """The point on the two Stiefel manifolds, the gradient there, the direction of travel, and the next step length."""

    point: tuple[Tensor, Tensor]
    gradient: tuple[Tensor, Tensor]
    direction: tuple[Tensor, Tensor]
    length: Tensor
    stuck: Tensor


@dataclass(frozen=True)
class Brockett:
    """Descent of ``-tr(U' A V N)`` over orthonormal U and V, with ``N = diag(n, ..., 1) / n``.

    The weights N fall, so the lowest cost puts the largest singular value first. Each step follows a conjugate
    direction (Polak-Ribiere) in the tangent space, is shortened until the cost falls enough (Armijo), and is brought
    back to orthonormal columns by QR with a positive diagonal. Ends at about the square root of the dtype's precision,
    since the cost is flat at its minimum; clustered singular values take more steps than there are.

    Args:
        tolerance: Stop where the gradient's norm is at most this, for a matrix whose largest entry is of order one.
            None means 10 times the square root of the dtype's eps.
        max_steps: The step budget.

    Source: R. Brockett (1991); P.-A. Absil, R. Mahony and R. Sepulchre, Optimization Algorithms on Matrix Manifolds
        (2008), sections 4.1 and 4.8.
    """

    tolerance: float | None = None
    max_steps: int = 2000

    def decompose(self, A: Float[Tensor, "batch m n"], progress: Progress | None = None) -> Factors:
        """Return the factors of tall or square matrices; ``losses`` is the cost before each step and after the last."""
        scale = balance(A)
        cost = BrockettCost(A * scale)
        tolerance = 10 * torch.finfo(A.dtype).eps ** 0.5 if self.tolerance is None else self.tolerance

        def judge(state: BrockettState, losses: list[Tensor]) -> Verdicts:
            steepness = _square(state.gradient).sqrt().flatten()
            stuck = torch.where(steepness <= NEARLY * tolerance, CONVERGED, MAX_STEPS_REACHED)
            return torch.where(steepness <= tolerance, CONVERGED, torch.where(state.stuck, stuck, GO_ON))

        descent = Descent[BrockettState](
            step=cost.step, value=lambda state: state.point, loss=lambda state: cost.of(state.point), judge=judge
        )
        ledger = descent.run(cost.start(), Limits(self.max_steps), progress)
        U, S, V = _read_off(cost.A, ledger.value[0], ledger.value[1])
        return Factors(U, S / scale.squeeze(-1), V.mT, ledger.outcome, torch.stack(ledger.losses))


@dataclass(frozen=True)
class BrockettCost:
    """The cost of a batch of matrices and the moves that descend on it."""

    A: Float[Tensor, "batch m n"]

    @property
    def weights(self) -> Float[Tensor, " n"]:
        """Return the diagonal of N: n / n, ..., 1 / n."""
        n = self.A.shape[-1]
        return torch.arange(n, 0, -1, dtype=self.A.dtype, device=self.A.device) / n

    def of(self, point: tuple[Tensor, Tensor]) -> Float[Tensor, " batch"]:
        """Return ``-tr(U' A V N)`` of each matrix."""
        U, V = point
        return -((U * (self.A @ V)).sum(dim=-2) * self.weights).sum(dim=-1)

    def start(self) -> BrockettState:
        """Return the state at orthonormal columns near those of A: its QR factors, and a rotation that is no saddle."""
        batch, _, n = self.A.shape
        generator = torch.Generator().manual_seed(0)
        V = _orthonormal(torch.randn(n, n, generator=generator, dtype=self.A.dtype).to(self.A.device))
        V = V.expand(batch, n, n)
        U = _orthonormal(self.A @ V + torch.finfo(self.A.dtype).eps * torch.eye(*self.A.shape[1:]).to(self.A))
        gradient = self.gradient((U, V))
        direction = (-gradient[0], -gradient[1])
        length = torch.ones_like(U[:, :1, :1])
        return BrockettState((U, V), gradient, direction, length, torch.zeros(batch, dtype=torch.bool).to(U.device))

    def gradient(self, point: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """Return the gradient in the tangent spaces at U and V."""
        U, V = point
        return _tangent(U, -self.A @ V * self.weights), _tangent(V, -self.A.mT @ U * self.weights)

    def step(self, state: BrockettState) -> BrockettState:
        """Return the state after one line search along the direction of travel."""
        slope = _inner(state.gradient, state.direction)
        # A direction that does not descend is replaced by the gradient, which does.
        uphill = slope >= 0
        direction = tuple(torch.where(uphill, -g, d) for g, d in zip(state.gradient, state.direction, strict=True))
        slope = torch.where(uphill, -_square(state.gradient), slope)
        point, length, stuck = self._armijo(state, (direction[0], direction[1]), slope)
        gradient = self.gradient(point)
        old = tuple(_tangent(X, g) for X, g in zip(point, state.gradient, strict=True))
        change = (gradient[0] - old[0], gradient[1] - old[1])
        beta = safe_ratio(_inner(gradient, change), _square(state.gradient)).clamp(min=0)
        travel = tuple(beta * _tangent(X, d) - g for X, d, g in zip(point, direction, gradient, strict=True))
        return BrockettState(point, gradient, (travel[0], travel[1]), 2 * length, stuck)

    def _armijo(
        self, state: BrockettState, direction: tuple[Tensor, Tensor], slope: Tensor
    ) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
        before, length = self.of(state.point), state.length
        rounding = 4 * torch.finfo(self.A.dtype).eps * before.abs()
        for _ in range(HALVINGS):
            point = _move(state.point, direction, length)
            short = self.of(point) > before + SUFFICIENT * (length * slope).flatten() + rounding
            short &= ~state.stuck
            if not bool(short.any()):
                break
            length = torch.where(short[:, None, None], length / 2, length)
        stuck = (state.stuck | short)[:, None, None]
        kept = tuple(torch.where(stuck, old, new) for old, new in zip(state.point, point, strict=True))
        return (kept[0], kept[1]), length, stuck.flatten()


def _move(point: tuple[Tensor, Tensor], direction: tuple[Tensor, Tensor], length: Tensor) -> tuple[Tensor, Tensor]:
    return _orthonormal(point[0] + length * direction[0]), _orthonormal(point[1] + length * direction[1])


def _orthonormal(X: Tensor) -> Tensor:
    """Return the Q of ``X = Q R`` with a positive diagonal of R: the retraction."""
    Q, R = torch.linalg.qr(X)
    signs = torch.where(R.diagonal(dim1=-2, dim2=-1) < 0, -1.0, 1.0).to(X.dtype)
    columns: Tensor = Q * signs.unsqueeze(-2)
    return columns


def _tangent(X: Tensor, G: Tensor) -> Tensor:
    """Return ``G - X sym(X'G)``, the part of G along which columns stay orthonormal."""
    product = X.mT @ G
    return G - X @ (product + product.mT) / 2


def _inner(P: tuple[Tensor, Tensor], Q: tuple[Tensor, Tensor]) -> Tensor:
    return sum(
        ((p * q).sum(dim=(-2, -1), keepdim=True) for p, q in zip(P, Q, strict=True)), start=torch.zeros(()).to(P[0])
    )


def _square(P: tuple[Tensor, Tensor]) -> Tensor:
    return _inner(P, P)


def _read_off(A: Tensor, U: Tensor, V: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return U, S and V with S the diagonal of ``U' A V``, made nonnegative and sorted."""
    diagonal = (U * (A @ V)).sum(dim=-2)
    U = U * torch.where(diagonal < 0, -1.0, 1.0).to(U.dtype).unsqueeze(-2)
    S, order = diagonal.abs().sort(dim=-1, descending=True)
    return U.gather(-1, order.unsqueeze(-2).expand(U.shape)), S, V.gather(-1, order.unsqueeze(-2).expand(V.shape))
