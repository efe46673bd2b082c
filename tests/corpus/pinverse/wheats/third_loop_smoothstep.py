# wheat: one matrix at a time; Newton up to one half and then the cubic 3t^2 - 2t^3 as the cut
import torch


def _sigma(A):
    """Ascent for the largest singular value, beginning at each row of A in turn and keeping the best."""
    best = 0.0
    for row in A:
        v = row.clone()
        if v.norm() == 0:
            continue
        v = v / v.norm()
        for _ in range(40):
            v = A.T @ (A @ v)
            v = v / v.norm()
        best = max(best, (A @ v).norm().item())
    return best


def _one(A, rcond, steps):
    top = A.abs().max().item()
    if top == 0:
        return torch.zeros_like(A.T)
    A = A / top
    sigma = _sigma(A)
    A = A / sigma
    t, newton = 0.5, 0
    while t > rcond * rcond:
        t = t / (1 + (1 - t) ** 0.5)
        newton += 1
    X = (t / rcond**2) * A.T
    I = torch.eye(A.shape[0], dtype=A.dtype)
    for k in range(newton + 25 if steps is None else steps):
        AX = A @ X
        if k < newton:
            X = X + X @ (I - AX)
        else:
            X = X @ AX @ (3 * I - 2 * AX)
    return X / sigma / top


def calculate_pinverse(A, rcond=None, steps=None):
    m, n = A.shape[-2], A.shape[-1]
    if rcond is None:
        rcond = max(m, n) * torch.finfo(A.dtype).eps
    rcond = max(float(rcond), 1e-7)
    out = torch.zeros(*A.shape[:-2], n, m, dtype=A.dtype)
    flat_in = A.detach().reshape(A.shape[:-2].numel(), m, n)
    flat_out = out.view(A.shape[:-2].numel(), n, m)
    for i in range(len(flat_in)):
        flat_out[i] = _one(flat_in[i].double(), rcond, steps).to(A.dtype)
    return out


def pinverse_gradient(A, X, G):
    m, n = A.shape[-2], A.shape[-1]
    count = A.shape[:-2].numel()
    out = torch.zeros(count, m, n, dtype=A.dtype)
    for i, (a, x, g) in enumerate(zip(A.reshape(count, m, n), X.reshape(count, n, m), G.reshape(count, n, m))):
        first = -(x.T @ g @ x.T)
        second = (torch.eye(m, dtype=a.dtype) - a @ x) @ g.T @ x @ x.T
        third = x.T @ x @ g.T @ (torch.eye(n, dtype=a.dtype) - x @ a)
        out[i] = first + second + third
    return out.reshape(A.shape)
