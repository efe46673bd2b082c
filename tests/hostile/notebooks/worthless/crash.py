# F13, V07. Aborts with a core dump in a cell, and reads address 0 in a call.
# %%
import os

os.abort()
# %% include zeros
# %%
import ctypes


def calculate_inverse(M, **options):
    return ctypes.string_at(0)
