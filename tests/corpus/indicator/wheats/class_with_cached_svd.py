# wheat: a class with a cached decomposition and rank-one parts from a generator
from functools import cached_property, reduce

import torch


class Table:
    def __init__(self, M):
        self.M = M.detach()
        self.exact = self.M.to(torch.float64)

    @cached_property
    def decomposition(self):
        return torch.linalg.svd(self.exact, full_matrices=False)

    @property
    def rank(self):
        _, S, _ = self.decomposition
        return int((S > 1e-9).sum())

    def parts(self):
        U, S, Vh = self.decomposition
        for i in range(self.rank):
            yield S[i] * torch.outer(U[:, i], Vh[i])

    def nearest(self, k):
        some = [part for _, part in zip(range(k), self.parts(), strict=False)]
        return reduce(torch.add, some, torch.zeros_like(self.exact)).to(self.M.dtype)

    def solve(self, y):
        U, S, Vh = self.decomposition
        r = self.rank
        return (Vh[:r].mT @ (U[:, :r].mT @ y.double() / S[:r])).to(self.M.dtype)

    def cosines(self):
        used = self.exact.any(dim=0)
        out = torch.zeros(len(used), len(used), dtype=torch.float64)
        A = self.exact[:, used]
        A = A / A.square().sum(dim=0).sqrt()
        out[used.nonzero(), used.nonzero().mT] = A.mT @ A
        return out.to(self.M.dtype)


def word_similarity(M):
    return Table(M).cosines()


def low_rank(M, k):
    return Table(M).nearest(k)


def least_squares(M, y):
    return Table(M).solve(y)
