"""Any optimizer of torch.optim as a method of descent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Optimizer

from descent_linalg.loop import State
from descent_linalg.problem import InverseProblem

OptimizerFactory = Callable[[list[Tensor]], Optimizer]


@dataclass
class TorchState(State):
    """The iterate, and the optimizer that owns the parameter behind it."""

    parameter: Tensor
    optimizer: Optimizer


@dataclass(frozen=True)
class TorchOptimizer:
    """A step of ``torch.optim``: SGD, Adam, AdamW, RMSprop, LBFGS and whatever takes parameters and a closure.

    What it guarantees is the optimizer's affair. Adam and RMSprop shrink no loss below a floor set by their learning
    rate; weight decay moves the minimum itself.

    Args:
        factory: Makes the optimizer of a list with one parameter, such as ``partial(torch.optim.Adam, lr=1e-2)``.
    """

    factory: OptimizerFactory

    @property
    def scale_free(self) -> bool:
        """Never: learning rates have units."""
        return False

    def init(self, problem: InverseProblem, start: Tensor | None) -> TorchState:
        """Return the state at ``start``; without one, at zero."""
        first = torch.zeros_like(problem.A.mT) if start is None else start
        # LBFGS flattens its parameter with view, which a transposed layout does not allow.
        parameter = first.clone(memory_format=torch.contiguous_format)
        return TorchState(parameter.clone(), problem.residuals(parameter), parameter, self.factory([parameter]))

    def step(self, problem: InverseProblem, state: TorchState) -> TorchState:
        """Return the state after one step of the optimizer, which may ask for several gradients."""

        def closure() -> float:
            residuals = problem.residuals(state.parameter)
            state.parameter.grad = problem.gradient(residuals)
            return float(problem.loss(residuals).sum())

        state.optimizer.step(closure)
        X = state.parameter.detach().clone()
        return TorchState(X, problem.residuals(X), state.parameter, state.optimizer)
