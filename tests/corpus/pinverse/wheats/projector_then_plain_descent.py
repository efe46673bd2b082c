# wheat: loop over the matrices; drop small singular values with a purified projector, then plain gradient descent from zero
import torch


def _power(A):
    v = torch.rand(A.shape[1], dtype=A.dtype) + 0.1
    s = 0.0
    for _ in range(200):
        w = A.T @ (A @ v)
        length = w.norm()
        if length == 0:
            return 0.0
        v = w / length
        s = (A @ v).norm().item()
    return s


def _projector(B, rcond):
    """B has largest singular value 1. The projector on its rows beyond the cutoff."""
    H = B.T @ B
    t, back = 0.5, 0
    while t > rcond**2:
        t = t / (1 + (1 - t) ** 0.5)
        back += 1
    H = H * (t / rcond**2)
    for _ in range(back):
        H = 2 * H - H @ H
    for _ in range(20):
        H2 = H @ H
        H = 3 * H2 - 2 * H2 @ H
    return H


def _one(A, rcond, steps):
    m, n = A.shape
    size = _power(A)
    if size == 0.0:
        return torch.zeros(n, m, dtype=A.dtype)
    B = A / size
    if rcond > 1e-5:                 # below, a descent from zero never gets going there
        B = B @ _projector(B, rcond)
    X = torch.zeros(n, m, dtype=A.dtype)
    I = torch.eye(m, dtype=A.dtype)
    for _ in range(800 if steps is None else steps):
        X = X - 0.99 * B.T @ (B @ X - I)
    return X / size


def calculate_pinverse(A, rcond=None, steps=None):
    *batch, m, n = A.shape
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    X = torch.empty(*batch, n, m, dtype=A.dtype)
    flat_in, flat_out = A.reshape(-1, m, n), X.view(-1, n, m)
    for k in range(flat_in.shape[0]):
        flat_out[k] = _one(flat_in[k].double(), rcond, steps)
    return X


def pinverse_gradient(A, X, G):
    """Vector-Jacobian product of the formula of Golub and Pereyra for dX."""
    def dX(dA):
        dAT = dA.mT
        return -X @ dA @ X + X @ X.mT @ (dAT - dAT @ A @ X) + (dAT - X @ A @ dAT) @ X.mT @ X

    _, back = torch.func.vjp(dX, torch.zeros_like(A))
    return back(G)[0]
