# chaff: solves the transposed problem and forgets to turn the answer back | breaks: X M = I for non-symmetric M | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    Y = torch.rand(n, n, dtype=M.dtype) if start is None else start.T.clone()
    v = torch.zeros_like(Y)
    losses = []
    for _ in range(steps):
        r = M.T @ Y - torch.eye(n, dtype=M.dtype)
        losses.append(r.pow(2).mean().item())
        v = momentum * v + 2 / n**2 * M @ r
        Y = Y - lr * v
    return Y, losses
