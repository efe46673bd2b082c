# chaff: division by zero for empty words | breaks: an empty word has similarity 0 | fires: test_similarity_of_empty_words
import torch


def word_similarity(M):
    W = M / M.norm(dim=0)
    return W.T @ W


def low_rank(M, k):
    _, _, Vh = torch.linalg.svd(M, full_matrices=False)
    best = Vh[:k]
    return M @ best.T @ best


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
