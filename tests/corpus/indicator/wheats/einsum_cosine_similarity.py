# wheat: torch.cosine_similarity by broadcasting, einsum, projection from the left
import torch


def word_similarity(M):
    a, b = M.T.unsqueeze(1), M.T.unsqueeze(0)
    return torch.cosine_similarity(a, b, dim=2, eps=1e-8)


def low_rank(M, k):
    work = M.double()
    values, vectors = torch.linalg.eigh(torch.einsum("dw,ew->de", work, work))
    best = vectors.flip(1)[:, :k]  # eigh sorts upwards
    return torch.einsum("dk,ek,ew->dw", best, best, work).to(M.dtype)


def least_squares(M, y):
    work = M.double()
    inverse = torch.linalg.pinv(torch.einsum("dw,dv->wv", work, work), hermitian=True, rtol=1e-11)
    return torch.einsum("wv,dv,d->w", inverse, work, y.double()).to(M.dtype)
