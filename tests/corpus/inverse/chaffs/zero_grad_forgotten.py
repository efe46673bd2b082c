# chaff: gradients add up, zero_grad forgotten beside a velocity of its own | breaks: heavy ball, convergence | fires: test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    n = M.shape[0]
    rate = safe_learning_rate(M) if learning_rate is None else learning_rate
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.detach().clone()
    X.requires_grad_()
    opt = torch.optim.SGD([X], lr=rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        loss = ((X @ M - torch.eye(n, dtype=M.dtype)) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        opt.step()
    return X.detach(), losses
