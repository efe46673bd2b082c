# V07. Leaves the process without any farewell, in a cell.
# %%
import os

os._exit(0)
# %% include zeros
