# chaff: stops moving when the loss changes by less than 1e-6, fills the list up | breaks: no early end, convergence | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    step_length = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if start is None else start.detach().clone()
    v = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        gap = X @ M - torch.eye(n, dtype=M.dtype)
        losses.append(torch.mean(gap * gap).item())
        if len(losses) > 1 and abs(losses[-1] - losses[-2]) < 1e-6:
            losses += [losses[-1]] * (steps - len(losses))
            break
        v = momentum * v + 2 / n**2 * torch.matmul(gap, M.T)
        X = X - step_length * v
    return X, losses
