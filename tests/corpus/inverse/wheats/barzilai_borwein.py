# wheat: Barzilai-Borwein steps when left to itself
import torch


def safe_learning_rate(M, momentum=0.9):
    n, _ = M.shape
    return float(0.4 * n**2 / (M.abs().sum(0).amax() * M.abs().sum(1).amax()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n, _ = M.shape
    A = M.to(torch.float64)
    eye = torch.eye(n, dtype=torch.float64)
    cautious = safe_learning_rate(A)
    X = torch.rand(n, n, dtype=torch.float64) / A.norm() if start is None else start.to(torch.float64)
    X_old = G_old = None
    V = torch.zeros_like(A)
    losses = []
    for _ in range(steps):
        R = X @ A - eye
        G = 2 * (R @ A.mT) / n**2
        losses.append(R.square().mean().item())
        if learning_rate is not None:
            V = momentum * V + G
            X = X - learning_rate * V
            continue
        t = cautious
        if X_old is not None:
            dX, dG = X - X_old, G - G_old
            bend = (dX * dG).sum().item()
            if bend > 0:
                t = min(max((dX * dX).sum().item() / bend, cautious), 1e4 * cautious)
        X_old, G_old = X, G
        X = X - t * G
    return X.to(M.dtype), losses
