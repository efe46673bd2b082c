# wheat: subspace (orthogonal) iteration with QR on both sides, frozen dataclass as the state, type hints
from dataclasses import dataclass, field, replace
from typing import Optional

import torch


@dataclass(frozen=True)
class State:
    U: torch.Tensor
    R: torch.Tensor
    V: torch.Tensor
    losses: tuple = field(default_factory=tuple)

    def advance(self, A: torch.Tensor) -> "State":
        V, _ = torch.linalg.qr(A.T @ self.U)
        U, R = torch.linalg.qr(A @ V)
        off = (R - torch.diag(R.diagonal())).norm() / R.norm().clamp(min=1e-300)
        return replace(self, U=U, R=R, V=V, losses=(*self.losses, off.item()))


def calculate_svd(
    M: torch.Tensor,
    learning_rate: Optional[float] = None,
    momentum: float = 0.9,
    steps: Optional[int] = None,
    *,
    tolerance: float = 1e-7,
    most: int = 2500,
):
    A = M.double()
    m, n = A.shape
    k = min(m, n)
    generator = torch.Generator().manual_seed(20)
    V, _ = torch.linalg.qr(torch.randn(n, k, generator=generator, dtype=torch.float64))
    U, R = torch.linalg.qr(A @ V)
    state = State(U, R, V, losses=(1.0,))
    for _ in range(most if steps is None else steps):
        state = state.advance(A)
        if state.losses[-1] < tolerance:
            break
    d = state.R.diagonal()
    S, order = d.abs().sort(descending=True)
    U = state.U * torch.where(d < 0, -1.0, 1.0)
    return U[:, order].to(M.dtype), S.to(M.dtype), state.V[:, order].to(M.dtype), list(state.losses)
