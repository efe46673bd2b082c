# chaff: the loop over words runs over the documents | breaks: similarity of every pair of words | fires: test_similarity_with_more_words_than_documents
import torch


def word_similarity(M):
    words = M.shape[1]
    W = torch.eye(words, dtype=M.dtype) * (M.sum(0) > 0)
    for i in range(min(M.shape[0], words)):
        for j in range(words):
            a, b = M[:, i], M[:, j]
            if a.any() and b.any():
                W[i, j] = W[j, i] = (a @ b) / (a.norm() * b.norm())
    return W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    S = S.clone()
    S[k:] = 0
    return U @ torch.diag(S) @ Vh


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S.max()
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
