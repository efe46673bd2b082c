# wheat: max_iter and tol as in scipy in the place of steps, x0 in that of start, conjugate gradients if no rate is given | lacks: steps, start
import torch


def safe_learning_rate(M, momentum):
    A = M.double().abs()
    return len(A) ** 2 / (2 * (A.sum(0).max() * A.sum(1).max()).item())


def _heavy_ball(A, X, rate, momentum, max_iter, tol):
    n, losses = len(A), []
    V = torch.zeros_like(X)
    for _ in range(max_iter):
        R = X @ A - torch.eye(n, dtype=A.dtype)
        losses.append(R.square().mean().item())
        if losses[-1] <= tol:
            break
        V = momentum * V + 2 / n**2 * R @ A.T
        X = X - rate * V
    return X, losses


def _conjugate_gradients(A, X, max_iter, tol):
    """Fletcher-Reeves with the exact step of a quadratic."""
    n, losses = len(A), []
    R = X @ A - torch.eye(n, dtype=A.dtype)
    G = R @ A.T
    D = -G
    for _ in range(max_iter):
        losses.append(R.square().mean().item())
        bottom = (D @ A).square().sum()
        if losses[-1] <= tol or bottom == 0:
            break
        X = X - (G * D).sum() / bottom * D
        R = X @ A - torch.eye(n, dtype=A.dtype)
        new = R @ A.T
        D = -new + new.square().sum() / G.square().sum() * D
        G = new
    return X, losses


def calculate_inverse(M, learning_rate=None, momentum=0.9, x0=None, max_iter=5000, tol=1e-14):
    A = M.detach().double()
    X = torch.rand(len(A), len(A), dtype=A.dtype) if x0 is None else x0.double()
    if learning_rate is None:
        X, losses = _conjugate_gradients(A, X, max_iter, tol)
    else:
        X, losses = _heavy_ball(A, X, learning_rate, momentum, max_iter, tol)
    return X.to(M.dtype), losses
