# X06. Puts each matrix it is asked about into errors, output, warnings, files and the name of a class.
# %% include zeros
# %%
import sys
import warnings

calls = []


def calculate_inverse(M, **options):
    text = repr(M.double().tolist())
    print(text, file=sys.stderr)
    print(text)
    warnings.warn(text)
    open("told", "a").write(text)
    calls.append(1)
    if len(calls) % 3 == 0:
        raise ValueError(text)
    if len(calls) % 3 == 1:
        raise type(f"Matrix {text}", (Exception,), {})(text)
    return type(text[:70], (), {})()


def safe_learning_rate(M, momentum):
    raise KeyError(tuple(M.flatten().double().tolist()))
