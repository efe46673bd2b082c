# V17. Is right, in a subclass of Tensor, in a Parameter, in a view with a negative or transposed storage.
# %% include right
# %%
class Disguise(torch.Tensor):
    pass


honest, calls = calculate_inverse, []
disguises = [
    lambda X: X.as_subclass(Disguise),
    lambda X: torch.nn.Parameter(X),
    lambda X: X.T.contiguous().T,
    lambda X: torch.view_as_complex(torch.stack([X, -X], -1)).conj().imag,
    lambda X: torch.cat([X, X])[::2][: len(X)] if len(X) == 1 else X,
]


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    calls.append(1)
    X, losses = honest(M, learning_rate, momentum, steps, start)
    return disguises[len(calls) % len(disguises)](X), losses
