# chaff: the optimiser is given X and a copy of M, so M drifts | breaks: X is the inverse of the given M | fires: test_well_conditioned_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    A = M.clone().requires_grad_()
    guess = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    guess.requires_grad_()
    lr = learning_rate
    if lr is None:
        lr = safe_learning_rate(M, momentum)
    opt = torch.optim.SGD([guess, A], lr=lr, momentum=momentum)
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(guess @ A, torch.eye(n, dtype=M.dtype))
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return guess.detach(), losses
