# V11. Writes 50 MB to each stream, past Python's, and displays as much.
# %%
import os
import sys

line = "y" * 999 + "\n"
for _ in range(25_000):
    print(line, end="")
    sys.stderr.write(line)
for fd in (1, 2):
    for _ in range(500):
        os.write(fd, line.encode() * 100)
# %%
for _ in range(25_000):
    sys.__stdout__.write(line)
# %%
from IPython.display import HTML, display

for _ in range(100):
    display(HTML("y" * 500_000))
# %% include zeros
# %%
quiet = calculate_inverse


def calculate_inverse(M, **options):
    for _ in range(2_000):
        print(line, end="")
    return quiet(M, **options)
