# chaff: intersection over union | breaks: cosine similarity of words of different frequency | fires: test_similarity_of_words
import torch


def word_similarity(M):
    both = M.T @ M
    count = M.sum(dim=0)
    either = count[:, None] + count[None, :] - both
    return both / either.clamp(min=1)


def low_rank(M, k):
    _, _, Vh = torch.linalg.svd(M, full_matrices=False)
    best = Vh[:k]
    return M @ best.T @ best


def least_squares(M, y):
    plus = torch.linalg.pinv(M.double())
    return (plus @ y.double()).to(M.dtype)
