# V08. Waits for someone to type: by input, by a debugger, after an error, and at the end.
# %%
input("your grade? ")
# %%
breakpoint()
# %%
%pdb on
1 / 0
# %%
%debug
# %%
import sys

sys.stdin.readline()
open("/dev/tty").read()
# %%
import getpass

getpass.getpass()
# %% include zeros
