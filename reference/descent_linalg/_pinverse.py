"""The pseudo-inverse of any matrix by descent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg._svd import SVDMethod
from descent_linalg.checks import check_fraction, check_matrices
from descent_linalg.errors import OptionError
from descent_linalg.implicit import attach_pinverse
from descent_linalg.loop import Limits, Method
from descent_linalg.problem import InverseProblem, balance
from descent_linalg.solution import Outcome, Progress, Solution
from descent_linalg.solvers.hard_cut import HardCut
from descent_linalg.solvers.jacobi import Jacobi
from descent_linalg.solvers.newton_schulz import NewtonSchulz
from descent_linalg.solvers.refinement import Refinement, run


def pinverse(
    A: Float[Tensor, "*batch m n"],
    rcond: float | None = None,
    solver: SVDMethod | Method[Any] | None = None,
    *,
    max_steps: int = 10_000,
    tolerance: float | None = None,
    progress: Progress | None = None,
) -> Solution[Tensor]:
    """Return the Moore-Penrose inverse of each matrix in ``A``: of all X with the least ``|A X - I|``, the smallest.

    Differentiable by ``A``, twice and more, as long as the rank stays.

    Args:
        A: Real floating matrices: wide, tall, rank-deficient, zero and empty ones are allowed.
        rcond: Relative cut: singular values at or below ``rcond`` times the largest count as zero. None means
            ``eps(dtype) * max(m, n)``. `torch.pinverse` has the default 1e-15, which is accepted here; in float32 that
            lies below rounding, and the inverse of a rank-deficient matrix becomes the inverse of its rounding errors.
        solver: ``Jacobi()``, which is exact for every ``rcond`` and the default; another method of SVD; `HardCut`,
            for ``rcond`` from 1e-8 on; or a method of descent on ``A X - I`` started at zero, without a cut.
        max_steps: The step budget of a descent on ``A X - I``.
        tolerance: Its bound on the loss; None means what rounding explains.
        progress: Called as ``progress(step, loss)`` while the method runs.

    Returns:
        A `Solution` whose value has shape ``(*batch, n, m)``, dtype and device of ``A``.

    Raises:
        ShapeError: ``A`` has fewer than two dimensions.
        DtypeError: ``A`` is not float32 or float64.
        NonfiniteInputError: ``A`` has NaN or infinity; the message names the first index.
        OptionError: ``rcond`` is outside [0, 1), or given for a method that has no cut.

    Source: R. Penrose (1955), conditions (1) to (4).
    """
    check_matrices(A)
    check_fraction("rcond", rcond)
    method = solver or Jacobi()
    with torch.no_grad():
        if isinstance(method, SVDMethod):
            solution = _by_svd(A.detach(), method, default_rcond(A) if rcond is None else rcond, progress)
        else:
            solution = _by_descent(A.detach(), _with_cut(method, rcond), Limits(max_steps, tolerance), progress)
    return replace(solution, value=attach_pinverse(A, solution.value))


def default_rcond(A: Float[Tensor, "*batch m n"]) -> float:
    """Return ``eps(dtype) * max(m, n)``, the rounding error of the largest singular value."""
    return torch.finfo(A.dtype).eps * max(A.shape[-2:])


def _by_svd(A: Tensor, method: SVDMethod, rcond: float, progress: Progress | None) -> Solution[Tensor]:
    batch, (m, n) = A.shape[:-2], A.shape[-2:]
    if A.numel() == 0:
        return Solution(A.new_zeros(*batch, n, m), Outcome.CONVERGED, 0, A.new_zeros(1, *batch))
    flat = A.reshape(-1, m, n) if m >= n else A.reshape(-1, m, n).mT
    if isinstance(method, Jacobi):
        X, outcome, losses = method.invert(flat, rcond, progress)
    else:
        factors = method.decompose(flat, progress)
        X, outcome, losses = factors.pinverse(rcond), factors.outcome, factors.losses
    X = (X if m >= n else X.mT).reshape(*batch, n, m)
    return Solution(X, outcome, len(losses) - 1, losses.reshape(-1, *batch))


def _by_descent(A: Tensor, method: Method[Any], limits: Limits, progress: Progress | None) -> Solution[Tensor]:
    # A X - I has the size of the short side if A is wide; a tall matrix has the transposed answer of a wide one.
    if A.shape[-2] > A.shape[-1]:
        turned = _by_descent(A.mT, method, limits, progress)
        return replace(turned, value=turned.value.mT)
    scale = balance(A) if method.scale_free else torch.ones_like(A[..., :1, :1])
    # Newton-Schulz at a positive floor amplifies rounding errors in the null space: there, rest is no answer.
    least_squares = not isinstance(method, NewtonSchulz | Refinement)
    ledger = run(method, InverseProblem(A * scale, least_squares=least_squares), limits, progress=progress)
    return Solution(ledger.value[0] * scale, ledger.outcome, ledger.steps, torch.stack(ledger.losses))


def _with_cut(method: Method[Any], rcond: float | None) -> Method[Any]:
    if rcond is None:
        return method
    if isinstance(method, HardCut):
        return replace(method, rcond=rcond)
    raise OptionError("rcond", rcond, f"{type(method).__name__} has no cut; use Jacobi or HardCut, or leave it at None")
