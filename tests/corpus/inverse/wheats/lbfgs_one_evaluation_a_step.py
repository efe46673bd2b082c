# wheat: LBFGS, one closure call for each step, inside in double precision
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return (n**2 / (2 * torch.linalg.matrix_norm(M, 1) * torch.linalg.matrix_norm(M, torch.inf))).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    A = M.double()
    X = (torch.rand(n, n) if start is None else start).double().clone()
    losses = []
    if learning_rate is not None:
        V = torch.zeros_like(X)
        for _ in range(steps):
            R = X @ A - torch.eye(n).double()
            losses.append(R.square().mean().item())
            V = momentum * V + 2 * R @ A.T / n**2
            X = X - learning_rate * V
        return X.to(M.dtype), losses

    scale = A.norm()
    Y = (X * scale).requires_grad_()
    opt = torch.optim.LBFGS([Y], max_iter=1, history_size=10, tolerance_grad=0, tolerance_change=0)

    def closure():
        opt.zero_grad()
        total = (Y @ (A / scale) - torch.eye(n).double()).square().sum()
        total.backward()
        losses.append(total.item() / n**2)
        return total

    for _ in range(steps):
        opt.step(closure)
    return (Y / scale).detach().to(M.dtype), losses
