# wheat: ascent of Brockett's cost tr(V' M'M V N) with a rate for each column and qr as retraction
import torch


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    if M.shape[1] > M.shape[0]:
        V, S, U, losses = calculate_svd(M.T, learning_rate, momentum, steps)
        return U, S, V, losses
    A = M.double()
    G = A.T @ A
    n = len(G)
    N = torch.arange(n, 0, -1, dtype=A.dtype)
    V = torch.linalg.qr(torch.rand(n, n, dtype=A.dtype) - 0.5).Q
    losses = []
    total = G.trace()
    for step in range(250 if steps is None else steps):
        GV = G @ V
        value = (V * GV).sum(dim=0)
        losses.append(-(value * N).sum().item())
        residual = (GV - V * value).norm()
        if residual <= 1e-13 * total:
            break
        # the gradient is 2 G V N; every column has its own rate
        rate = 1 / (2 * N * value.clamp(min=1e-30 * total + 1e-300))
        gradient = 2 * GV * N
        V = torch.linalg.qr(0.1 * V + rate * gradient).Q
    AV = A @ V
    length = AV.norm(dim=0)
    length, order = length.sort(descending=True)
    AV, V = AV[:, order], V[:, order]
    U, R = torch.linalg.qr(AV)
    flip = torch.where(torch.diagonal(R) < 0, -1.0, 1.0).to(A.dtype)
    S = torch.diagonal(R) * flip
    S = torch.cummin(S, dim=0).values
    return (U * flip).to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses or [0.0]
