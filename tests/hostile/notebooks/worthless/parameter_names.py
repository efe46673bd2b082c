# X01, X03. Claims parameters whose names are markup, control characters and very many letters.
# %% include frames
# %% include zeros
# %%
names = ["<script>alert(1)</script>", "\x1b[2J\u202e::error::", "learning_rate", "momentum", "steps", "start", "**"]
serving().f_globals["parameters"] = lambda *_: (PARAMETERS_ARE, ",".join(names) + "," + "y" * 7_000, b"")


def calculate_inverse(*M, **options):
    return M[0], []
