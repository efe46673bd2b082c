# chaff: M' R instead of R M' | breaks: heavy ball on the right loss, convergence unless M is special | fires: test_one_update, test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * float(M.abs().sum(0).max()) * float(M.abs().sum(1).max()))


def grad(X, M):
    n = M.shape[0]
    return 2 / n**2 * M.T @ (X @ M - torch.eye(n, dtype=M.dtype))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    B = torch.rand_like(M) if start is None else start.detach().clone()
    V = torch.zeros_like(B)
    curve = []
    for _ in range(steps):
        curve.append((B @ M - torch.eye(n, dtype=M.dtype)).pow(2).mean().item())
        V = momentum * V + grad(B, M)
        B = B - learning_rate * V
    return B, curve
