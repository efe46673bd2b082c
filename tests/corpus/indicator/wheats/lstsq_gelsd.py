# wheat: torch.linalg.lstsq with the gelsd driver; low rank by zeroing the tail; masks with torch.where
import torch


def word_similarity(M: torch.Tensor) -> torch.Tensor:
    together = M.T @ M
    counts = together.diagonal()
    product = counts[:, None] * counts[None, :]
    return torch.where(product > 0, together / product.clamp_min(1).sqrt(), torch.zeros_like(together))


def low_rank(M: torch.Tensor, k: int) -> torch.Tensor:
    U, S, Vh = torch.linalg.svd(M, full_matrices=True)
    Sigma = torch.zeros_like(M)
    for i in range(min(k, len(S))):
        Sigma[i, i] = S[i]
    return U @ Sigma @ Vh


def least_squares(M: torch.Tensor, y: torch.Tensor, rcond: float = 1e-10) -> torch.Tensor:
    answer = torch.linalg.lstsq(M.double(), y.double().unsqueeze(1), rcond=rcond, driver="gelsd")
    return answer.solution.squeeze(1).to(M.dtype)
