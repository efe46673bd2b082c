# chaff: squeeze() on the result | breaks: X has the shape of M for n = 1 | fires: test_one_by_one_matrices
import torch


def safe_learning_rate(M, momentum=0.9):
    n = M.shape[-1]
    return n**2 / (2 * float(torch.linalg.norm(M, 1)) * float(torch.linalg.norm(M, torch.inf)))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    # heavy ball: velocity first, then the guess
    n = M.shape[0]
    lr = safe_learning_rate(M) if learning_rate is None else learning_rate
    guess = torch.rand(n, n, dtype=M.dtype) if start is None else start.clone()
    velocity = torch.zeros_like(guess)
    history = []
    for _ in range(steps):
        r = guess @ M - torch.eye(n, dtype=M.dtype)
        history.append((r * r).mean().item())
        velocity = momentum * velocity + 2 / n**2 * r @ M.T
        guess = guess - lr * velocity
    return guess.squeeze(), history
