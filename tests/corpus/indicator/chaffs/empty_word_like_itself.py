# chaff: diagonal set to 1 for every word | breaks: an empty word has similarity 0 with itself | fires: test_similarity_of_empty_words
import torch


def word_similarity(M):
    W = torch.nn.functional.normalize(M, dim=0)
    S = W.T @ W
    S.fill_diagonal_(1.0)
    return S


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
