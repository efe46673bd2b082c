"""``python -m steepest``."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from steepest.cli import steepest

    steepest(prog_name="steepest")


if __name__ == "__main__":
    main()
