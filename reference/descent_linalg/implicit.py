"""Derivatives by implicit differentiation: exact at the answer, whatever descent found it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.errors import DerivativeError
from descent_linalg.solution import SVD


class Context(Protocol):
    """What autograd hands to both passes of a function."""

    saved_tensors: tuple[Tensor, ...]

    def save_for_backward(self, *tensors: Tensor) -> None:
        """Keep ``tensors`` for the backward pass."""
        ...


class _Inverse(torch.autograd.Function):
    """The identity on ``X``, with the derivative of the inverse by ``A``."""

    @staticmethod
    def forward(ctx: Context, A: Tensor, X: Tensor) -> Tensor:
        X = X.clone()
        ctx.save_for_backward(X)
        return X

    @staticmethod
    def backward(ctx: Context, *cotangents: Tensor) -> tuple[Tensor, None]:
        # X is this function's own output, so differentiating the formula below comes back here: double backward.
        (X,) = ctx.saved_tensors
        return -X.mT @ cotangents[0] @ X.mT, None


class _Pinverse(torch.autograd.Function):
    """The identity on ``X``, with the derivative of the pseudo-inverse by ``A`` at constant rank."""

    @staticmethod
    def forward(ctx: Context, A: Tensor, X: Tensor) -> Tensor:
        X = X.clone()
        ctx.save_for_backward(A, X)
        return X

    @staticmethod
    def backward(ctx: Context, *cotangents: Tensor) -> tuple[Tensor, None]:
        A, X = ctx.saved_tensors
        G = cotangents[0]
        gradient = -X.mT @ G @ X.mT
        gradient = gradient + (G.mT - A @ (X @ G.mT)) @ (X @ X.mT)
        gradient = gradient + (X.mT @ X) @ (G.mT - (G.mT @ X) @ A)
        return gradient, None


def attach_inverse(A: Float[Tensor, "*batch n n"], X: Float[Tensor, "*batch n n"]) -> Float[Tensor, "*batch n n"]:
    """Return ``X`` as a differentiable function of ``A``: ``dX = -X dA X``, any number of times."""
    attached: Tensor = X if not A.requires_grad else _apply(_Inverse)(A, X)
    return attached


def attach_pinverse(A: Float[Tensor, "*batch m n"], X: Float[Tensor, "*batch n m"]) -> Float[Tensor, "*batch n m"]:
    """Return ``X`` as a differentiable function of ``A``, any number of times, as long as the rank stays.

    Source: G. Golub and V. Pereyra (1973), theorem 4.3.
    """
    attached: Tensor = X if not A.requires_grad else _apply(_Pinverse)(A, X)
    return attached


def _apply(function: type[torch.autograd.Function]) -> Callable[..., Any]:
    # torch annotates ``apply`` in some of its modules' views and not in others; here it gets one type.
    apply: Callable[..., Any] = function.apply
    return apply


class _SVD(torch.autograd.Function):
    """The identity on U, S and Vh, with the derivative of the decomposition by ``A``."""

    @staticmethod
    def forward(ctx: Context, A: Tensor, U: Tensor, S: Tensor, Vh: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        U, S, Vh = U.clone(), S.clone(), Vh.clone()
        ctx.save_for_backward(U, S, Vh)
        return U, S, Vh

    @staticmethod
    def backward(ctx: Context, *cotangents: Tensor) -> tuple[Tensor, None, None, None]:
        U, S, Vh = ctx.saved_tensors
        gU, gS, gVh = cotangents
        V, gV = Vh.mT, gVh.mT
        gap = _masked_inverse(S.unsqueeze(-2).square() - S.unsqueeze(-1).square())
        inverse = _masked_inverse(S).unsqueeze(-2)
        s = S.unsqueeze(-2)
        core = (_skew(U.mT @ gU) * gap) * s + s.mT * (_skew(V.mT @ gV) * gap) + torch.diag_embed(gS)
        gradient = U @ core @ Vh
        gradient = gradient + ((gU - U @ (U.mT @ gU)) * inverse) @ Vh
        gradient = gradient + (U * inverse) @ (gV - V @ (V.mT @ gV)).mT
        return gradient, None, None, None


class _Constant(torch.autograd.Function):
    """A tensor that came from another one in a way that has no derivative, and says so when one is asked for."""

    @staticmethod
    def forward(ctx: Context, value: Tensor, source: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: Context, *cotangents: Tensor) -> tuple[None, None]:
        if bool(cotangents[0].any()):
            raise DerivativeError("full_matrices", True, "the added columns are arbitrary; use full_matrices=False")
        return None, None


def attach_svd(A: Float[Tensor, "*batch m n"], value: SVD) -> SVD:
    """Return the factors as differentiable functions of ``A``, any number of times.

    Undefined terms, where singular values are equal or zero, count as 0.

    Source: J. Townsend, Differentiating the singular value decomposition (2016).
    """
    if not A.requires_grad:
        return value
    factors: tuple[Tensor, Tensor, Tensor] = _apply(_SVD)(A, *value)
    return SVD(*factors)


def constant(value: Tensor, source: Tensor) -> Tensor:
    """Return ``value``, which raises when a derivative by ``source`` is asked of it."""
    attached: Tensor = value if not source.requires_grad else _apply(_Constant)(value, source)
    return attached


def _masked_inverse(values: Tensor) -> Tensor:
    """Return 1 / values, and 0 where a value is 0: there the derivative it belongs to is not defined."""
    zero = values == 0
    return torch.where(zero, 0.0, 1 / torch.where(zero, 1.0, values))


def _skew(matrix: Tensor) -> Tensor:
    return matrix - matrix.mT
