"""What a method of SVD hands to the entry function, and the completion of orthonormal columns."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.solution import Outcome


@dataclass(frozen=True)
class Factors:
    """The factors of a batch of tall or square matrices, and how they were found."""

    U: Float[Tensor, "batch m n"]
    S: Float[Tensor, "batch n"]
    Vh: Float[Tensor, "batch n n"]
    outcome: Outcome
    losses: Float[Tensor, "steps batch"]

    def pinverse(self, rcond: float) -> Float[Tensor, "batch n m"]:
        """Return the pseudo-inverse with the singular values above ``rcond`` times the largest."""
        kept = rcond * self.S[:, :1] < self.S
        inverse = torch.where(kept, 1 / torch.where(kept, self.S, 1.0), 0.0)
        return (self.Vh.mT * inverse.unsqueeze(-2)) @ self.U.mT


def complete(U: Float[Tensor, "batch m n"], S: Float[Tensor, "batch n"]) -> Float[Tensor, "batch m n"]:
    """Return ``U`` with its columns where S is at most ``eps^1.25 S_1`` replaced by orthonormal ones.

    Such a column changes the product ``U diag(S) Vh`` by less than its rounding, and Jacobi may leave it
    oblique. S is descending, so they are last.
    """
    cut = torch.finfo(S.dtype).eps ** 1.25 * S[:, :1]
    if not bool(S[:, -1:].le(cut).any()):
        return U
    missing = S.le(cut)
    U = torch.where(missing.unsqueeze(-2), 0.0, U)
    for column in range(S.shape[-1]):
        empty = missing[:, column]
        if bool(empty.any()):
            U[empty, :, column] = orthonormal_to(U[empty])
    return U


def extend(U: Float[Tensor, "batch m n"], columns: int) -> Float[Tensor, "batch m columns"]:
    """Return ``U`` with orthonormal columns added until there are ``columns``."""
    batch, m, n = U.shape
    wide = torch.cat([U, U.new_zeros(batch, m, columns - n)], dim=-1)
    for column in range(n, columns):
        wide[:, :, column] = orthonormal_to(wide[:, :, :column])
    return wide


def orthonormal_to(U: Float[Tensor, "batch m k"]) -> Float[Tensor, "batch m"]:
    """Return a unit vector orthogonal to the columns of each ``U``, which are orthonormal or zero.

    It is the unit vector that is farthest from their span, projected twice: once leaves up to ``sqrt(m) eps``.
    """
    distance = 1 - U.square().sum(dim=-1)
    vector = torch.nn.functional.one_hot(distance.argmax(dim=-1), U.shape[-2]).to(U.dtype).unsqueeze(-1)
    for _ in range(2):
        vector = vector - U @ (U.mT @ vector)
        vector = vector / vector.square().sum(dim=-2, keepdim=True).sqrt()
    return vector.squeeze(-1)
