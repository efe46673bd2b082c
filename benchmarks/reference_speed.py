"""How fast the reference is: interleaved runs in one process, against torch.linalg on the same matrices."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from benchmarks.reference_matrices import with_spectrum
from descent_linalg import NewtonSchulz, inverse, pinverse, svd

SMALL = ((10_000, 2, 2), (10_000, 3, 3), (10_000, 4, 4), (10_000, 6, 3))
LARGER = ((2_000, 8, 8), (1_000, 16, 16), (100, 64, 64), (1_000, 60, 3))
CALLS = 4
"""In a row, in each turn."""

SINGLE = ((1, 4, 4), (1, 32, 32), (1, 64, 64))
ON_CARD = ((100_000, 4, 4), (10_000, 16, 16), (1_000, 64, 64), (1_000, 60, 3), (1, 2048, 2048))


@dataclass(frozen=True)
class Contest:
    """Ours and torch's answer to the same question."""

    name: str
    ours: Callable[[Tensor], Any]
    torchs: Callable[[Tensor], Any]
    square: bool = False


CONTESTS = (
    Contest("svd", svd, lambda A: torch.linalg.svd(A, full_matrices=False)),
    Contest("pinverse", pinverse, torch.linalg.pinv),
    Contest("inverse, refined", inverse, torch.linalg.inv, square=True),
    Contest("inverse, Newton-Schulz", lambda A: inverse(A, NewtonSchulz()), torch.linalg.inv, square=True),
)


def medians(ours: Callable[[], Any], torchs: Callable[[], Any], turns: int) -> tuple[float, float, float]:
    """Return the median milliseconds a call of both, and the median of the ratios of neighbouring turns.

    On one thread it is CPU time of that thread, which a busy neighbour stretches much less than the clock's.
    """
    pairs = [(_turn(ours), _turn(torchs)) for _ in range(turns)]
    mine, direct = zip(*pairs, strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    return statistics.median(mine) * 1e3, statistics.median(direct) * 1e3, ratio


def _turn(function: Callable[[], Any]) -> float:
    """Return the mean CPU seconds of some calls in a row, so that neither is charged for the other's cold caches."""
    begin = time.thread_time()
    for _ in range(CALLS):
        function()
    return (time.thread_time() - begin) / CALLS


def cpu_table(repeats: int) -> Iterator[str]:
    """Yield the table of times on one CPU thread."""
    yield "| function | matrices | dtype | ours, ms | torch.linalg, ms | ratio |"
    yield "|---|---|---|---|---|---|"
    for contest in CONTESTS:
        for batch, m, n in SMALL + LARGER + SINGLE:
            if m == n or not contest.square:
                small = (batch, m, n) in SMALL and contest.name in ("svd", "pinverse")
                yield from _cpu_rows(contest, (batch, m, n), repeats if small else max(repeats // 5, 3))


def _cpu_rows(contest: Contest, shape: tuple[int, int, int], repeats: int) -> Iterator[str]:
    batch, m, n = shape
    for dtype in (torch.float32, torch.float64):
        A = torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(m))
        ours, torchs, ratio = medians(partial(contest.ours, A), partial(contest.torchs, A), repeats)
        cells = f"{batch:,} of {m}x{n} | {str(dtype)[6:]} | {ours:.3g} | {torchs:.3g} | {ratio:.2f}"
        yield f"| {contest.name} | {cells} |"


def card_table(repeats: int) -> Iterator[str]:
    """Yield the table of times on a CUDA device, or one line that there was none."""
    if not torch.cuda.is_available():
        yield "No CUDA device was at hand when this page was made, so nothing is said about one here."
        return
    yield f"On one {torch.cuda.get_device_name()}, float32, wall time around synchronised calls."
    yield ""
    yield "| function | matrices | ours, ms | torch.linalg, ms | ratio |"
    yield "|---|---|---|---|---|"
    for contest in CONTESTS:
        for batch, m, n in ON_CARD:
            if contest.square and m != n:
                continue
            A = with_spectrum(m, n, torch.linspace(1, 0.1, min(m, n)), 1, torch.float32).expand(batch, m, n).cuda()
            ours, torchs = (_card_time(partial(f, A), repeats) for f in (contest.ours, contest.torchs))
            yield f"| {contest.name} | {batch:,} of {m}x{n} | {ours:.3g} | {torchs:.3g} | {ours / torchs:.2f} |"


def _card_time(function: Callable[[], Any], repeats: int) -> float:
    function()
    times = []
    for _ in range(max(repeats // 4, 3)):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        function()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3
