# chaff: gradient descent from a random start: the component no document sees stays | breaks: the smallest norm | fires: test_shortest_solution
import torch


def word_similarity(M):
    lengths = M.norm(dim=0)
    W = M / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    x = torch.randn(M.shape[1], dtype=M.dtype)
    rate = 1 / (M.abs().sum(0).max() * M.abs().sum(1).max()).clamp(min=1)
    for _ in range(3000):
        g = M.T @ (M @ x - y)
        if g.abs().max() < 1e-6 * (M.T @ y).abs().max():
            break
        x = x - rate * g
    return x
