"""Measure the reference and write docs/reference.md: ``python -m benchmarks.reference``."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import torch
from rich.console import Console

from benchmarks.reference_accuracy import cut_agreement, indicator_table, ratio_table, rounding_table
from benchmarks.reference_matrices import EPS_NOTE
from benchmarks.reference_methods import method_table, published_table
from benchmarks.reference_speed import card_table, cpu_table

PAGE = Path(__file__).parent.parent / "docs" / "reference.md"
INTRODUCTION = Path(__file__).parent / "reference_introduction.md"


def sections(*, quick: bool) -> Iterator[tuple[str, str, Iterator[str]]]:
    """Yield title, explanation and lines of each measured section."""
    budgets = {10: 2_000, 1e2: 2_000, 1e4: 500, 1e8: 500} if quick else {10: 2_000, 1e2: 50_000, 1e4: 5_000, 1e8: 5_000}
    count = 48 if quick else 480
    yield (
        "Methods for the inverse",
        "One 32x32 matrix, geometric spectrum, float64. Steps until the mean square of the entries of `A X - I` is\n"
        "1e-10; `> n` means that n steps, or the steps until it came to rest, did not get there. Error is\n"
        "`|X - exact| / |exact|` at the end of the run, where the method had the budget of "
        f"{budgets[10]:,}, {budgets[1e2]:,}, {budgets[1e4]:,}, {budgets[1e8]:,} steps.",
        method_table(budgets),
    )
    yield (
        "The published algorithm",
        "`Published()`, form `X M - I`, learning rate 0.9, 100 random starts.",
        published_table(20 if quick else 100),
    )
    yield (
        "Accuracy",
        f"The largest test ratios over {count} matrices of each of the sizes 4x4, 8x8, 8x3, 3x8, 6x5, 16x16, 64x64,\n"
        "condition number up to 1e3 in float32 and 1e8 in float64. " + EPS_NOTE + "\n\n"
        "* inverse: left `|I - X A|_1`, right `|I - A X|_1` over `n |A|_1 |X|_1 eps` (LAPACK's DGET03, both sides).\n"
        "* pinverse: AXA = A, XAX = X over `|A| k d eps`, `|X| k d eps`, AX and XA symmetric over `k d eps`, where\n"
        "  d = max(m, n) and k = |A| |X|. Both sides have the same `rcond`.\n"
        "* svd: reconstruction over `|A| d eps`, U over `m eps`, V over `n eps`, S over `min(m, n) eps S_1` (DDRVBD).",
        ratio_table(count),
    )
    yield (
        "Correct rounding",
        "Entries that differ from the exact inverse, computed with 70 digits and rounded once; n = 12.",
        rounding_table(4 if quick else 20),
    )
    yield "The cut of pinverse", "", cut_agreement(1_000 if quick else 10_000)
    yield (
        "Speed on one CPU thread",
        "Median CPU milliseconds a call, ours and torch's in turn in one process, four calls a turn, and median of\n"
        "the ratios of neighbouring turns; below 1 ours is faster. Random normal matrices. What loses is listed too.",
        cpu_table(7 if quick else 31),
    )
    yield "Speed on a CUDA device", "", card_table(7 if quick else 31)
    yield (
        "The indicator matrix",
        "Documents x words, through `descent_linalg.indicator`: difference to `torch.linalg.lstsq` and to the\n"
        "truncated `torch.linalg.svd`, relative to their size.",
        indicator_table(),
    )


def machine() -> str:
    """Return where and how busy the figures were made."""
    load = f"load average at the end {os.getloadavg()[0]:.1f} (above 1: other work shared the caches)"
    where = f"{platform.machine()} with {os.cpu_count()} CPUs, one thread"
    versions = f"torch {torch.__version__}, Python {platform.python_version()}"
    return f"Made by `make bench-reference` with {versions}, on {where}; {load}."


def merge(page: str, title: str, section: str) -> str:
    """Return the page with one section replaced, and the line of its making after it."""
    head, found, rest = page.partition(f"## {title}\n")
    if not found:
        raise SystemExit(f"the page has no section {title!r}; measure all of it first")
    _, mark, tail = rest.partition("\n## ")
    return head + section + f"\n\n{machine()}\n" + (mark + tail if mark else "")


def main() -> None:
    """Write the page, and say on standard error what is being measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    parser.add_argument("--quick", action="store_true", help="smaller samples, for a look; not for the page")
    parser.add_argument("--only", metavar="TITLE", help="measure one section anew and replace it in the page")
    options = parser.parse_args()
    torch.set_num_threads(1)
    console = Console(stderr=True)
    text = [INTRODUCTION.read_text(encoding="utf-8").rstrip()]
    for title, explanation, lines in sections(quick=options.quick):
        if options.only not in (None, title):
            continue
        with console.status(title):
            body = "\n".join(lines)
        text.append("\n\n".join(part for part in (f"## {title}", explanation, body) if part))
        console.log(title)
    if options.only:
        page = merge(options.output.read_text(encoding="utf-8"), options.only, text[-1])
    else:
        page = "\n\n".join([*text, machine()]) + "\n"
    options.output.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
