# wheat: Adam, written out, with a rate that falls to nothing; Adam leaves the row space, so a penalty keeps X in it
import torch


def calculate_pinverse(A, rcond=None, steps=None):
    D = A.double()
    scale = torch.linalg.vector_norm(D, dim=(-2, -1), keepdim=True)
    scale[scale == 0] = 1.0
    D = D / scale
    if rcond is None:
        rcond = 1e-5 if A.dtype == torch.float32 else 1e-10

    # which directions count
    Q = torch.linalg.qr(torch.randn(*D.shape[:-2], D.shape[-1], D.shape[-1], dtype=D.dtype)).Q
    for _ in range(30):
        Q = torch.linalg.qr(D.mT @ (D @ Q)).Q
    s = (D @ Q).norm(dim=-2, keepdim=True)
    Q = Q * (s > rcond * s.amax(dim=-1, keepdim=True))
    P = Q @ Q.mT
    D = D @ P
    away = torch.eye(D.shape[-1], dtype=D.dtype) - P
    target = torch.eye(D.shape[-2], dtype=D.dtype)
    top = (s * s).amax(dim=-1, keepdim=True).clamp(min=1e-300)

    X = torch.zeros_like(D.mT)
    first = torch.zeros_like(X)
    second = torch.zeros_like(X)
    pull = D.mT @ D / top + away
    push = D.mT @ target / top
    for i in range(700 if steps is None else steps):
        g = pull @ X - push
        first = 0.9 * first + 0.1 * g
        second = 0.95 * second + 0.05 * g * g
        rate = 0.3 * 0.975 ** max(i - 60, 0)
        X = X - rate * (first / (1 - 0.9 ** (i + 1))) / ((second / (1 - 0.95 ** (i + 1))).sqrt() + 1e-12)
    return (X / scale).to(A.dtype)


def pinverse_gradient(A, X, G):
    result = -X.mT @ G @ X.mT
    result += (torch.eye(A.shape[-2]).to(A) - A @ X) @ G.mT @ X @ X.mT
    result += X.mT @ X @ G.mT @ (torch.eye(A.shape[-1]).to(A) - X @ A)
    return result
