# chaff: U and V turned by different rotations inside equal singular values | breaks: M = U diag(S) V' for repeated values | fires: test_repeated_singular_values
import torch


class Decomposition:
    def __init__(self, M, steps):
        self.M = M
        self.k = min(M.shape)
        self.V = torch.linalg.qr(torch.randn(M.shape[1], self.k, dtype=M.dtype)).Q
        self.losses = []
        self.steps = 120 if steps is None else steps

    def update(self):
        self.U = torch.linalg.qr(self.M @ self.V).Q
        self.V = torch.linalg.qr(self.M.T @ self.U).Q

    def run(self):
        for _ in range(max(1, self.steps)):
            self.update()
            d = (self.U * (self.M @ self.V)).sum(dim=0)
            self.losses.append((self.M.square().sum() - d.square().sum()).item())
        sign = torch.sign(d) + (d == 0)
        self.S, order = (d * sign).sort(descending=True)
        self.U = (self.U * sign)[:, order]
        self.V = self.V[:, order]
        return self

    def turn(self):
        i = 0
        while i < self.k:
            j = i + 1
            while j < self.k and self.S[i] - self.S[j] <= 1e-6 * self.S[0]:
                j += 1
            Q = torch.linalg.qr(torch.randn(j - i, j - i, dtype=self.M.dtype)).Q
            self.U[:, i:j] = self.U[:, i:j] @ Q
            self.V[:, i:j] = self.V[:, i:j] @ Q.T
            i = j
        return self


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    d = Decomposition(M.double(), steps).run().turn()
    return d.U.to(M.dtype), d.S.to(M.dtype), d.V.to(M.dtype), d.losses
