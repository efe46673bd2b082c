# wheat: the most specialised library calls: normalize, svd with parts added one after the other, lstsq with the driver gelsd
import torch
from torch.nn.functional import normalize


def word_similarity(M):
    """Return the cosines of the columns; normalize leaves a column of zeros as it is."""
    columns = normalize(M, dim=0)
    return torch.einsum("di,dj->ij", columns, columns)


def low_rank(M, k):
    """Add up the first k parts."""
    left, sizes, right = torch.linalg.svd(M, full_matrices=True)
    nearest = torch.zeros_like(M)
    for i in range(k):
        nearest += sizes[i] * torch.outer(left[:, i], right[i])
    return nearest


def least_squares(M, y):
    """gelsd finds the shortest solution also if the columns are not independent; it wants a column."""
    solution = torch.linalg.lstsq(M, y.unsqueeze(1), rcond=1e-5, driver="gelsd").solution
    return solution.squeeze(1)
