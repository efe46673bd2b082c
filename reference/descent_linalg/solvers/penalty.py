"""The singular value decomposition as it was published: three losses in one, by autograd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer

from descent_linalg.checks import check_fraction, check_positive
from descent_linalg.factors import Factors
from descent_linalg.loop import GO_ON, NONFINITE, Descent, Limits, Verdicts
from descent_linalg.problem import mean_square
from descent_linalg.solution import Progress

PENALTY = 0.01
"""Weight of each orthogonality loss against that of the reconstruction."""


@dataclass
class PenaltyState:
    """The three parameters of each matrix, and what moves them."""

    parameters: list[Tensor]
    optimizer: Optimizer | None


@dataclass(frozen=True)
class Penalty:
    """``mse(U S V' - M) + mse(U'U - I) / 100 + mse(V V' - I) / 100`` with ``S = d^2``, from random U, d and V.

    For a beginner to read and to beat. A component of d that reaches zero never returns, since the gradient there is
    zero; a small loss is not orthogonality, since the penalties are divided by 100 and averaged. Ends after
    ``max_steps``, whatever the loss.

    Args:
        learning_rate: Factor of the gradient.
        momentum: Share of the accumulated gradient that is kept, of [0, 1).
        optimizer: Makes an optimizer of the list [U, d, V] in place of both, such as
            ``partial(torch.optim.Adam, weight_decay=1e-5)``. Weight decay moves the minimum: no number of steps
            repairs it.
        max_steps: The number of updates.
        seed: Of the generator of the first guess.
    """

    learning_rate: float = 0.9
    momentum: float = 0.9
    optimizer: Callable[[list[Tensor]], Optimizer] | None = None
    max_steps: int = 20_000
    seed: int = 0

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_fraction("momentum", self.momentum)

    def decompose(self, A: Float[Tensor, "batch m n"], progress: Progress | None = None) -> Factors:
        """Return the factors of tall or square matrices after all steps, singular values sorted at the end.

        They are as orthogonal as the penalties made them, which is not very; ``losses`` is the sum above.
        """
        descent = Descent[PenaltyState](
            step=lambda state: self._step(A, state),
            value=lambda state: tuple(parameter.detach().clone() for parameter in state.parameters),
            loss=lambda state: _loss(A, state.parameters).detach(),
            judge=_judge,
        )
        ledger = descent.run(self._start(A), Limits(self.max_steps), progress)
        U, d, V = ledger.value
        S, order = d.square().sort(dim=-1, descending=True)
        U, V = (factor.gather(-1, order.unsqueeze(-2).expand(factor.shape)) for factor in (U, V))
        return Factors(U, S, V.mT, ledger.outcome, torch.stack(ledger.losses))

    def _start(self, A: Tensor) -> PenaltyState:
        batch, m, n = A.shape
        generator = torch.Generator().manual_seed(self.seed)
        shapes = ((batch, m, n), (batch, n), (batch, n, n))
        drawn = (torch.rand(shape, generator=generator, dtype=A.dtype).to(A.device) for shape in shapes)
        parameters = [parameter.requires_grad_() for parameter in drawn]
        return PenaltyState(parameters, None if self.optimizer is None else self.optimizer(parameters))

    def _step(self, A: Tensor, state: PenaltyState) -> PenaltyState:
        if state.optimizer is not None:
            state.optimizer.zero_grad()
        with torch.enable_grad():
            _loss(A, state.parameters).sum().backward()
        if state.optimizer is not None:
            state.optimizer.step()
            return state
        for parameter in state.parameters:
            assert parameter.grad is not None
            parameter -= self.learning_rate * parameter.grad
            parameter.grad *= self.momentum
        return state


def _loss(A: Tensor, parameters: list[Tensor]) -> Tensor:
    U, d, V = parameters
    eye = torch.eye(V.shape[-1], dtype=A.dtype, device=A.device)
    reconstruction = mean_square((U * d.square().unsqueeze(-2)) @ V.mT - A)
    return reconstruction + PENALTY * mean_square(U.mT @ U - eye) + PENALTY * mean_square(V @ V.mT - eye)


def _judge(state: PenaltyState, losses: list[Tensor]) -> Verdicts:
    return torch.where(torch.isfinite(losses[-1]), GO_ON, NONFINITE)
