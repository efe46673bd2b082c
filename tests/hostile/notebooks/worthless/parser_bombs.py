# N07. Cells that no parser should be made to read: too deep, too long, and a thousand operators.
# %%
eval("-" * 100_000 + "1")
# %%
eval("a" + ".b" * 100_000)
# %%
eval("(" * 10_000)
# %%
exec("[" * 5_000 + "]" * 5_000)
# %%
int("9" * 10_000_000)
# %%
x = [None]
for _ in range(1_000_000):
    x = [x]
raise ValueError(x)
# %% include zeros
