# wheat: conjugate gradients on the cleaned normal equations, one matrix at a time, with a class for the state
import math

import torch


class Cutter:
    """Finds the projection onto the right singular vectors that count."""

    def __init__(self, A, rcond):
        self.S = A.T @ A
        self.t, self.newton = 0.5, 0
        while self.t > rcond**2:
            self.t /= 1 + math.sqrt(1 - self.t)
            self.newton += 1
        self.P = self.S * (self.t / rcond**2)
        self.done = 0
        self.total = self.newton + 20

    def step(self):
        P = self.P
        self.P = P + P - P @ P if self.done < self.newton else 3 * P @ P - 2 * P @ P @ P
        self.done += 1


class ConjugateGradients:
    """Minimises |A X - I|^2 / 2 from X = 0; each column has its own step length."""

    def __init__(self, A):
        self.A = A
        self.X = torch.zeros_like(A.T)
        self.r = A.T.clone()
        self.d = self.r.clone()
        self.square = self.r.square().sum(dim=0)

    def step(self):
        Ad = self.A @ self.d
        bottom = Ad.square().sum(dim=0)
        alpha = torch.where(bottom > 1e-22, self.square / bottom.clamp_min(1e-22), 0.0)
        self.X = self.X + alpha * self.d
        self.r = self.r - alpha * (self.A.T @ Ad)
        new = self.r.square().sum(dim=0)
        beta = torch.where(self.square > 1e-22, new / self.square.clamp_min(1e-22), 0.0)
        self.d = self.r + beta * self.d
        self.square = new


def longest(A):
    v = torch.randn(A.shape[1], dtype=A.dtype)
    for _ in range(100):
        v = A.T @ (A @ v)
        v = v / v.norm()
    return (A @ v).norm()


def single(A, rcond, steps):
    unit = A.abs().max()
    if unit == 0 or rcond >= 1:
        return torch.zeros_like(A.T)
    A = A / unit
    s = longest(A)
    A = A / s
    cutter = Cutter(A, rcond)
    left = cutter.total + 3 * min(A.shape) + 5 if steps is None else steps
    while left and cutter.done < cutter.total:
        cutter.step()
        left -= 1
    if cutter.done < cutter.total or not left:
        return torch.zeros_like(A.T)
    descent = ConjugateGradients(A @ cutter.P)
    for _ in range(left):
        descent.step()
    return descent.X / s / unit


def calculate_pinverse(A, rcond=None, steps=None):
    *batch, m, n = A.shape
    rcond = max(m, n) * torch.finfo(A.dtype).eps if rcond is None else rcond
    many = A.detach().double().flatten(0, -3) if batch else A.detach().double()[None]
    found = [single(one, max(rcond, 1e-7), steps) for one in many]
    if not found:
        return torch.zeros(*batch, n, m, dtype=A.dtype)
    return torch.stack(found).reshape(*batch, n, m).to(A.dtype)


def pinverse_gradient(A, X, G):
    a, x, g = A.double(), X.double(), G.double()
    Xt, Gt = x.transpose(-2, -1), g.transpose(-2, -1)
    XGX = torch.matmul(torch.matmul(Xt, g), Xt)
    U = torch.matmul(Gt, torch.matmul(x, Xt))
    W = torch.matmul(torch.matmul(Xt, x), Gt)
    U = U - torch.matmul(a, torch.matmul(x, U))
    W = W - torch.matmul(torch.matmul(W, x), a)
    return (U + W - XGX).type(A.dtype)
