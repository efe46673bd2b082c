# wheat: Oja's rule as an nn.Module, one neuron after the other (Sanger), heavy-ball momentum that restarts
import torch
from torch import nn


class Neuron(nn.Module):
    """Learns the strongest direction that the neurons before it have left over."""

    def __init__(self, inputs, generator):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, generator=generator, dtype=torch.float64))
        self.register_buffer("velocity", torch.zeros(inputs, dtype=torch.float64))

    def forward(self, data):
        return data @ self.weight

    @torch.no_grad()
    def clean(self, before):
        for _ in range(2):
            self.weight -= before @ (before.T @ self.weight)
            self.weight /= self.weight.norm()

    @torch.no_grad()
    def learn(self, data, before, learning_rate, momentum):
        out = self(data)
        energy = out.square().sum()
        if energy == 0:
            return 0.0
        # Oja: w += rate * (C w - (w' C w) w), here in units of the energy w' C w
        change = data.T @ out / energy - self.weight
        change -= before @ (before.T @ change)
        if change.norm() < 1e-6:  # arrived: no more rolling
            return change.norm().item()
        if (change @ self.velocity) < 0:
            self.velocity.zero_()
        self.velocity.mul_(momentum).add_(change)
        self.weight += learning_rate * self.velocity
        self.clean(before)
        return change.norm().item()


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    data = M.detach().double()
    m, n = data.shape
    k = min(m, n)
    generator = torch.Generator().manual_seed(5)
    rate = 1.0 if learning_rate is None else learning_rate
    norm = data.norm()
    V = torch.zeros(n, 0, dtype=torch.float64)
    losses = []
    for _ in range(k):
        neuron = Neuron(n, generator)
        neuron.clean(V)
        left = data - (data @ V) @ V.T
        if left.norm() > 1e-7 * norm:
            for _ in range(1500 if steps is None else steps):
                losses.append(neuron.learn(left, V, rate, momentum * 0.5))
                if losses[-1] < 1e-6:
                    break
        V = torch.cat([V, neuron.weight.detach()[:, None]], dim=1)
    images = data @ V
    S, order = images.norm(dim=0).sort(descending=True)
    V, images = V[:, order], images[:, order]
    # right angles for U: Gram-Schmidt by QR; columns that are zero get an arbitrary direction there
    U, R = torch.linalg.qr(images)
    U = U * torch.where(R.diagonal() < 0, -1.0, 1.0)
    return U.to(M.dtype), S.to(M.dtype), V.to(M.dtype), losses or [0.0]
