# V25, X06. Raises exceptions whose class, text, traceback and name fight back.
# %%
class Meta(type):
    __name__ = property(lambda cls: 1 / 0)


class Angry(Exception, metaclass=Meta):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


class Long(Exception):
    def __str__(self):
        return "y" * 50_000_000


class NoText(Exception):
    def __str__(self):
        return 7


class Text(str):
    def __getitem__(self, key):
        raise KeyboardInterrupt


class Sliced(Exception):
    def __str__(self):
        return Text("text")


chain = ValueError("0")
for number in range(5_000):
    chain, chain.__cause__ = ValueError(str(number)), chain
group = ExceptionGroup("a group", [ValueError(number) for number in range(1_000)])
errors, calls = [Angry(), Long(), NoText(), Sliced(), chain, group, type("É" * 9_000, (Exception,), {})("é")], []
raise Long
# %%
raise NoText
# %% include zeros
# %%
def calculate_inverse(M, **options):
    calls.append(1)
    raise errors[len(calls) % len(errors)]
