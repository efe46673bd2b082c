# wheat: loops over words and documents, sets of documents; rank-one parts subtracted one by one
import math

import torch


def word_similarity(M):
    documents, words = M.shape
    # which documents contain the word?
    contains = []
    for w in range(words):
        where = set()
        for d in range(documents):
            if M[d, w] == 1:
                where.add(d)
        contains.append(where)
    result = torch.zeros(words, words, dtype=M.dtype)
    for a in range(words):
        for b in range(words):
            if len(contains[a]) == 0 or len(contains[b]) == 0:
                result[a, b] = 0
            else:
                both = len(contains[a] & contains[b])
                result[a, b] = both / math.sqrt(len(contains[a]) * len(contains[b]))
    return result


def low_rank(M, k):
    U, S, V = torch.svd(M.double())
    result = torch.zeros(M.shape, dtype=torch.float64)
    for i in range(k):
        if S[i] < 1e-9:
            break  # nothing is left
        for d in range(M.shape[0]):
            for w in range(M.shape[1]):
                result[d, w] += S[i] * U[d, i] * V[w, i]
    return result.to(M.dtype)


def least_squares(M, y):
    U, S, V = torch.svd(M.double())
    x = torch.zeros(M.shape[1], dtype=torch.float64)
    for i in range(len(S)):
        if S[i] > 1e-9:
            x = x + (U[:, i] @ y.double()) / S[i] * V[:, i]
    return x.to(M.dtype)
