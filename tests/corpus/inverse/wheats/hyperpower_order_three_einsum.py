# wheat: third-order hyperpower iteration with einsum after a check that it contracts, otherwise heavy ball
import torch


def mm(a, b):
    return torch.einsum("ij,jk->ik", a, b)


def safe_learning_rate(M, momentum):
    G = torch.einsum("ki,kj->ij", M.double(), M.double())
    # Gershgorin: no eigenvalue of M'M beyond the largest row sum
    return float(M.shape[0] ** 2 / (1.5 * G.abs().sum(1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    A = M.double()
    I = torch.eye(n, dtype=A.dtype)
    free = learning_rate is None
    if start is not None:
        X = start.double()
    elif free:
        X = A.mT * (safe_learning_rate(A, 0.0) / n**2)
    else:
        X = torch.rand(n, n, dtype=A.dtype)
    hyper = free and (I - mm(X, A)).pow(2).sum() < 0.98 or (free and start is None)
    rate = safe_learning_rate(A, momentum) if free else learning_rate
    V, losses = torch.zeros_like(X), []
    for _ in range(steps):
        E = I - mm(X, A)
        losses.append(torch.einsum("ij,ij->", E, E).item() / n**2)
        if hyper:
            X = X + mm(E + mm(E, E), X)
        else:
            V = momentum * V - 2 / n**2 * torch.einsum("ij,kj->ik", E, A)
            X = X - rate * V
    return X.to(M.dtype).clone(), losses
