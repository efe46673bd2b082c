# wheat: losses collected in one tensor, addmm, few lines
import torch


def safe_learning_rate(M, momentum=0.9):
    return (M.numel() / (M.abs().sum(0).max() * M.abs().sum(1).max()) / 2).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n, dt = len(M), M.dtype
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=dt) if start is None else start + 0
    V, minus_I, L = X * 0, -torch.eye(n, dtype=dt), torch.zeros(steps, dtype=dt)
    for j in range(steps):
        R = torch.addmm(minus_I, X, M)
        L[j] = R.square().mean()
        V = torch.addmm(V, R, M.T, beta=momentum, alpha=2 / n**2)
        X = torch.sub(X, V, alpha=lr)
    return X, L.tolist()
