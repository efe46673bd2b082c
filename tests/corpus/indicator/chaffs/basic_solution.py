# chaff: dependent words dropped: a least squares solution, not the smallest | breaks: the smallest norm | fires: test_shortest_solution
import torch


def word_similarity(M):
    W = torch.nn.functional.normalize(M, dim=0)
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    chosen = []
    for w in range(M.shape[1]):
        if torch.linalg.matrix_rank(M[:, [*chosen, w]]) > len(chosen):
            chosen.append(w)
    x = torch.zeros(M.shape[1], dtype=M.dtype)
    if chosen:
        x[chosen] = torch.linalg.pinv(M[:, chosen]) @ y
    return x
