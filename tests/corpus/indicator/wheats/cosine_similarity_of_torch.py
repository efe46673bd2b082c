# wheat: torch.nn.functional.cosine_similarity with broadcasting, lstsq with the gelsd driver
import torch
import torch.nn.functional as F


def word_similarity(M):
    columns = M.T
    return F.cosine_similarity(columns[:, None, :], columns[None, :, :], dim=-1)


def low_rank(M, k):
    u, s, v = torch.svd(M)
    s = s.clone()
    s[k:] = 0
    return (u * s) @ v.T


def least_squares(M, y):
    answer = torch.linalg.lstsq(M, y.unsqueeze(1), driver="gelsd", rcond=1e-5)
    return answer.solution.squeeze(1)
