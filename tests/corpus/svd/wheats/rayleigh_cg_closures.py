# wheat: Rayleigh quotient ascent by conjugate gradients with exact line search, written with closures
import math

import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    if M.shape[0] < M.shape[1]:
        U, S, V, losses = calculate_svd(M.mT, learning_rate, momentum, steps)
        return V, S, U, losses

    A = M.double()
    scale = A.abs().max().item() or 1.0
    A = A / scale
    m, n = A.shape
    total = A.norm().item()
    losses = []
    found = []

    def project(x):
        for _ in range(2):
            for q in found:
                x = x - (q @ x) * q
        return x

    def unit(x):
        return x / x.norm()

    def climb(x):
        """Ascend |A x|^2 on the sphere, at right angles to all that was found."""
        Ax = A @ x
        direction, old = None, None
        for _ in range(600 if steps is None else steps):
            rho = Ax @ Ax
            g = project(A.T @ Ax - rho * x)
            gg = (g @ g).item()
            losses.append(math.sqrt(gg) / total**2 if total > 0 else 0.0)
            if rho.item() <= (1e-7 * total) ** 2 or math.sqrt(gg) <= 1e-8 * rho.item():
                break
            if direction is None:
                direction = g
            else:
                beta = max(0.0, (g @ (g - old)).item() / (old @ old).item())
                direction = g + beta * direction
                if (direction @ g).item() <= 0:
                    direction = g
            old = g
            direction = project(direction - (direction @ x) * x)
            length = direction.norm()
            if length == 0:
                break
            p = direction / length
            Ap = A @ p
            # on the great circle cos t x + sin t p the quotient is a sine wave: its top is known
            theta = 0.5 * math.atan2(2 * (Ax @ Ap).item(), (rho - Ap @ Ap).item())
            c, s = math.cos(theta), math.sin(theta)
            x, Ax, direction = c * x + s * p, c * Ax + s * Ap, length * (c * p - s * x)
        return unit(project(x))

    generator = torch.Generator().manual_seed(0)
    for _ in range(n):
        start = unit(project(torch.randn(n, generator=generator, dtype=torch.float64)))
        found.append(climb(unit(project(start))))

    found.sort(key=lambda x: -(A @ x).norm().item())
    V = torch.stack(found, dim=1)
    W = A @ V
    S = W.norm(dim=0)
    columns = []
    for j in range(n):
        u = W[:, j].clone()
        if S[j] <= 1e-6 * S[0] or S[j] == 0:
            P = torch.eye(m, dtype=torch.float64)
            for q in columns:
                P = P - torch.outer(q, q @ P)
            u = P[:, P.norm(dim=0).argmax()]
        u = unit(u)
        for _ in range(2):
            for q in columns:
                u = unit(u - (q @ u) * q)
        columns.append(u)
    U = torch.stack(columns, dim=1)
    return U.to(M.dtype), (S * scale).to(M.dtype), V.to(M.dtype), losses or [0.0]
