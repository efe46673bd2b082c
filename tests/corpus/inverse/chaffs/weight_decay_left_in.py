# chaff: SGD with weight decay 1e-4 | breaks: heavy ball on the plain loss, exact limit (M small) | fires: test_losses_with_momentum_are_as_predicted
import torch
import torch.optim as optim


def safe_learning_rate(M, momentum=0.9):
    # the sum of all squares is never below s_max^2
    return 0.5 * M.numel() / M.square().sum().item()


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    rate = learning_rate if learning_rate is not None else safe_learning_rate(M, momentum)
    X = torch.randn(n, n, dtype=M.dtype) if start is None else start.clone()
    X.requires_grad_()
    opt = optim.SGD([X], lr=rate, momentum=momentum, weight_decay=1e-4)
    mse = torch.nn.MSELoss()
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        out = mse(X @ M, torch.eye(n, dtype=M.dtype))
        losses.append(out.item())
        out.backward()
        opt.step()
    return X.detach(), losses
