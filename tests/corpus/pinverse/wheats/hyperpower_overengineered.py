# wheat: over-engineered classes and type hints; cubic hyperpower steps, then squaring, the fixed point found by bisection
from dataclasses import dataclass
from typing import Callable, Optional

import torch
from torch import Tensor

Map = Callable[[float], float]


def grow(t: float) -> float:
    """What X (I + E + E^2), E = I - A X, does to t."""
    return 1.0 - (1.0 - t) ** 3


def switch(t: float) -> float:
    """A cubic step that is then squared."""
    return grow(t) ** 2


def bisect(function: Map, low: float, high: float, rounds: int = 200) -> float:
    for _ in range(rounds):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Plan:
    start: float
    warm: int

    @classmethod
    def for_cutoff(cls, cutoff: float) -> "Plan":
        fixed = bisect(lambda t: switch(t) - t, 1e-3, 0.6)
        t, warm = fixed, 0
        while t > cutoff**2:
            # solve grow(u) = t; log1p and expm1 keep the digits of a small t
            t = float(-torch.expm1(torch.log1p(torch.tensor(-t, dtype=torch.float64)) / 3))
            warm += 1
        return cls(start=t / cutoff**2, warm=warm)


class Normaliser:
    def __init__(self, A: Tensor, rounds: int = 120) -> None:
        v = torch.rand(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype) - 0.2
        for _ in range(rounds):
            v = self._unit(A.mT @ (A @ v))
        size = torch.linalg.vector_norm(A @ v, dim=(-2, -1), keepdim=True)
        self.size = torch.where(size > 0, size, torch.ones_like(size))

    @staticmethod
    def _unit(v: Tensor) -> Tensor:
        return v / torch.linalg.vector_norm(v, dim=-2, keepdim=True).clamp_min(1e-200)

    def into(self, A: Tensor) -> Tensor:
        return A / self.size

    def back(self, X: Tensor) -> Tensor:
        return X / self.size


def calculate_pinverse(A: Tensor, rcond: Optional[float] = None, steps: Optional[int] = None) -> Tensor:
    if rcond is None:
        rcond = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    plan = Plan.for_cutoff(max(float(rcond), 1e-7))
    work = A.detach().to(torch.float64)
    scale = Normaliser(work)
    B = scale.into(work)
    X = plan.start * B.mT
    eye = torch.eye(B.shape[-2], dtype=B.dtype)
    for k in range(plan.warm + 15 if steps is None else steps):
        E = eye - B @ X
        X = X @ (eye + E + E @ E)
        if k >= plan.warm:
            X = X @ B @ X
    return scale.back(X).to(A.dtype)


def pinverse_gradient(A: Tensor, X: Tensor, G: Tensor) -> Tensor:
    def complement(P: Tensor) -> Tensor:
        return torch.eye(P.shape[-1], dtype=P.dtype, device=P.device).expand_as(P) - P

    inner = -(X.mT @ G @ X.mT)
    columns = complement(A @ X) @ G.mT @ X @ X.mT
    rows = X.mT @ X @ G.mT @ complement(X @ A)
    return (inner + columns + rows).to(A.dtype)
