# chaff: G is made smaller in place on the way | breaks: arguments stay unchanged | fires: test_gradient_shape_and_arguments
import torch


def half_square(X, A):
    return 0.5 * ((A @ X - torch.eye(A.shape[-2], dtype=A.dtype)) ** 2).sum()


slope = torch.func.grad(half_square)


def keep_above(A, rcond):
    # simultaneous iteration, from the left: U spans the columns that count
    U = torch.randn(*A.shape[:-1], A.shape[-2], dtype=A.dtype)
    for _ in range(32):
        U, _ = torch.linalg.qr(A @ (A.transpose(-1, -2) @ U))
    w = torch.linalg.vector_norm(U.transpose(-1, -2) @ A, dim=-1)
    U = torch.where((w > rcond * w.amax(dim=-1, keepdim=True)).unsqueeze(-2), U, 0.0)
    return U @ (U.transpose(-1, -2) @ A)


def calculate_pinverse(A, rcond=None, steps=None):
    rounding = max(A.shape[-2:]) * torch.finfo(A.dtype).eps
    D = keep_above(A.to(torch.double), rounding if rcond is None else rcond)
    norm = D.abs().sum(dim=-1).amax(dim=-1) * D.abs().sum(dim=-2).amax(dim=-1)  # |A|_inf |A|_1
    norm = norm[..., None, None]
    L = torch.where(norm > 0, norm, torch.ones_like(norm))
    X = torch.zeros(*A.shape[:-2], A.shape[-1], A.shape[-2], dtype=torch.double)
    Y = X
    k = torch.zeros_like(L)
    small = 1e-6 * D.abs().amax(dim=(-2, -1), keepdim=True)
    for _ in range(2000 if steps is None else steps):
        G = slope(Y, D)
        if not (G.abs().amax(dim=(-2, -1), keepdim=True) > small).any():
            X = Y
            break
        new = Y - G / L
        uphill = (G * (new - X)).sum(dim=(-2, -1), keepdim=True) > 0
        k = torch.where(uphill, torch.zeros_like(k), k + 1)
        Y = new + k / (k + 3) * (new - X)
        X = new
    return X.to(A.dtype)


def pinverse_gradient(A, X, G):
    Xt = X.transpose(-1, -2)
    Gt = G.transpose(-1, -2)
    first = Xt @ G @ Xt
    second = (Gt - A @ X @ Gt) @ X @ Xt
    third = Xt @ X @ (Gt - Gt @ X @ A)
    G -= X @ A @ G
    return second + third - first
