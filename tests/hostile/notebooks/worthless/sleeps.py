# V08, M19. Sleeps in each call for less than its limit, which uses no CPU time at all, and keeps the class waiting.
# %% include zeros
# %%
import time


def safe_learning_rate(M, momentum):
    time.sleep(1)
    return 0.0


def calculate_inverse(M, **options):
    time.sleep(1)
    return torch.zeros_like(M), []
