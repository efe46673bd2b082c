# wheat: ascent of |M v|^2 on the sphere with heavy-ball momentum (autograd), deflation by projection, Parameters returned
import torch
from torch.nn.functional import normalize


def project(x, Q):
    x = x - Q @ (Q.T @ x)
    return x - Q @ (Q.T @ x)


def climb(A, v, V, beta, steps):
    """From v to the highest point of the sphere at right angles to V."""
    roll = torch.zeros_like(v)
    for _ in range(steps):
        leaf = v.detach().requires_grad_()
        height = 0.5 * (A @ leaf).square().sum()
        (g,) = torch.autograd.grad(height, leaf)
        if height.item() == 0:
            break
        g = project(g / (2 * height.item()), V)
        g = g - (g @ v) * v  # along the sphere only
        roll = beta * roll + g
        new = normalize(project(v + roll, V), dim=0)
        move = (new - v).norm()
        v = new
        if move + g.norm() < 1e-6:  # the move alone is small at every turning point
            break
    return v


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    A = M.double()
    U = torch.zeros(m, k, dtype=A.dtype)
    V = torch.zeros(n, k, dtype=A.dtype)
    S = torch.zeros(k, dtype=A.dtype)
    beta = min(momentum, 0.3)  # more would overshoot on the sphere
    nothing = 1e-6 * A.norm()
    losses = []
    for i in range(k):
        v = normalize(project(torch.randn(n, dtype=A.dtype), V), dim=0)
        if (A - A @ V @ V.T).norm() > nothing:
            v = climb(A, v, V, beta, 300 if steps is None else steps)
        S[i] = (A @ v).norm()
        u = project(A @ v, U)
        if u.norm() <= 0.5 * S[i]:  # nothing but rounding left: any free direction
            u = project(torch.randn(m, dtype=A.dtype), U)
        U[:, i] = normalize(project(normalize(u, dim=0, eps=1e-300), U), dim=0)
        V[:, i] = v
        losses.append((A - (U * S) @ V.T).square().mean().item())
    S, order = S.sort(descending=True)
    U, V = U[:, order], V[:, order]
    return tuple(torch.nn.Parameter(X.to(M.dtype)) for X in (U, S, V)) + (losses,)
