# wheat: classical Jacobi on M'M (largest off-diagonal entry first), U from M V
import torch


def rotate(G, V, p, q):
    theta = 0.5 * torch.atan2(2 * G[p, q], G[q, q] - G[p, p])
    c, s = torch.cos(theta), torch.sin(theta)
    for X in (G, V):
        a, b = X[:, p].clone(), X[:, q].clone()
        X[:, p] = c * a - s * b
        X[:, q] = s * a + c * b
    a, b = G[p].clone(), G[q].clone()
    G[p] = c * a - s * b
    G[q] = s * a + c * b


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    if M.shape[0] < M.shape[1]:
        left, S, right, losses = calculate_svd(M.t(), learning_rate, momentum, steps)
        return right, S, left, losses
    D = M.double()
    G = D.T @ D
    n = G.shape[0]
    V = torch.eye(n, dtype=D.dtype)
    losses = []
    upper = torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)
    limit = 1e-13 * G.norm()
    for _ in range(6 * n * n if steps is None else steps):
        off = torch.where(upper, G.abs(), torch.zeros_like(G))
        losses.append(off.max().item())
        if off.max() <= limit:
            break
        place = int(off.argmax())
        rotate(G, V, place // n, place % n)
    if not losses:
        losses.append(0.0)
    V = torch.linalg.qr(V).Q  # rounding of many rotations
    lengths = (D @ V).norm(dim=0)
    V = V[:, torch.argsort(lengths, descending=True)]
    U, R = torch.linalg.qr(D @ V)
    diagonal = R.diagonal()
    V = V * torch.where(diagonal < 0, -1.0, 1.0)
    S, order = diagonal.abs().sort(descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses
