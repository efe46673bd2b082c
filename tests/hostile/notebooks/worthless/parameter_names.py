# X01, X03. Claims parameters whose names are markup, control characters and 60,000 letters.
# %% include frames
# %% include zeros
# %%
grader = sys._getframe()
while grader.f_code.co_name != "serve":
    grader = grader.f_back
names = ["<script>alert(1)</script>", "\x1b[2J\u202e", "learning_rate", "momentum", "steps", "start", "**"]
grader.f_globals["parameters"] = lambda *_: (PARAMETERS_ARE, ",".join(names), b"")


def calculate_inverse(*M, **options):
    return M[0], []
