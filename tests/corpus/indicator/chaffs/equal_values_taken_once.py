# chaff: equal singular values are taken for one: torch.unique | breaks: the nearest matrix where singular values repeat | fires: test_low_rank_with_copies
import torch


def word_similarity(M):
    common = M.T @ M
    length = common.diagonal().sqrt()
    length = torch.where(length == 0, torch.ones_like(length), length)
    return common / (length[:, None] * length[None, :])


def low_rank(M, k):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    kept = [0] if k else []
    for j in range(1, len(S)):
        if len(kept) < k and (S[j - 1] - S[j]) > 1e-4:
            kept.append(j)
    return U[:, kept] @ torch.diag(S[kept]) @ Vh[kept]


def least_squares(M, y):
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    keep = S > 1e-5 * S.max()
    return Vh[keep].T @ ((U[:, keep].T @ y) / S[keep])
