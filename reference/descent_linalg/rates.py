"""What theory says of heavy ball's losses, from the singular values alone."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def stability_limit(S: Float[Tensor, " n"], momentum: float) -> float:
    """Return the learning rate at which heavy ball on ``mean((X A - I)^2)`` stops being stable, for a square matrix.

    It is ``n^2 (1 + momentum) / sigma_max^2``.
    """
    return len(S) ** 2 * (1 + momentum) / float(S.max()) ** 2


def predicted_losses(
    S: Float[Tensor, " n"], learning_rate: float, momentum: float, steps: int
) -> Float[Tensor, " steps"]:
    """Return the losses of heavy ball from zero before each of ``steps`` updates and after the last.

    Each singular value s has its own polynomial, ``p_next = (1 + momentum - a s^2) p - momentum p_before`` with
    ``a = 2 learning_rate / n^2``, and the loss is the mean of their squares over n^2. So the curve depends on the
    singular values only: a diagonal matrix and a rotated one have the same.
    """
    x = 2 * learning_rate / len(S) ** 2 * S.double().square()
    before = now = torch.ones_like(x)
    losses = []
    for _ in range(steps + 1):
        losses.append(now.square().sum() / len(S) ** 2)
        before, now = now, (1 + momentum - x) * now - momentum * before
    return torch.stack(losses)


def tail_factor(S: Float[Tensor, " n"], learning_rate: float, momentum: float) -> float:
    """Return the factor by which the loss shrinks each step in the end: the largest ``|z|^2`` over all s.

    z is the larger root of ``z^2 - (1 + momentum - a s^2) z + momentum = 0`` with ``a = 2 learning_rate / n^2``.
    """
    b = 1 + momentum - 2 * learning_rate / len(S) ** 2 * S.double().square()
    root = torch.sqrt((b.square() - 4 * momentum).to(torch.complex128))
    larger = torch.maximum((b + root).abs(), (b - root).abs()) / 2
    return float(larger.max().square())
