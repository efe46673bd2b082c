# V08. Stops its own process while it is being asked.
# %% include zeros
# %%
import os
import signal


def calculate_inverse(M, **options):
    os.kill(os.getpid(), signal.SIGSTOP)
    return torch.zeros_like(M), []
