# chaff: loss and gradient of the sum of squares, own rate adapted | breaks: heavy ball on the mean, losses | fires: test_one_update, test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max() * M.abs().sum(1).max()).item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum) / n**2
    criterion = torch.nn.MSELoss(reduction="sum")
    X = (torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()).requires_grad_()
    optimizer = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        loss = criterion(X @ M, torch.eye(n, dtype=M.dtype))
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return X.detach(), losses
