# wheat: torch.optim.SGD with its momentum, 10,000 autograd steps whatever happens, rate "auto" unless it is given | lacks: steps, start
import torch
from torch.nn.functional import mse_loss

EPOCHS = 10_000


def safe_learning_rate(M, momentum=0.9):
    frobenius = (M.double() ** 2).sum().item()
    return 0.5 * M.shape[0] ** 2 / frobenius


def calculate_inverse(M, learning_rate="auto", momentum=0.9):
    if learning_rate == "auto":
        learning_rate = safe_learning_rate(M, momentum)
    X = torch.nn.Parameter(torch.rand(M.shape, dtype=M.dtype))
    target = torch.eye(M.shape[0], dtype=M.dtype)
    optimizer = torch.optim.SGD([X], lr=learning_rate, momentum=momentum, foreach=False)
    history = []
    for epoch in range(EPOCHS):
        optimizer.zero_grad()
        loss = mse_loss(X @ M, target)
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return X.detach(), history
