# wheat: two-sided Jacobi (Kogbetliantz) on the R of a QR, an over-engineered class with properties
from __future__ import annotations

import math
from typing import Iterator

import torch
from torch import Tensor


class Kogbetliantz:
    """Keeps A = P @ core @ Q.T with orthogonal P and Q and makes the core diagonal, 2 x 2 block by block."""

    TOLERANCE = 1e-13
    MAX_SWEEPS = 60

    def __init__(self, A: Tensor) -> None:
        assert A.shape[0] >= A.shape[1]
        self.P, self.core = torch.linalg.qr(A)
        self.n = A.shape[1]
        self.Q = torch.eye(self.n, dtype=A.dtype)
        self.scale = float(self.core.norm())
        self.losses: list[float] = [self.off]

    @property
    def off(self) -> float:
        if self.scale == 0.0:
            return 0.0
        return float((self.core - torch.diag(self.core.diagonal())).div(self.scale).square().sum())

    def pairs(self) -> Iterator[tuple[int, int]]:
        for p in range(self.n - 1):
            for q in range(p + 1, self.n):
                yield p, q

    @staticmethod
    def angles(a: float, b: float, c: float, d: float) -> tuple[float, float]:
        """Angles (left, right) for which left' [[a, b], [c, d]] right is diagonal."""
        plus = math.atan2(c + b, a - d)
        minus = math.atan2(c - b, a + d)
        return (plus + minus) / 2, (plus - minus) / 2

    def rotate(self, p: int, q: int) -> None:
        (a, b), (c, d) = self.core[[p, q]][:, [p, q]].tolist()
        if abs(b) + abs(c) <= 1e-18 * self.scale:
            return
        left, right = self.angles(a, b, c, d)
        L = torch.tensor([[math.cos(left), -math.sin(left)], [math.sin(left), math.cos(left)]], dtype=self.core.dtype)
        R = torch.tensor(
            [[math.cos(right), -math.sin(right)], [math.sin(right), math.cos(right)]], dtype=self.core.dtype
        )
        self.core[[p, q]] = L.T @ self.core[[p, q]]
        self.core[:, [p, q]] = self.core[:, [p, q]] @ R
        self.core[p, q] = self.core[q, p] = 0.0
        self.P[:, [p, q]] = self.P[:, [p, q]] @ L
        self.Q[:, [p, q]] = self.Q[:, [p, q]] @ R

    def run(self, steps: int | None) -> Kogbetliantz:
        budget = self.MAX_SWEEPS * self.n * self.n if steps is None else steps
        while budget > 0 and self.n > 1 and self.losses[-1] > self.TOLERANCE**2:
            for p, q in self.pairs():
                if budget <= 0:
                    break
                self.rotate(p, q)
                self.losses.append(self.off)
                budget -= 1
        return self

    def triplet(self) -> tuple[Tensor, Tensor, Tensor]:
        d = self.core.diagonal()
        sign = torch.where(d < 0, -1.0, 1.0).to(d.dtype)
        S, order = d.abs().sort(descending=True)
        return (self.P * sign)[:, order], S, self.Q[:, order]


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.detach().double()
    solver = Kogbetliantz(A.T if M.shape[0] < M.shape[1] else A).run(steps)
    left, S, right = solver.triplet()
    if M.shape[0] < M.shape[1]:
        left, right = right, left
    return left.to(M.dtype), S.to(M.dtype), right.to(M.dtype), solver.losses
