# chaff: a fixed number of 20 updates of each vector, too few for neighbours 1.2 apart | breaks: accuracy for factors of 1.2 | fires: test_large_matrices
import torch


def orthonormalise(x, Q):
    for _ in range(2):
        for q in Q:
            x = x - (q @ x) * q
    return x


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=20):
    A = M.double()
    m, n = A.shape
    steps = 20 if steps is None else steps
    us, ss, vs, losses = [], [], [], []
    torch.manual_seed(0)
    for _ in range(min(m, n)):
        v = orthonormalise(torch.randn(n, dtype=torch.float64), vs)
        v = v / v.norm()
        for _ in range(steps):
            w = orthonormalise(A.T @ (A @ v), vs)
            if w.norm() <= 1e-13 * A.norm() ** 2:
                break
            losses.append((w / w.norm() - v).norm().item())
            v = orthonormalise(w / w.norm(), vs)
            v = v / v.norm()
        u = A @ v
        s = u.norm()
        if s <= 1e-6 * A.norm():
            u = torch.randn(m, dtype=torch.float64)
        u = orthonormalise(u, us)
        us.append(u / u.norm())
        ss.append(s)
        vs.append(v)
    S, order = torch.stack(ss).sort(descending=True)
    U, V = torch.stack(us, dim=1)[:, order], torch.stack(vs, dim=1)[:, order]
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses or [0.0]
