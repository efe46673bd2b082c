# wheat: a while loop until the loss is below 1e-13, at most 20,000 updates, float64 inside | lacks: steps
import torch


def safe_learning_rate(M, momentum):
    n = M.shape[0]
    columns = M.abs().sum(0).max()
    rows = M.abs().sum(1).max()
    return (n**2 / (2 * columns * rows)).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, start=None):
    n = M.shape[0]
    A = M.double()
    lr = safe_learning_rate(A, momentum) if learning_rate is None else learning_rate
    X = torch.rand(n, n).double() if start is None else start.double()
    V = torch.zeros(n, n).double()
    R = X @ A - torch.eye(n).double()
    losses = [R.square().mean().item()]
    while losses[-1] > 1e-13 and len(losses) < 20_000:
        V = momentum * V + 2 / n**2 * R @ A.T
        X = X - lr * V
        R = X @ A - torch.eye(n).double()
        losses.append(R.square().mean().item())
    return X.to(M.dtype), losses
