# chaff: uses a name after the loop that only the loop sets | breaks: steps = 0 gives back the start and an empty list | fires: test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    B = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    v = torch.zeros_like(B)
    curve = []
    for _ in range(steps):
        difference = B @ M - torch.eye(n, dtype=M.dtype)
        curve.append(torch.mean(difference * difference).item())
        v = momentum * v + 2 / n**2 * difference @ M.mT
        B = B - lr * v
    return B.reshape(difference.shape), curve
