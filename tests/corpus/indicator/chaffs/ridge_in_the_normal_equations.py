# chaff: inverse of M'M with a ridge to make it run | breaks: smallest norm and least squares, exactly | fires: test_independent_words, test_shortest_solution
import torch


def word_similarity(M):
    together = M.T @ M
    count = together.diagonal().clamp(min=1)
    return together / torch.sqrt(torch.outer(count, count))


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    n = M.shape[1]
    G = M.T @ M + 0.01 * torch.eye(n, dtype=M.dtype)
    return torch.linalg.solve(G, M.T @ y)
