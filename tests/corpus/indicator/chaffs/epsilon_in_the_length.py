# chaff: 0.01 added to every length | breaks: any other word has similarity 1 with itself | fires: test_similarity_of_words, test_similarity_is_a_similarity
import torch


def word_similarity(M):
    W = M / (M.norm(dim=0) + 0.01)
    return W.T @ W


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    return U[:, :k] @ torch.diag(S[:k]) @ Vh[:k]


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S[0]
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
