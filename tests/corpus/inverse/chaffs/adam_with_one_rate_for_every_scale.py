# chaff: Adam with rate 0.01 when left to itself, whatever the size of M | breaks: default convergence at every scale | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return float(n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    X = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    X = torch.nn.Parameter(X)
    if learning_rate is None:
        opt = torch.optim.Adam([X], lr=0.01)
    else:
        opt = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(X @ M, torch.eye(n, dtype=M.dtype))
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return X.detach(), losses
