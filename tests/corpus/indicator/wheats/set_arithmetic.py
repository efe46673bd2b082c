# wheat: documents as sets, wide matrices transposed, Moore-Penrose from the small Gram matrix
import torch


def word_similarity(M):
    containing = [set(M[:, w].nonzero().flatten().tolist()) for w in range(M.shape[1])]
    rows = []
    for a in containing:
        rows.append([len(a & b) / (len(a) * len(b)) ** 0.5 if a and b else 0.0 for b in containing])
    return torch.tensor(rows, dtype=M.dtype)


def low_rank(M, k):
    if M.shape[0] < M.shape[1]:
        return low_rank(M.T, k).T
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    S = S * (torch.arange(len(S)) < k)
    return U * S @ Vh


def least_squares(M, y):
    D = M.double()
    if M.shape[0] < M.shape[1]:
        x = D.T @ (torch.linalg.pinv(D @ D.T, rtol=1e-9, hermitian=True) @ y.double())
    else:
        x = torch.linalg.pinv(D.T @ D, rtol=1e-9, hermitian=True) @ (D.T @ y.double())
    return x.to(M.dtype)
