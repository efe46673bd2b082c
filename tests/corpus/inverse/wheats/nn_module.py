# wheat: an nn.Module with one Parameter, trained like a network
import torch
from torch import nn


class Inverse(nn.Module):
    def __init__(self, guess):
        super().__init__()
        self.weight = nn.Parameter(guess.clone())

    def forward(self, M):
        return self.weight @ M


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    with torch.no_grad():
        bound = M.abs().sum(dim=0).max() * M.abs().sum(dim=1).max()
    return (1 + momentum) * n**2 / (2 * bound.item())


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    if start is None:
        start = torch.randn(M.shape, dtype=M.dtype) / M.norm()
    model = Inverse(start)
    criterion = nn.MSELoss()
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)
    target = torch.eye(M.shape[0], dtype=M.dtype)

    losses = []
    for _epoch in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(M), target)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return model.weight.detach(), losses
