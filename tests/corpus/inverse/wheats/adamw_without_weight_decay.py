# wheat: AdamW with weight decay 0 and an exponentially falling rate
import torch


def safe_learning_rate(M, momentum=0.9):
    largest_row = max(sum(abs(x) for x in row) for row in M.tolist())
    largest_column = max(sum(abs(x) for x in column) for column in M.T.tolist())
    return len(M) ** 2 / (2 * largest_row * largest_column)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = len(M)
    identity = torch.eye(n, dtype=M.dtype)
    scale = 1.0
    if learning_rate is None:
        scale = M.pow(2).mean().mul(n).sqrt().item()
    guess = torch.randn(n, n, dtype=M.dtype) / (n * scale) if start is None else start
    X = torch.nn.Parameter(guess * scale)
    if learning_rate is None:
        optimizer = torch.optim.AdamW([X], lr=0.1, betas=(0.9, 0.9), eps=1e-12, weight_decay=0.0)
        scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.995)
    else:
        optimizer = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
        scheduler = None

    losses = []
    for _ in range(steps):
        loss = torch.nn.functional.mse_loss(X @ (M / scale), identity)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
    return (X / scale).detach(), losses
