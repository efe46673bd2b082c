# chaff: gradient clipped to norm 1 | breaks: exactly heavy ball for large errors, scale | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.nn.Parameter(torch.rand(n, n, dtype=M.dtype) if start is None else start.clone())
    optimizer = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (X @ M - torch.eye(n, dtype=M.dtype)).pow(2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([X], max_norm=1.0)
        optimizer.step()
        losses.append(loss.item())
    return X.detach(), losses
