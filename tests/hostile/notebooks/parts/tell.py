# How an attack says that it got somewhere: in an error, which a report shows.
# %%
def tell(what):
    raise RuntimeError("BROKE" + " OUT: " + str(what))


def what_works(attempts):
    worked = {}
    for name, attempt in attempts.items():
        try:
            worked[name] = str(attempt())[:200]
        except BaseException:
            pass
    if worked:
        tell(worked)
