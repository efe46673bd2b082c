# V07. Raises everything that ends an interpreter, in a cell and in a call.
# %%
import sys

sys.exit(0)
# %%
raise KeyboardInterrupt
# %%
raise GeneratorExit
# %%
exit()
# %% include zeros
# %%
endings, calls = [SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration], []


def calculate_inverse(M, **options):
    calls.append(1)
    raise endings[len(calls) % len(endings)](0)
