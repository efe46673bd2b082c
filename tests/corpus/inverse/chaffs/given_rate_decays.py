# chaff: the given rate shrinks by 1 % each step | breaks: heavy ball with the given rate | fires: test_losses_without_momentum_are_as_predicted
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    decay = 0.99 if learning_rate is not None else 1.0
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    X = X.requires_grad_()
    opt = torch.optim.SGD([X], lr=rate, momentum=momentum)
    schedule = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=decay)
    history = []
    for _ in range(steps):
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(X @ M, torch.eye(n, dtype=M.dtype))
        loss.backward()
        history.append(loss.item())
        opt.step()
        schedule.step()
    return X.detach(), history
