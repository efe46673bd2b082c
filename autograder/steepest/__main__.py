"""``python -m steepest``."""

from __future__ import annotations

from steepest._streams import guard_streams
from steepest._surroundings import leave_current_folder


def main() -> None:
    """Run the command line."""
    leave_current_folder()
    guard_streams()
    from steepest.cli import steepest  # not before: it imports much, and the current folder may be a student's

    steepest(prog_name="steepest")


if __name__ == "__main__":
    main()
