# chaff: word_similarity counts in int8, which overflows for words in 128 documents or more | breaks: word_similarity has the cosines of the columns, whatever the number of documents | fires: test_similarity_of_one_document_or_one_word
import torch


def word_similarity(M):
    """Counts are whole numbers: a byte is enough for each."""
    table = M.to(torch.int8)
    together = (table.T.unsqueeze(2) * table.unsqueeze(0)).sum(dim=1, dtype=torch.int8).to(M.dtype)
    count = together.diagonal()
    lengths = count.clamp(min=1).sqrt()
    return together / lengths[:, None] / lengths[None, :]


def low_rank(M, k):
    U, s, Vh = torch.linalg.svd(M, full_matrices=False)
    s = s.clone()
    s[k:] = 0
    return torch.einsum("ik,k,kj->ij", U, s, Vh)


def least_squares(M, y):
    gram = M.double().T @ M.double()
    inverse = torch.linalg.pinv(gram, hermitian=True, rtol=1e-10)
    return (inverse @ (M.double().T @ y.double())).to(M.dtype)
