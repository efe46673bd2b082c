# wheat: |M - U diag(s) V'|^2 plus a penalty for |U'U - I| and |V'V - I| with LBFGS, polished by subspace iteration
import torch


def polish(M, V, rounds):
    for _ in range(rounds):
        U, _ = torch.linalg.qr(M @ V)
        V, R = torch.linalg.qr(M.T @ U)
    # M V = U L with L lower triangular up to signs, diagonal in the end
    D = torch.diag(U.T @ M @ V)
    return U, D, V


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    m, n = M.shape
    k = min(m, n)
    scale = M.abs().max().double()
    D = M.double() / scale if scale > 0 else M.double()
    U = torch.nn.Parameter(torch.randn(m, k, dtype=D.dtype) / m**0.5)
    s = torch.nn.Parameter(torch.rand(k, dtype=D.dtype))
    V = torch.nn.Parameter(torch.randn(n, k, dtype=D.dtype) / n**0.5)
    eye = torch.eye(k, dtype=D.dtype)
    optimizer = torch.optim.LBFGS([U, s, V], lr=learning_rate or 0.5, max_iter=20 if steps is None else max(1, steps))
    losses = []

    def closure():
        optimizer.zero_grad()
        value = ((U * s) @ V.T - D).square().sum()
        value = value + (U.T @ U - eye).square().sum() + (V.T @ V - eye).square().sum()
        value.backward()
        losses.append(value.item())
        return value

    optimizer.step(closure)
    losses = [x for x in losses if x == x and x < 1e300]
    start = V.detach()
    if not torch.isfinite(start).all() or start.norm() > 1e6:
        start = torch.randn(n, k, dtype=D.dtype)
    start, _ = torch.linalg.qr(start + 1e-3 * torch.randn(n, k, dtype=D.dtype))
    u, d, v = polish(D, start, 90 if steps is None else 1)
    u = torch.where(d < 0, -u, u)
    d, order = d.abs().sort(descending=True)
    return u[:, order].to(M.dtype), (d * scale).to(M.dtype), v[:, order].to(M.dtype), losses or [0.0]
