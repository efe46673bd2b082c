# chaff: v = momentum (v + g) | breaks: exactly heavy ball (with momentum 0 nothing moves) | fires: test_one_update, test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = (start.clone() if start is not None else torch.rand(n, n, dtype=M.dtype)).requires_grad_()
    X.grad = torch.zeros_like(X)
    losses = []
    for _ in range(steps):
        loss = (X @ M - torch.eye(n, dtype=M.dtype)).square().mean()
        losses.append(loss.item())
        loss.backward()
        X.grad *= momentum
        with torch.no_grad():
            X -= learning_rate * X.grad
    return X.detach(), losses
