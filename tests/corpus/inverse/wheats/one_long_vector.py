# wheat: X as one long vector, M as a Kronecker product
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    eye = torch.eye(n, dtype=M.dtype)
    # rows of X one after the other: X M becomes K x
    K = torch.kron(eye, M.T.contiguous())
    b = eye.reshape(-1)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    x = torch.rand(n * n, dtype=M.dtype) if start is None else start.reshape(-1).clone()
    v = torch.zeros(n * n, dtype=M.dtype)
    losses = []
    for _ in range(steps):
        r = K @ x - b
        losses.append(torch.dot(r, r).item() / (n * n))
        v = momentum * v + (2 / (n * n)) * (K.T @ r)
        x = x - learning_rate * v
    return x.reshape(n, n), losses
