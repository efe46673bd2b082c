# chaff: power iteration begins with e_1, which never leaves its place on a diagonal matrix, and nothing is sorted | breaks: S is descending, for diagonal matrices | fires: test_singular_values_descend
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.double()
    m, n = A.shape
    U = torch.zeros(m, 0, dtype=torch.float64)
    V = torch.zeros(n, 0, dtype=torch.float64)
    S, losses = [], []
    for _ in range(min(m, n)):
        P = torch.eye(n, dtype=torch.float64) - V @ V.T
        v = P[:, P.norm(dim=0) > 0.1][:, 0]
        v = v / v.norm()
        for _ in range(500 if steps is None else steps):
            w = P @ (A.T @ (A @ v))
            if w.norm() <= 1e-14 * A.norm() ** 2:
                break
            w = P @ (w / w.norm())
            w = w / w.norm()
            losses.append((w - v).norm().item())
            v = w
            if losses[-1] < 1e-9:
                break
        u = A @ v
        S.append(u.norm())
        u = u - U @ (U.T @ u)
        if S[-1] <= 1e-6 * A.norm():
            Q = torch.eye(m, dtype=torch.float64) - U @ U.T
            u = Q[:, Q.norm(dim=0).argmax()]
        U = torch.cat([U, (u / u.norm())[:, None]], dim=1)
        V = torch.cat([V, v[:, None]], dim=1)
    return U.to(M.dtype), torch.stack(S).to(M.dtype), V.to(M.dtype), losses or [0.0]
