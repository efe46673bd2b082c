# chaff: I - A X and I - X A swapped in position (shapes agree for square matrices) | breaks: pinverse_gradient | fires: test_gradient_for_lower_rank
import torch


class Bounds:
    def __init__(self, A):
        v = torch.randn(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype)
        for _ in range(40):
            v = A.mT @ (A @ v)
            v = v / v.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-300)
        top = (A @ v).square().sum(dim=(-2, -1), keepdim=True)
        top = torch.where(top > 0, top, torch.ones_like(top))
        self.high = 1.1 * top
        self.low = top / 60  # values that count lie within a factor of six


def strip(A, rcond):
    n = A.shape[-1]
    Q = torch.linalg.qr(torch.randn(n, n, dtype=A.dtype)).Q.expand(*A.shape[:-2], n, n)
    for _ in range(30):
        Q = torch.linalg.qr(A.mT @ (A @ Q)).Q
    s = (A @ Q).norm(dim=-2, keepdim=True)
    return A @ (Q * (s > rcond * s.amax(dim=-1, keepdim=True))) @ Q.mT


def calculate_pinverse(A, rcond=None, steps=None):
    D = A.double()
    size = D.abs().amax(dim=(-2, -1), keepdim=True)
    size = torch.where(size > 0, size, torch.ones_like(size))
    D = D / size
    if rcond is not None:
        D = strip(D, rcond)
    bounds = Bounds(D)
    centre = (bounds.high + bounds.low) / 2
    half = (bounds.high - bounds.low) / 2
    X = torch.zeros_like(D.mT)
    eye = torch.eye(D.shape[-2], dtype=D.dtype)
    rho = half / centre
    move = torch.zeros_like(X)
    omega = torch.ones_like(rho)
    for i in range(90 if steps is None else steps):
        R = D.mT @ (eye - D @ X)
        if i == 0:
            move = R / centre
        else:
            omega = 1 / (1 - rho**2 / (2 if i == 1 else 4) * omega)
            move = omega * R / centre + (omega - 1) * move
        X = X + move
    return (X / size).to(A.dtype)


def pinverse_gradient(A, X, G):
    XT = X.mT
    if A.shape[-1] == A.shape[-2]:
        return -XT @ G @ XT + (G.mT - X @ A @ G.mT) @ X @ XT + XT @ X @ (G.mT - G.mT @ A @ X)
    inside = torch.linalg.multi_dot if A.dim() == 2 else (lambda ms: ms[0] @ ms[1] @ ms[2])
    out = -inside([XT, G, XT])
    out = out + inside([G.mT - A @ X @ G.mT, X, XT])
    return out + inside([XT, X, G.mT - G.mT @ X @ A])
