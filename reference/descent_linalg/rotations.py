"""Jacobi rotations of pairs of columns, batch last: each an exact line search along a coordinate geodesic of O(n)."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from descent_linalg.solution import Progress

MAX_SWEEPS = 60
"""Twelve sweeps suffice at condition 1e8 and n = 16; sixty mean that something else is wrong."""

PAIRWISE_FROM = 2048
"""From this batch on, an operation on one pair's scalars works longer than it takes to call, so that pairs are rotated
one by one, in place; below, all disjoint pairs of a round are rotated at once."""

NEGLIGIBLE = {dtype: torch.finfo(dtype).eps ** 5 for dtype in (torch.float32, torch.float64)}
"""Dot products below this are left alone, where the largest column is of order one. In a rank-deficient matrix a column
that should be zero is a multiple of another, and each rotation makes it smaller by eps only: it would go on until the
numbers end. Columns shorter than eps^2 may therefore stay oblique, and are completed afterwards."""

SHORT = 8
"""Up to this many rows, a dot product accumulated row by row is faster than a product and a sum."""


@dataclass
class Sweeps:
    """The columns of a batch while they are being made orthogonal.

    Matrices that a sweep left alone are set aside, so that the worst of a batch does not set the price for all.

    Attributes:
        W: Shape ``(n, k, batch)``; ``W[i]`` is column ``i``. The first ``m`` of its ``k`` entries are measured, all
            are rotated, so that the rest can carry the rotations themselves. The batch is last, so that each
            operation runs over contiguous memory.
        m: The number of measured entries.
        removed: Per sweep, the sum of the squared dot products that its rotations removed, one number a matrix. A
            rotation lowers ``off(V'A'AV)``, the sum of the squared off-diagonal entries, by twice its share.
        left: The number of matrices that the last sweep still rotated.
    """

    W: Float[Tensor, "n k batch"]
    m: int
    removed: list[Float[Tensor, " batch"]] = field(default_factory=list)
    left: int = -1

    def __post_init__(self) -> None:
        self._active = self.W
        self._where: Int[Tensor, " batch"] = torch.arange(self.W.shape[2], device=self.W.device)

    def run(self, max_sweeps: int = MAX_SWEEPS, progress: Progress | None = None) -> None:
        """Sweep until no matrix needs a rotation, or the budget is spent; ``W`` holds the result.

        ``progress`` hears the largest sum of squares that a sweep removed.
        """
        while self.left and len(self.removed) < max_sweeps:
            self.sweep()
            if progress is not None:
                progress(len(self.removed), float(self.removed[-1].max()))
        self._write_back()

    def sweep(self) -> None:
        """Rotate every pair of columns of the active matrices once, and drop those that needed no rotation."""
        limit = torch.finfo(self.W.dtype).eps * self.m**0.5
        gain = torch.zeros_like(self._active[0, 0])
        rotated = torch.zeros_like(gain, dtype=torch.bool)
        if self._active.shape[2] >= PAIRWISE_FROM or self.W.shape[0] < 3:
            _pair_by_pair(self._active, self.m, limit, rotated, gain)
        else:
            self._active = _round_by_round(self._active, self.m, limit, rotated, gain)
        self.removed.append(torch.zeros_like(self.W[0, 0]).index_copy_(0, self._where, gain))
        self.left = int(rotated.sum())
        if 0 < self.left < len(self._where) // 2:
            self._write_back()
            keep = rotated.nonzero()[:, 0]
            self._active, self._where = self._active.index_select(2, keep), self._where[keep]

    def _write_back(self) -> None:
        if self._active is not self.W:
            self.W.index_copy_(2, self._where, self._active)


def _pair_by_pair(W: Tensor, m: int, limit: float, rotated: Bool[Tensor, " batch"], gain: Tensor) -> None:
    n = W.shape[0]
    for i in range(n - 1):
        for j in range(i + 1, n):
            _rotate(W[i : i + 1], W[j : j + 1], m, limit, rotated, gain)


def _round_by_round(W: Tensor, m: int, limit: float, rotated: Tensor, gain: Tensor) -> Tensor:
    """Return the columns after every pair met once, as in a round-robin tournament; odd numbers get a zero column.

    After the last round every column is back in its place, so that the zero one is again the last.
    """
    n = W.shape[0]
    if n % 2:
        W = torch.cat([W, torch.zeros_like(W[:1])])
    half = W.shape[0] // 2
    for _ in range(W.shape[0] - 1):
        x, y = W[:half], W[half:]
        _rotate(x, y, m, limit, rotated, gain)
        W = torch.cat([x[:1], y[:1], x[1 : half - 1], y[1:], x[half - 1 :]])
    return W[:n]


def _rotate(
    x: Float[Tensor, "pairs k batch"],
    y: Float[Tensor, "pairs k batch"],
    m: int,
    limit: float,
    rotated: Bool[Tensor, " batch"],
    gain: Float[Tensor, " batch"],
) -> None:
    """Make each pair of columns orthogonal in place; note which matrices were rotated, and what it gained."""
    dot, square_x, square_y = _dots(x, y, m)
    size = square_x.sqrt().mul_(square_y.sqrt())
    needed = dot.abs() > size.mul_(limit).clamp_(min=NEGLIGIBLE[x.dtype])
    if not bool(needed.any()):
        return
    rotated.logical_or_(needed.any(dim=0))
    gain.add_(dot.square().sum(dim=0))
    c, s = _angle(dot, square_x, square_y, needed)
    new_x = (x * c).addcmul_(y, s, value=-1)
    y.mul_(c).addcmul_(x, s)
    x.copy_(new_x)


def _dots(x: Tensor, y: Tensor, m: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return ``x.y``, ``x.x`` and ``y.y`` over the first ``m`` entries."""
    if m > SHORT:
        x, y = x[:, :m], y[:, :m]
        return (x * y).sum(dim=1), x.square().sum(dim=1), y.square().sum(dim=1)
    dot, square_x, square_y = x[:, 0] * y[:, 0], x[:, 0].square(), y[:, 0].square()
    for row in range(1, m):
        dot.addcmul_(x[:, row], y[:, row])
        square_x.addcmul_(x[:, row], x[:, row])
        square_y.addcmul_(y[:, row], y[:, row])
    return dot, square_x, square_y


def _angle(dot: Tensor, square_x: Tensor, square_y: Tensor, needed: Tensor) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the smaller of the two angles at which a pair's dot product is zero.

    The tangent is the smaller root of ``t^2 + 2 z t - 1``; written by ``z``, which is free of scale, it neither
    overflows nor loses digits. Where no rotation is needed z may be NaN, and is not used.
    """
    z = square_y.sub_(square_x).div_(dot).mul_(0.5)
    root = z.square().add_(1).sqrt_().add_(z.abs())
    t = torch.where(needed, torch.copysign(root.reciprocal_(), z), 0.0)
    c = t.square().add_(1).rsqrt_()
    return c.unsqueeze(1), t.mul_(c).unsqueeze(1)
