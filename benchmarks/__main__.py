"""``python -m benchmarks``: what grading costs."""

from benchmarks.grading import main

main()
