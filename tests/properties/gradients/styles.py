"""Correct solutions in many styles; none shares code with the judge, and few with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

Functions = Mapping[str, Callable[..., Any]]
Both = tuple[Tensor, Tensor]


class FORMULAS:
    """Plain formulas, as the hand-out has them."""

    @staticmethod
    def mse(y_hat: Tensor, y: Tensor) -> Tensor:
        return ((y_hat - y) ** 2).mean()

    @staticmethod
    def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
        return 2 / y_hat.numel() * (y_hat - y)

    @staticmethod
    def loss(X: Tensor, M: Tensor) -> Tensor:
        return ((X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2).mean()

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        return 2 / len(M) ** 2 * (X @ M - torch.eye(len(M), dtype=M.dtype)) @ M.T

    @staticmethod
    def gradient_step(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
        return X - learning_rate * FORMULAS.gradient(X, M)

    @staticmethod
    def momentum_step(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> Both:
        V_new = momentum * V + FORMULAS.gradient(X, M)
        return X - learning_rate * V_new, V_new


def named(style: type) -> Functions:
    """Return the six functions of a style."""
    names = ("mse", "mse_gradient", "loss", "gradient", "gradient_step", "momentum_step")
    return {name: getattr(style, name) for name in names}


class AUTOGRAD(FORMULAS):
    """Losses by the formula, every derivative by backward(), results that still require grad."""

    @staticmethod
    def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
        leaf = y_hat.clone().requires_grad_()
        FORMULAS.mse(leaf, y).backward()
        assert leaf.grad is not None
        return leaf.grad

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        leaf = nn.Parameter(X.clone())
        FORMULAS.loss(leaf, M).backward()
        assert leaf.grad is not None
        return leaf.grad

    @staticmethod
    def gradient_step(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
        leaf = nn.Parameter(X.clone())
        FORMULAS.loss(leaf, M).backward()
        assert leaf.grad is not None
        leaf.data -= learning_rate * leaf.grad
        return leaf

    @staticmethod
    def momentum_step(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> Both:
        leaf = X.clone().requires_grad_()
        leaf.grad = momentum * V
        FORMULAS.loss(leaf, M).backward()
        with torch.no_grad():
            leaf -= learning_rate * leaf.grad
        return leaf, leaf.grad


class FUNCTIONAL(FORMULAS):
    """torch.func, with library functions where there are some."""

    @staticmethod
    def mse(y_hat: Tensor, y: Tensor) -> Tensor:
        return nn.functional.mse_loss(y_hat, y)

    @staticmethod
    def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
        result: Tensor = torch.func.grad(nn.functional.mse_loss)(y_hat, y)
        return result

    @staticmethod
    def loss(X: Tensor, M: Tensor) -> Tensor:
        return nn.functional.mse_loss(X @ M, torch.eye(*M.shape, dtype=M.dtype))

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        result: Tensor = torch.func.grad(FUNCTIONAL.loss)(X, M)
        return result

    @staticmethod
    def gradient_step(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
        return torch.sub(X, FUNCTIONAL.gradient(X, M), alpha=learning_rate)


class LOOPS(FORMULAS):
    """Sums over indices in plain Python, numbers as floats."""

    @staticmethod
    def mse(y_hat: Tensor, y: Tensor) -> float:  # type: ignore[override]
        pairs = list(zip(y_hat.flatten().tolist(), y.flatten().tolist(), strict=True))
        return float(sum((a - b) ** 2 for a, b in pairs) / len(pairs))

    @staticmethod
    def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
        entries = [2 * (a - b) / y.numel() for a, b in zip(y_hat.flatten().tolist(), y.flatten().tolist(), strict=True)]
        return torch.tensor(entries, dtype=y_hat.dtype).reshape(y_hat.shape)

    @staticmethod
    def loss(X: Tensor, M: Tensor) -> float:  # type: ignore[override]
        n, product = len(M), (X @ M).tolist()
        return float(sum((product[i][j] - (i == j)) ** 2 for i in range(n) for j in range(n)) / n**2)

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        n, result = len(M), torch.zeros_like(X)
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    residual = sum(X[i, l] * M[l, k] for l in range(n)) - float(i == k)  # noqa: E741
                    result[i, j] += 2 / n**2 * residual * M[j, k]
        return result


class WIDE(FORMULAS):
    """float64 inside and cast back, contractions by einsum, a named tuple with one item more."""

    class Moved(NamedTuple):
        """What a step returns."""

        X: Tensor
        V: Tensor
        note: str = "done"

    @staticmethod
    def mse(y_hat: Tensor, y: Tensor) -> Tensor:
        return (y_hat.double() - y.double()).square().mean().to(y.dtype)

    @staticmethod
    def loss(X: Tensor, M: Tensor) -> Tensor:
        residual = torch.einsum("ij,jk->ik", X.double(), M.double())
        residual.diagonal().sub_(1)
        return (torch.einsum("ij,ij->", residual, residual) / M.numel()).to(M.dtype)

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        wide = M.double()
        residual = X.double() @ wide - torch.eye(len(M), dtype=torch.float64)
        return torch.einsum("ik,jk->ij", residual, wide).mul(2 / M.numel()).to(M.dtype)

    @staticmethod
    def gradient_step(X: Tensor, M: Tensor, learning_rate: float) -> Tensor:
        return X.clone().sub_(learning_rate * WIDE.gradient(X, M))

    @staticmethod
    def momentum_step(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> Both:
        V_new = torch.add(WIDE.gradient(X, M), V, alpha=momentum)
        return WIDE.Moved(X.sub(V_new, alpha=learning_rate), V_new)  # type: ignore[return-value]


class EXPANDED(FORMULAS):
    """Products multiplied out, norms, transposed views as results."""

    @staticmethod
    def mse(y_hat: Tensor, y: Tensor) -> Tensor:
        return (y_hat * y_hat - 2 * y_hat * y + y * y).mean()

    @staticmethod
    def loss(X: Tensor, M: Tensor) -> Tensor:
        result: Tensor = torch.linalg.matrix_norm(X @ M - torch.eye(len(M), dtype=M.dtype)) ** 2 / len(M) ** 2
        return result

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        n = len(M)
        return (2 * (M @ M.T @ X.T - M) / n / n).T

    @staticmethod
    def momentum_step(X: Tensor, V: Tensor, M: Tensor, learning_rate: float, momentum: float) -> Both:
        V_new = momentum * V + EXPANDED.gradient(X, M)
        X_new = X - learning_rate * EXPANDED.gradient(X, M) - learning_rate * momentum * V
        return X_new, V_new


class DIFFERENCES(FORMULAS):
    """Derivatives by central differences in float64 with h = 1/2, which is exact for squares."""

    @staticmethod
    def mse_gradient(y_hat: Tensor, y: Tensor) -> Tensor:
        return DIFFERENCES.slopes(lambda at: FORMULAS.mse(at, y.double()), y_hat)

    @staticmethod
    def gradient(X: Tensor, M: Tensor) -> Tensor:
        return DIFFERENCES.slopes(lambda at: FORMULAS.loss(at, M.double()), X)

    @staticmethod
    def slopes(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
        size = max(float(at.abs().max()), 1e-6)
        units = size * torch.eye(at.numel(), dtype=torch.float64).reshape(-1, *at.shape)
        wide = at.double()
        entries = [(function(wide + unit / 2) - function(wide - unit / 2)).item() / size for unit in units]
        return torch.tensor(entries, dtype=at.dtype).reshape(at.shape)


STYLES: dict[str, Functions] = {
    "formulas": named(FORMULAS),
    "backward": named(AUTOGRAD),
    "torch.func": named(FUNCTIONAL),
    "loops": named(LOOPS),
    "float64 inside, einsum": named(WIDE),
    "multiplied out": named(EXPANDED),
    "central differences in float64": named(DIFFERENCES),
}
