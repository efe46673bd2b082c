# wheat: Newton-Schulz from A' / |A|^2; the cutoff by the matrix sign of A'A - c^2 I, which Newton-Schulz finds too
import torch


def T(M):
    return M.transpose(-2, -1)


def largest_square(A):
    v = torch.ones(*A.shape[:-2], A.shape[-1], 1, dtype=A.dtype) + 0.1 * torch.rand(A.shape[-1], 1, dtype=A.dtype)
    for _ in range(100):
        v = T(A) @ (A @ v)
        v = v / v.norm(dim=-2, keepdim=True).clamp(min=1e-300)
    return (A @ v).square().sum(dim=(-2, -1), keepdim=True)


def remove_small(A, rcond):
    total = A.square().sum(dim=(-2, -1), keepdim=True).clamp(min=1e-300)
    eye = torch.eye(A.shape[-1], dtype=A.dtype)
    Z = (T(A) @ A - rcond**2 * largest_square(A) * eye) / total
    for _ in range(90):
        Z = 1.5 * Z - 0.5 * Z @ Z @ Z
    return A @ (eye + Z) / 2


def calculate_pinverse(A, rcond=None, steps=None):
    B = A.to(torch.float64)
    # to size one first, so that 1e-4 and 1e4 look alike
    scale = B.abs().amax(dim=(-2, -1), keepdim=True)
    B = B / torch.where(scale == 0, 1.0, scale)
    if rcond is not None and rcond > 0:
        B = remove_small(B, rcond)
    square = B.square().sum(dim=(-2, -1), keepdim=True)
    X = T(B) / torch.where(square == 0, 1.0, square)
    if steps is None:
        steps = 40
    moving = square > 0
    for _ in range(steps):
        if not moving.any():
            break
        move = X - X @ B @ X
        X = X + move * moving
        # whoever has arrived must stop: rounding errors in A double with every step
        moving = moving & (move.norm(dim=(-2, -1), keepdim=True) > 1e-4 * X.norm(dim=(-2, -1), keepdim=True))
    return (X / torch.where(scale == 0, 1.0, scale)).to(A.dtype)


def pinverse_gradient(A, X, G):
    Xt, Gt = T(X), T(G)
    left = Gt - A @ (X @ Gt)  # (I - A X) G'
    right = Gt - (Gt @ X) @ A  # G' (I - X A)
    return -Xt @ G @ Xt + left @ (X @ Xt) + (Xt @ X) @ right
