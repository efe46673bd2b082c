# chaff: Adam also when a rate is given | breaks: exactly heavy ball | fires: test_one_update, test_three_updates_with_momentum
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    X = torch.rand(n, n, dtype=M.dtype) if start is None else start.detach().clone()
    X.requires_grad_()
    if learning_rate is None:
        optimizer = torch.optim.SGD([X], lr=safe_learning_rate(M, momentum), momentum=momentum)
    else:
        optimizer = torch.optim.Adam([X], lr=learning_rate, betas=(momentum, 0.999))
    losses = []
    for _ in range(steps):
        loss = ((X @ M - torch.eye(n, dtype=M.dtype)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return X.detach(), losses
