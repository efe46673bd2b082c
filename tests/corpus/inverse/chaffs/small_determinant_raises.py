# chaff: takes |det| < 1e-6 for singular | breaks: every invertible M, small ones too | fires: test_scaled_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.size(0)
    columns = torch.max(torch.sum(torch.abs(M), dim=0)).item()
    rows = torch.max(torch.sum(torch.abs(M), dim=1)).item()
    return n * n / (2 * columns * rows)


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    """The inverse of M by gradient descent with momentum."""
    if abs(torch.det(M).item()) < 1e-6:
        raise ValueError("singular matrix")
    n = M.shape[0]
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    X = (torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()).requires_grad_()
    opt = torch.optim.SGD([X], lr=learning_rate, momentum=momentum)
    history = []
    for _ in range(steps):
        opt.zero_grad()
        out = torch.nn.functional.mse_loss(X @ M, torch.eye(n, dtype=M.dtype))
        history.append(out.item())
        out.backward()
        opt.step()
    return X.detach(), history
