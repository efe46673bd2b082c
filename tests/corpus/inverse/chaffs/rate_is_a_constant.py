# chaff: safe rate is always 0.9 | breaks: safe rate below the stability limit, a hundred times smaller for 10 M | fires: test_rate_follows_the_scale
import torch


def safe_learning_rate(M, momentum=0.9):
    return 0.9


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    I = torch.eye(n, dtype=M.dtype)  # noqa: E741
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.rand_like(M) if start is None else start.detach().clone()
    X.requires_grad_(True)
    history = []
    for _ in range(steps):
        loss = ((X @ M - I) ** 2).mean()
        history.append(loss.item())
        loss.backward()
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X.detach(), history
