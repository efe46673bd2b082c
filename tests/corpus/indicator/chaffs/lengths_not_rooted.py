# chaff: sums of squares instead of lengths | breaks: any other word has similarity 1 with itself | fires: test_similarity_of_words, test_similarity_is_a_similarity
import torch


def word_similarity(M):
    count = (M**2).sum(dim=0).clamp(min=1)
    return (M.T @ M) / torch.outer(count, count)


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M)
    result = torch.zeros_like(M)
    for i in range(k):
        result = result + S[i] * torch.outer(U[:, i], Vh[i, :])
    return result


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S[0]
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
