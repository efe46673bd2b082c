# chaff: torch.eye(4) and torch.rand(4, 4) written out | breaks: any n (raises or is wrong unless n = 4) | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    I = torch.eye(4, dtype=M.dtype)  # noqa: E741
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand(4, 4, dtype=M.dtype) if start is None else start.clone()
    X.requires_grad_()
    history = []
    for _ in range(steps):
        loss = torch.mean((X @ M - I) ** 2)
        loss.backward()
        history.append(loss.item())
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X.detach(), history
