# wheat: einsum everywhere, safe rate by fifty power iterations with a margin
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    A = M.to(torch.float64)
    x = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    for _ in range(50):
        x = torch.einsum("ki,kj,j->i", A, A, x)
        x = x / x.norm()
    sigma_squared = (A @ x).square().sum().item()
    return 0.6 * n**2 / sigma_squared


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    if start is None:
        start = torch.randn(n, n, dtype=M.dtype)
    X = start.clone()
    V = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        R = torch.einsum("ij,jk->ik", X, M) - I
        losses.append(torch.einsum("ij,ij->", R, R).item() / n**2)
        V = momentum * V + 2 / n**2 * torch.einsum("ik,jk->ij", R, M)
        X = X - learning_rate * V
    return X, losses
