# chaff: M brought to size one, S not scaled back | breaks: S for other scales | fires: test_singular_values
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    A = M.to(torch.float64)
    size = A.abs().max()
    if size > 0:
        A = A / size
    U = torch.zeros(m, k, dtype=A.dtype)
    V = torch.zeros(n, k, dtype=A.dtype)
    S = torch.zeros(k, dtype=A.dtype)
    losses = []
    rest = A.clone()
    for i in range(k):
        v = torch.randn(n, dtype=A.dtype)
        v = v - V @ (V.T @ v)
        v = v / v.norm()
        for step in range(400 if steps is None else steps):
            w = rest.T @ (rest @ v)
            w = w - V @ (V.T @ w)
            if w.norm() < 1e-20:
                break
            w = w / w.norm()
            moved = (w - v).norm()
            v = w
            if moved < 5e-7:
                break
        v = v - V @ (V.T @ v)
        v = v / v.norm()
        u = A @ v
        s = u.norm()
        if s < 1e-6:  # nothing left: any direction at right angles to the others will do
            s = torch.zeros(())
            u = torch.randn(m, dtype=A.dtype)
        for _ in range(2):
            u = u - U @ (U.T @ u)
        u = u / u.norm()
        U[:, i], S[i], V[:, i] = u, s, v
        rest = rest - s * torch.outer(u, v)
        losses.append(rest.square().mean().item())
    S, order = torch.sort(S, descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses
