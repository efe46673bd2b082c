# N04. Asks IPython to run programs in its place, or to change what the grader's shell does.
# %% include tell
# %%
!echo "BROKE" "OUT" | tee /tmp/@mark@
# %%
%%bash
touch /tmp/@mark@
# %%
out = !id
if out:
    tell(out)
# %%
%system touch /tmp/@mark@
# %%
%%script python
open("/tmp/@mark@", "w")
# %%
%%writefile /tmp/@mark@
text
# %%
%pip install steepest
# %%
%run -p /etc/profile
# %%
shell = get_ipython()
what_works({
    "system": lambda: shell.system("true"),
    "output": lambda: shell.getoutput("id"),
    "class": lambda: type(shell).__mro__[1].getoutput(shell, "id"),
    "magics": lambda: shell.magics_manager.magics["line"]["sx"]("id"),
})
shell.run_cell = lambda *_, **__: None
# %% include zeros
