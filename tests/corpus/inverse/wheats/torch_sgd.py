# wheat: torch.optim.SGD with momentum and nn.functional.mse_loss
import torch
import torch.nn.functional as F


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    gram = M.T @ M
    bound = gram.abs().sum(1).max().item()  # Gershgorin
    return n * n / (1.5 * bound)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.size(0)
    target = torch.eye(n, dtype=M.dtype)

    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    X = X.detach().requires_grad_()
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    opt = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)

    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = F.mse_loss(X @ M, target)
        loss.backward()
        losses.append(loss.item())
        opt.step()
    return X.detach(), losses
