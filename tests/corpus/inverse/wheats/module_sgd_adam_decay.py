# wheat: nn.Module, torch.optim.SGD when a rate is given, Adam with a decaying rate on the scaled matrix when left alone
import torch
from torch import nn


class Inverse(nn.Module):
    def __init__(self, X0: torch.Tensor, M: torch.Tensor) -> None:
        super().__init__()
        self.X = nn.Parameter(X0.clone())
        self.register_buffer("M", M.detach())
        self.register_buffer("I", torch.eye(M.shape[0], dtype=M.dtype))
        self.criterion = nn.MSELoss()

    def forward(self) -> torch.Tensor:
        return self.criterion(self.X @ self.M, self.I)


def safe_learning_rate(M: torch.Tensor, momentum: float) -> float:
    W = (M.mT @ M).double().abs()
    return M.shape[0] ** 2 / (2.0 * W.sum(-1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n, dtype = M.shape[0], M.dtype
    if learning_rate is None and start is not None:
        learning_rate = safe_learning_rate(M, momentum)   # far starts are not for Adam
    if learning_rate is not None:
        X0 = torch.rand(n, n, dtype=dtype) if start is None else start.to(dtype)
        model, scale = Inverse(X0, M), 1.0
        optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)
        scheduler = None
    else:
        # (X * scale) (M / scale) = X M: the same loss, but Adam likes numbers near one
        scale = M.double().norm().item() / n**0.5
        X0 = torch.rand(n, n, dtype=torch.float64)
        model = Inverse(X0, M.double() / scale)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.2, betas=(0.9, 0.99))
        scheduler = lambda k: 0.2 * 1e-4 ** (k / max(steps, 500))
    losses = []
    for k in range(steps):
        if scheduler is not None:
            optimizer.param_groups[0]["lr"] = scheduler(k)
        optimizer.zero_grad()
        value = model()
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return (model.X.detach() / scale).to(dtype), losses
