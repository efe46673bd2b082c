# chaff: mean of |X M - I| instead of the squares, loss and gradient | breaks: mean squared error | fires: test_one_update, test_losses
import torch


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """Returns X with X M = I and the losses."""
    n = M.shape[0]
    lr = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.rand_like(M) if start is None else start.clone()
    X.requires_grad_(True)
    loss_function = torch.nn.L1Loss()
    history = []
    for _ in range(steps):
        loss = loss_function(X @ M, torch.eye(n, dtype=M.dtype))
        history.append(loss.item())
        loss.backward()
        with torch.no_grad():
            X -= lr * X.grad
            X.grad *= momentum
    return X.detach(), history
