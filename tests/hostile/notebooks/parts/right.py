# Control: an honest notebook that is right.
# %%
import torch


# %%
def safe_learning_rate(M, momentum):
    return 0.4 * len(M) ** 2 * (1 + momentum) / float(M.abs().sum(0).max() * M.abs().sum(1).max())


# %%
def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    identity, losses = torch.eye(len(M), dtype=M.dtype), []
    if learning_rate is None:
        X = M.T / (M.abs().sum(0).max() * M.abs().sum(1).max())
        for _ in range(min(steps, 60)):
            losses.append(float(((X @ M - identity) ** 2).mean()))
            X = X + X @ (identity - M @ X)
        return X, losses
    X, V = start.clone(), torch.zeros_like(M)
    for _ in range(steps):
        R = X @ M - identity
        losses.append(float((R**2).mean()))
        V = momentum * V + 2 / len(M) ** 2 * R @ M.T
        X = X - learning_rate * V
    return X, losses
