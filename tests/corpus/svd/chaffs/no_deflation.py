# chaff: nothing subtracted: the first vector again and again | breaks: M = U diag(S) V' | fires: test_product
import torch


def normalised(x):
    return x / x.norm()


def free_direction(Q, length):
    """A unit vector at right angles to the columns of Q."""
    x = torch.randn(length, dtype=torch.float64)
    for _ in range(3):
        x = normalised(x - Q @ (Q.T @ x))
    return x


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    R = M.double().clone()
    U = torch.zeros(m, k, dtype=R.dtype)
    V = torch.zeros(n, k, dtype=R.dtype)
    S = torch.zeros(k, dtype=R.dtype)
    losses = [R.square().sum().item()]
    smallest = 1e-8 * R.norm().item()
    for i in range(k):
        u, v = free_direction(U, m), free_direction(V, n)
        for t in range(150 if steps is None else steps):
            p = R.T @ u
            if p.norm() <= smallest:
                break
            v = normalised(p)
            q = R @ v
            u = normalised(q)
        v = normalised(v - V @ (V.T @ v))
        u = normalised(u - U @ (U.T @ u))
        s = u @ R @ v
        if s < 0:
            s, u = -s, -u
        U[:, i] = u
        V[:, i] = v
        S[i] = s
        losses.append(R.square().sum().item())
    S, order = torch.sort(S, descending=True)
    U, V = U[:, order], V[:, order]
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses
