# chaff: always begins at a random guess | breaks: start is the first guess | fires: test_one_update
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    X = torch.rand(n, n, dtype=M.dtype, requires_grad=True)
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    optimizer = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(X @ M, torch.eye(n, dtype=M.dtype))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return X.detach(), losses
