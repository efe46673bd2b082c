"""Jacobi rotations of pairs of columns, batch last: each an exact line search along a coordinate geodesic of O(n)."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor

from descent_linalg.solution import Progress

MAX_SWEEPS = 60
"""Twelve sweeps suffice at condition 1e8 and n = 16; sixty mean that something else is wrong."""

PAIRWISE_FROM = 2048
"""From this batch on, an operation on one pair's scalars works longer than it takes to call, so that pairs are rotated
one by one; below, all disjoint pairs of a round are rotated at once."""

SHORT = 8
"""Up to this many rows, a dot product accumulated row by row is faster than a product and a sum."""

NEGLIGIBLE = {dtype: torch.finfo(dtype).eps ** 2.5 for dtype in (torch.float32, torch.float64)}
"""A squared norm counts as at least this when a dot product is compared with it; the largest column is of order one.

In a rank-deficient matrix a column that should be zero is a multiple of another, and each rotation makes it smaller by
eps only: it would go on until the numbers end. Columns shorter than eps^1.25 may therefore stay oblique, and are
completed afterwards.
"""


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
        left: The number of matrices that may need another sweep.
    """

    W: Float[Tensor, "n k batch"]
    m: int
    removed: list[Float[Tensor, " batch"]] = field(default_factory=list)
    left: int = -1

    def __post_init__(self) -> None:
        self._active = self.W
        self._where: Int[Tensor, " batch"] | None = None

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
        """Rotate every pair of columns of the active matrices once, and set aside those that needed no rotation."""
        n, _, batch = self._active.shape
        pairwise = batch >= PAIRWISE_FROM or n < 3
        self._active, tally = (_pair_by_pair if pairwise else _round_by_round)(self._active, self.m)
        self.removed.append(self._everywhere(tally.gain))
        left = tally.rotations
        # Convergence is quadratic: what removed less than eps has usually arrived, and one rotation is all that two
        # columns need. To look costs a third of a sweep.
        restless = int(torch.count_nonzero(tally.gain > torch.finfo(left.dtype).eps))
        if pairwise and (n == 2 or restless < batch // 2):
            left = _oblique(self._active, self.m)
        self._set_aside(left)

    def _set_aside(self, oblique: Float[Tensor, " batch"]) -> None:
        self.left = int(torch.count_nonzero(oblique))
        if 0 < self.left < len(oblique) // 2:
            self._write_back()
            keep = oblique.nonzero()[:, 0]
            self._active = _take(self._active, keep)
            self._where = keep if self._where is None else self._where[keep]

    def _everywhere(self, gain: Tensor) -> Tensor:
        return gain if self._where is None else torch.zeros_like(self.W[0, 0]).index_copy_(0, self._where, gain)

    def _write_back(self) -> None:
        if self._where is None:
            self.W = self._active
        else:
            _put(self.W, self._where, self._active)


def _take(W: Tensor, matrices: Tensor) -> Tensor:
    """Return the named matrices of a batch; on the last dimension gather is four times as fast as index_select."""
    n, k, batch = W.shape
    return W.view(n * k, batch).gather(1, matrices.expand(n * k, -1)).view(n, k, -1)


def _put(W: Tensor, matrices: Tensor, values: Tensor) -> None:
    """Write the named matrices of a batch; scatter likewise is faster than index_copy."""
    n, k, batch = W.shape
    W.view(n * k, batch).scatter_(1, matrices.expand(n * k, -1), values.reshape(n * k, -1))


@dataclass
class Tally:
    """What a sweep has done so far, a number a matrix: its rotations, and the squared dot products they removed.

    Flags are numbers here and below: a mask of zeros and ones is made and applied several times faster than a boolean
    one.
    """

    rotations: Float[Tensor, " batch"]
    gain: Float[Tensor, " batch"]

    def add(self, needed: Float[Tensor, "*pairs batch"], dot: Float[Tensor, "*pairs batch"]) -> None:
        """Count the rotations of one pair, or of all pairs of a round."""
        if needed.dim() == 1:
            self.rotations.add_(needed)
            self.gain.addcmul_(dot, dot)
        else:
            self.rotations.add_(needed.sum(dim=0))
            self.gain.add_(dot.square().sum(dim=0))


def _empty_tally(W: Tensor) -> Tally:
    return Tally(torch.zeros_like(W[0, 0]), torch.zeros_like(W[0, 0]))


def _oblique(W: Tensor, m: int) -> Tensor:
    """Return, per matrix, a number above zero where some pair of columns still needs a rotation, and 0 elsewhere."""
    squares = column_dots(W, W, m).clamp_(min=NEGLIGIBLE[W.dtype])
    worst = torch.zeros_like(W[0, 0])
    for i in range(W.shape[0] - 1):
        for j in range(i + 1, W.shape[0]):
            torch.maximum(worst, _excess(column_dots(W[i], W[j], m), squares[i], squares[j], m), out=worst)
    return worst


def _excess(dot: Tensor, square_x: Tensor, square_y: Tensor, m: int) -> Tensor:
    """Return by how much dot products exceed what rounding explains."""
    limit = 2 * torch.finfo(dot.dtype).eps * m**0.5
    return dot.abs().sub_((square_x * square_y).sqrt_().mul_(limit))


def _pair_by_pair(W: Tensor, m: int) -> tuple[Tensor, Tally]:
    """Return the columns after every pair was rotated once, in the order of their indices."""
    tally = _empty_tally(W)
    n = W.shape[0]
    columns, squares = list(W.unbind(0)), list(column_dots(W, W, m).unbind(0))
    spare = torch.empty_like(columns[0])
    for i in range(n - 1):
        for j in range(i + 1, n):
            Pair(columns[i], columns[j], squares[i], squares[j], spare).rotate(m, tally)
    return W, tally


def _round_by_round(W: Tensor, m: int) -> tuple[Tensor, Tally]:
    """Return the columns after every pair met once, as in a round-robin tournament; odd numbers get a zero column.

    After the last round every column is back in its place, so that the zero one is again the last.
    """
    tally = _empty_tally(W)
    n = W.shape[0]
    if n % 2:
        W = torch.cat([W, torch.zeros_like(W[:1])])
    half = W.shape[0] // 2
    squares, spare = column_dots(W, W, m), torch.empty_like(W[:half])
    next_W, next_squares = torch.empty_like(W), torch.empty_like(squares)
    for _ in range(W.shape[0] - 1):
        Pair(W[:half], W[half:], squares[:half], squares[half:], spare).rotate(m, tally)
        W, next_W = _seat_next_round(W, next_W), W
        squares, next_squares = _seat_next_round(squares, next_squares), squares
    return W[:n], tally


def _seat_next_round(W: Tensor, out: Tensor) -> Tensor:
    """Return the columns seated for the next round, in ``out``: the first stays, all others move on by one seat."""
    half = W.shape[0] // 2
    return torch.cat([W[:1], W[half : half + 1], W[1 : half - 1], W[half + 1 :], W[half - 1 : half]], out=out)


@dataclass
class Pair:
    """Two columns of each matrix, or two stacks of columns, with their squared norms and room for one more column.

    The squared norms are brought forward by each rotation and computed anew by each sweep. A sweep that rotates nothing
    has therefore compared exact ones.
    """

    x: Float[Tensor, "*pairs k batch"]
    y: Float[Tensor, "*pairs k batch"]
    square_x: Float[Tensor, "*pairs batch"]
    square_y: Float[Tensor, "*pairs batch"]
    spare: Float[Tensor, "*pairs k batch"]

    def rotate(self, m: int, tally: Tally) -> None:
        """Make each x orthogonal to its y, in place, and note which matrices needed it.

        Everything large is written where it stands or into the spare: fresh memory costs more than the arithmetic.
        """
        dot = column_dots(self.x, self.y, m)
        floor = NEGLIGIBLE[dot.dtype]
        excess = _excess(dot, self.square_x.clamp(min=floor), self.square_y.clamp(min=floor), m)
        if not float(excess.max()) > 0:
            return
        needed = excess.sign_().clamp_(min=0)
        dot.mul_(needed)
        tally.add(needed, dot)
        t = _tangent(dot, self.square_x, self.square_y)
        change = dot.mul_(t)
        self.square_x.sub_(change)
        self.square_y.add_(change)
        c = t.square().add_(1).rsqrt_()
        s, c = t.mul_(c).unsqueeze(-2), c.unsqueeze(-2)
        torch.mul(self.x, c, out=self.spare).addcmul_(self.y, s, value=-1)
        self.y.mul_(c).addcmul_(self.x, s)
        self.x.copy_(self.spare)


def column_dots(x: Tensor, y: Tensor, m: int) -> Tensor:
    """Return the dot products of columns over their first ``m`` entries."""
    if m > SHORT:
        return (x[..., :m, :] * y[..., :m, :]).sum(dim=-2)
    dot: Tensor = x[..., 0, :] * y[..., 0, :]
    for row in range(1, m):
        dot.addcmul_(x[..., row, :], y[..., row, :])
    return dot


def _tangent(dot: Tensor, square_x: Tensor, square_y: Tensor) -> Tensor:
    """Return the tangent of the smaller of the two angles at which a pair's dot product is zero; 0 where it is zero.

    It is the smaller root of ``t^2 + 2 z t - 1``, written by ``z``, which is free of scale. For a dot product of zero z
    is infinite, or NaN between columns of equal length.
    """
    z = (square_y - square_x).div_(dot).mul_(0.5)
    root = z.square().add_(1).sqrt_().add_(z.abs())
    return torch.copysign(root.reciprocal_(), z).nan_to_num_(0.0)
