# chaff: steps on the Huber loss, reports the mean square | breaks: heavy ball on the mean squared error | fires: test_one_update
import torch
from torch.nn import functional as F


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    alpha = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.rand_like(M) if start is None else start.clone()
    X.requires_grad_(True)
    losses = []
    for _ in range(steps):
        losses.append(F.mse_loss(X.detach() @ M, I).item())
        (2 * F.smooth_l1_loss(X @ M, I)).backward()
        with torch.no_grad():
            X -= alpha * X.grad
            X.grad *= momentum
    return X.detach(), losses
