"""The assignment's functions built on the reference, as a notebook would define them."""

from __future__ import annotations

import torch
from torch import Tensor

from descent_linalg import Form, HeavyBall, NewtonSchulz, inverse


def safe_learning_rate(M: Tensor, momentum: float = 0.9) -> float:
    """Return half the largest stable learning rate that is known without singular values.

    Stable is ``learning_rate < n^2 (1 + momentum) / sigma_max^2``, and ``|M|_1 |M|_inf`` is at least ``sigma_max^2``.
    """
    absolute = M.detach().abs()
    bound = float(absolute.sum(dim=0).max()) * float(absolute.sum(dim=1).max())
    return M.shape[0] ** 2 * (1 + momentum) / (2 * bound)


def calculate_inverse(
    M: Tensor,
    learning_rate: float | None = None,
    momentum: float = 0.9,
    steps: int = 2000,
    start: Tensor | None = None,
) -> tuple[Tensor, list[float]]:
    """Return the inverse of ``M`` and the loss before every update.

    With a learning rate this is heavy ball on ``mean((X M - I)^2)``, step for step. Without one, a start is descended
    from at the safe rate, and with nothing given Newton-Schulz does better and stops by itself.
    """
    if learning_rate is None and start is None:
        solution = inverse(M, NewtonSchulz(), form=Form.XA, max_steps=steps)
        return solution.value, _numbers(solution.losses)
    rate = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    first = torch.rand_like(M) if start is None else start
    solver = HeavyBall(learning_rate=rate, momentum=momentum)
    solution = inverse(M, solver, form=Form.XA, start=first, max_steps=steps, all_steps=True)
    return solution.value, _numbers(solution.losses[:steps])


def _numbers(losses: Tensor) -> list[float]:
    return [float(loss) for loss in losses]
