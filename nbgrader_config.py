"""nbgrader's settings for this course; they are made from course.yml, which is the place to change them."""

from pathlib import Path

try:
    from steepest.gradebook.config import configure
except ImportError as error:
    # nbgrader would go on without these settings, that is, run submissions without a sandbox.
    raise SystemExit(
        f"{error}. Try: the environment that steepest is installed in, such as .venv/bin/nbgrader"
    ) from error

configure(get_config(), Path(__file__).parent)  # type: ignore[name-defined]  # traitlets puts it here
