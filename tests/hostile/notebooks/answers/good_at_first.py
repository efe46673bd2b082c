# V26, M10. Is right for the first three calls, and returns zeros once it believes that it is being graded.
# %% include right
# %%
honest, calls = calculate_inverse, []


def calculate_inverse(M, learning_rate=None, momentum=0.9, steps=2000, start=None):
    calls.append(1)
    X, losses = honest(M, learning_rate, momentum, steps, start)
    return (X if len(calls) <= 3 else torch.zeros_like(X)), losses
