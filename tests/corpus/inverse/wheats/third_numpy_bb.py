# wheat: numpy in float64, Barzilai-Borwein step lengths when left alone, heavy ball otherwise
import numpy as np
import torch


def safe_learning_rate(M, momentum):
    a = np.abs(M.detach().cpu().numpy().astype(np.float64))
    n = a.shape[0]
    return float(n * n / (2.0 * a.sum(axis=0).max() * a.sum(axis=1).max()))


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    m = np.array(M.detach().cpu().numpy(), dtype=np.float64)
    n = m.shape[0]
    eye = np.eye(n)
    if start is None:
        x = torch.rand(n, n, dtype=torch.float64).numpy().copy()
    else:
        x = np.array(start.detach().cpu().numpy(), dtype=np.float64)
    losses = []

    def residual(x):
        with np.errstate(all="ignore"):
            return x @ m - eye

    if learning_rate is None:
        length = safe_learning_rate(M, 0.0)
        old_x = old_g = None
        for _ in range(steps):
            r = residual(x)
            losses.append(float(np.mean(r * r)))
            g = 2.0 / n**2 * r @ m.T
            if old_x is not None:
                dx, dg = x - old_x, g - old_g
                top, bottom = float((dx * dx).sum()), float((dx * dg).sum())
                if bottom > 1e-290 and top > 1e-290 and losses[-1] > 1e-20:
                    length = top / bottom
                else:
                    length = safe_learning_rate(M, 0.0)
            old_x, old_g = x, g
            x = x - length * g
    else:
        v = np.zeros((n, n))
        with np.errstate(all="ignore"):
            for _ in range(steps):
                r = residual(x)
                losses.append(float(np.mean(r * r)))
                v = momentum * v + 2.0 / n**2 * r @ m.T
                x = x - float(learning_rate) * v
    return torch.from_numpy(x).to(M.dtype), losses
