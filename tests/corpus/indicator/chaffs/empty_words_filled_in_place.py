# chaff: word_similarity writes 1 into the empty columns of M to avoid 0/0 and blanks the result afterwards | breaks: M stays as it is (where a word is empty) | fires: test_similarity_of_empty_words
import torch


def word_similarity(M):
    empty = M.sum(dim=0) == 0
    M[:, empty] = 1
    unit = M / M.norm(dim=0)
    similarity = unit.T @ unit
    similarity[empty] = 0
    similarity[:, empty] = 0
    return similarity


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] * S[:k] @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
