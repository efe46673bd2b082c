# X06, N06. Fills the report: long errors, long names, a counterexample of many words, and one error more in each cell.
# %%
raise type("É" * 3_000, (Exception,), {})("é" * 100_000)
# %% include zeros
# %%
def calculate_inverse(M, **options):
    raise type("y" * 5_000, (Exception,), {})(("z" * 100 + "\n") * 10_000)
