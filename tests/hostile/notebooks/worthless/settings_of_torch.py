# M17. Changes every setting of torch and of the process that a later computation might trip over.
# %% include zeros
# %%
import decimal
import os
import resource
import sys

import numpy as np

torch.set_default_dtype(torch.float16)
torch.set_flush_denormal(True)
torch.use_deterministic_algorithms(True)
torch.set_printoptions(precision=1)
np.seterr(all="raise")
decimal.getcontext().prec = 1
sys.setrecursionlimit(60)
os.umask(0o777)
os.environ.clear()
os.mkdir("shut")
os.chdir("/")
sys.path.clear()
for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
    resource.setrlimit(kind, (8, 8))
