# wheat: the published loop, always 10,000 updates by backward(), with a rate of its own where none is given | lacks: steps, start
import torch


def safe_learning_rate(M, momentum):
    """n^2 / (2 |M|_1 |M|_inf), as in section 5."""
    size = M.abs()
    return len(M) ** 2 / (2 * size.sum(dim=0).max().item() * size.sum(dim=1).max().item())


def mse(Y_hat, Y):
    return ((Y_hat - Y) ** 2).mean()


def calculate_inverse(M, learning_rate=None, momentum=0.9):
    """Return (inverse, losses)."""
    if learning_rate is None:
        learning_rate = safe_learning_rate(M, momentum)
    identity = torch.eye(len(M), dtype=M.dtype)
    inverse = torch.rand_like(M, requires_grad=True)
    losses = []
    for step in range(10_000):
        loss = mse(inverse @ M, identity)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            inverse -= learning_rate * inverse.grad
            inverse.grad *= momentum  # not zeroed: this is the velocity
    return inverse.detach(), losses
