# wheat: Barzilai-Borwein step lengths, dataclass for the state, keyword-only extras
from dataclasses import dataclass, field

import torch
from torch import Tensor


def safe_learning_rate(M: Tensor, momentum: float) -> float:
    """(1 + momentum) / 2 of the rule with the Frobenius norm of M'M."""
    gram = M.double().mT @ M.double()
    return 0.9 * M.shape[-1] ** 2 * (1.0 + momentum) / float(gram.pow(2).sum().sqrt())


@dataclass
class Descent:
    M: Tensor
    X: Tensor
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.n = self.M.shape[0]
        self.eye = torch.eye(self.n, dtype=self.M.dtype)

    def look(self) -> Tensor:
        R = self.X @ self.M - self.eye
        self.losses.append(R.pow(2).mean().item())
        return R @ self.M.mT * (2 / self.n**2)


def calculate_inverse(
    M: Tensor,
    learning_rate: float | None = None,
    momentum: float = 0.9,
    steps: int = 2000,
    start: Tensor | None = None,
    *,
    verbose: bool = False,
) -> tuple[Tensor, list[float]]:
    if start is None:
        start = torch.rand(M.shape, dtype=torch.float64) / M.double().abs().max()
    state = Descent(M.detach().double(), start.detach().double().clone())
    if learning_rate is not None:
        V = torch.zeros_like(state.X)
        for _ in range(steps):
            V = momentum * V + state.look()
            state.X = state.X - learning_rate * V
    else:
        length = safe_learning_rate(M, 0.0)
        X_old = g_old = None
        for _ in range(steps):
            g = state.look()
            if X_old is not None:
                dX, dg = state.X - X_old, g - g_old
                below = (dX * dg).sum().item()
                if below > 0:
                    length = (dX * dX).sum().item() / below
            X_old, g_old = state.X, g
            state.X = state.X - length * g
    if verbose:
        print(f"{steps} steps, last loss {state.losses[-1] if state.losses else None}")
    return state.X.to(M.dtype), state.losses
