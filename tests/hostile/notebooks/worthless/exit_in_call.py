# V07. Leaves the process while it is being asked.
# %% include zeros
# %%
import os


def calculate_inverse(M, **options):
    os._exit(0)
