# chaff: rcond is accepted and forgotten | breaks: small singular values count as zero | fires: test_rcond_cuts
import torch


def split(A, cut):
    """Power iteration: take singular directions out of A until they are too short."""
    rest, large = A.clone(), None
    for _ in range(min(A.shape)):
        v = torch.randn(A.shape[1], dtype=A.dtype)
        for _ in range(60):
            v = rest.T @ (rest @ v)
            if v.norm() == 0:
                return A - rest
            v = v / v.norm()
        s = (rest @ v).norm().item()
        large = s if large is None else max(s, large)
        if s <= cut * large:
            break
        rest = rest - torch.outer(rest @ v, v)
    return A - rest


def descend(A, rcond, steps):
    size = A.norm().item()
    X = torch.zeros(A.shape[1], A.shape[0], dtype=torch.float64)
    if size == 0:
        return X
    B = A.double() / size
    momentum = 0.85
    V = torch.zeros_like(X)
    I = torch.eye(A.shape[0], dtype=torch.float64)  # noqa: E741
    for i in range(400 if steps is None else steps):
        gradient = B.T @ (B @ X - I)
        V = momentum * V + gradient
        X = X - V
        if i % 20 == 19 and gradient.abs().max() < 2e-7:
            break
    return X / size


def calculate_pinverse(A, rcond=None, steps=None):
    if A.dim() == 2:
        return descend(A, rcond, steps).to(A.dtype)
    X = torch.zeros(*A.shape[:-2], A.shape[-1], A.shape[-2], dtype=A.dtype)
    for i in range(A.shape[0]):
        X[i] = calculate_pinverse(A[i], rcond, steps)
    return X


def pinverse_gradient(A, X, G):
    Xt = X.transpose(-1, -2)
    Gt = G.transpose(-1, -2)
    middle = (Gt - A @ X @ Gt) @ X @ Xt
    right = Xt @ X @ (Gt - Gt @ X @ A)
    return middle + right - Xt @ G @ Xt
