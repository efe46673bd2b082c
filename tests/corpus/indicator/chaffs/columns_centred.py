# chaff: means subtracted first: correlation, not cosine | breaks: cosine similarity | fires: test_similarity_of_words
import torch


def word_similarity(M):
    C = M - M.mean(dim=0)
    C = torch.nn.functional.normalize(C, dim=0)
    return C.T @ C


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]


def least_squares(M, y):
    return torch.linalg.pinv(M) @ y
