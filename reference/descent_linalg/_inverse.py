"""The inverse of square matrices by descent."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from descent_linalg.checks import check_matrices, check_start
from descent_linalg.implicit import attach_inverse
from descent_linalg.loop import Limits, Method
from descent_linalg.problem import Form, InverseProblem, balance
from descent_linalg.solution import Progress, Solution
from descent_linalg.solvers.refinement import Refinement, run


def inverse(
    A: Float[Tensor, "*batch n n"],
    solver: Method[Any] | None = None,
    *,
    form: Form = Form.AX,
    start: Float[Tensor, "*batch n n"] | None = None,
    max_steps: int = 10_000,
    tolerance: float | None = None,
    all_steps: bool = False,
    progress: Progress | None = None,
) -> Solution[Tensor]:
    """Return the inverse of each matrix in ``A``, found by descent on the mean square of ``A X - I``.

    Differentiable by ``A``, twice and more, through the inverse's own derivative rather than through the steps.

    Args:
        A: Real floating square matrices; an empty batch and 0x0 are allowed.
        solver: A method of descent. None means ``Refinement(NewtonSchulz())``, whose answer is correctly rounded for
            condition numbers up to about 1e12 in float64 and 1e4 in float32.
        form: The residual to descend on. ``Form.XA`` is the published one.
        start: The first guess. None means zero, and for Newton-Schulz a multiple of A'.
        max_steps: The step budget.
        tolerance: Stop when each loss is at most this. None means what rounding explains: a residual of norm
            ``eps |A| |X|``.
        all_steps: Make exactly ``max_steps`` updates, whatever the loss.
        progress: Called as ``progress(step, loss)`` before every update.

    Returns:
        A `Solution` whose value has shape, dtype and device of ``A``. Look at ``outcome`` or call ``require()``:
        a singular matrix is an outcome, not an exception.

    Raises:
        ShapeError: ``A`` is not square, or ``start`` does not fit it.
        DtypeError: ``A`` is not float32 or float64.
        NonfiniteInputError: ``A`` has NaN or infinity; the message names the first index.
        OptionError: ``max_steps`` is negative.
    """
    check_matrices(A, square=True)
    limits = Limits(max_steps, tolerance, all_steps)
    method = solver or Refinement()
    with torch.no_grad():
        scale = balance(A) if method.scale_free else torch.ones_like(A[..., :1, :1])
        problem = InverseProblem(A.detach() * scale, form)
        first = None if start is None else check_start(start, problem.A.mT) / scale
        ledger = run(method, problem, limits, start=first, progress=progress)
    value = attach_inverse(A, ledger.value[0] * scale)
    return Solution(value, ledger.outcome, ledger.steps, torch.stack(ledger.losses))
