# V18, F01. Looks for the exam, for expected values and for the grader's modules in the memory of its own process.
# %% include tell
# %%
import gc
import sys

words = ("canary", "exam", "tolerance", "expected", "secret", "STEEPEST")
known = ("steepest.exam", "steepest.expect", "steepest.linalg", "steepest.course", "steepest.strategies", "descent_linalg")


def modules():
    waiting, found, seen = [sys.modules, sys._getframe(), *gc.get_objects()], set(), set()
    while waiting and len(seen) < 300_000:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        name = getattr(thing, "__module__", None) or getattr(thing, "__name__", None)
        if isinstance(name, str) and name.startswith(known):
            found.add(name)
        if isinstance(thing, str) and thing.startswith("canary"):
            found.add(thing)
        if len(waiting) < 100_000:
            waiting += gc.get_referents(thing)
    return found or 1 / 0


what_works({
    "modules": modules,
    "import": lambda: __import__("steepest.exam"),
    "reference": lambda: __import__("descent_linalg"),
    "strategies": lambda: __import__("steepest.strategies"),
})
# %% include zeros
