# wheat: Riemannian ascent of u'Av on two spheres with autograd, Barzilai-Borwein steps and a backtracking search
import torch

F64 = torch.float64


def _retract(x, basis):
    """Back to the sphere, and at right angles to the columns of basis."""
    for _ in range(2):
        x = x - basis @ (basis.T @ x)
        x = x / x.norm()
    return x


def _value_and_slopes(A, u, v, BU, BV):
    u = u.detach().requires_grad_()
    v = v.detach().requires_grad_()
    value = u @ A @ v
    gu, gv = torch.autograd.grad(value, [u, v])
    # Riemannian gradient: only what is tangent to the sphere and to the constraints
    u, v = u.detach(), v.detach()
    gu = gu - (u @ gu) * u
    gv = gv - (v @ gv) * v
    return value.item(), gu - BU @ (BU.T @ gu), gv - BV @ (BV.T @ gv)


def _ascend(A, u, v, BU, BV, scale, most, losses):
    value, gu, gv = _value_and_slopes(A, u, v, BU, BV)
    rate = 1.0 / scale
    best = [value]
    for _ in range(most):
        slope2 = (gu @ gu + gv @ gv).item()
        losses.append(slope2**0.5 / scale)
        if slope2**0.5 <= 1e-6 * max(abs(value), 1e-6 * scale):
            break
        # nonmonotone Armijo rule: better than the worst of the last values by a part of what the slope promises
        while True:
            new_u, new_v = _retract(u + rate * gu, BU), _retract(v + rate * gv, BV)
            new_value, new_gu, new_gv = _value_and_slopes(A, new_u, new_v, BU, BV)
            if new_value >= min(best[-5:]) + 1e-4 * rate * slope2 - 1e-14 * scale or rate < 1e-12 / scale:
                break
            rate = rate / 2
        du, dv, yu, yv = new_u - u, new_v - v, gu - new_gu, gv - new_gv
        curvature = (du @ yu + dv @ yv).item()
        length2 = (du @ du + dv @ dv).item()
        rate = length2 / curvature if curvature > 0 else 10.0 / max(value, 1e-12 * scale)
        rate = min(rate, 1e3 / max(abs(new_value), 1e-12 * scale))
        u, v, value, gu, gv = new_u, new_v, new_value, new_gu, new_gv
        best.append(value)
    return u, v, value


def calculate_svd(M, learning_rate=None, momentum=0.9, steps=None):
    A = M.detach().to(F64)
    m, n = A.shape
    k = min(m, n)
    scale = A.norm().item()
    rng = torch.Generator().manual_seed(1)
    U, V, S, losses = A.new_zeros(m, 0), A.new_zeros(n, 0), [], []
    for _ in range(k):
        v = _retract(torch.randn(n, dtype=F64, generator=rng), V)
        image = A @ v
        image = image - U @ (U.T @ image)
        value = 0.0
        if image.norm().item() > 1e-7 * scale:
            u = _retract(image, U)
            u, v, value = _ascend(A, u, v, U, V, scale, 400 if steps is None else steps, losses)
        else:
            u = _retract(torch.randn(m, dtype=F64, generator=rng), U)
        if value < 0:
            u, value = -u, -value
        U, V = torch.column_stack([U, u]), torch.column_stack([V, v])
        S.append(value)
    S, order = torch.tensor(S, dtype=F64).sort(descending=True)
    return U[:, order].to(M.dtype), S.to(M.dtype), V[:, order].to(M.dtype), losses if losses else [0.0]
