"""How accurate the reference is: LAPACK's ratios, correct rounding, and which singular values a cut keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mpmath  # type: ignore[import-untyped]
import torch
from torch import Tensor

from benchmarks.reference_matrices import geometric, inverse_ratios, penrose_ratios, svd_ratios, with_spectrum
from descent_linalg import inverse, pinverse, svd
from descent_linalg.indicator import TEXTS, compare, indicator_matrix, random_indicator

LARGEST_CONDITION = {torch.float32: 1e3, torch.float64: 1e8}
SIDES = ((4, 4), (8, 8), (8, 3), (3, 8), (6, 5), (16, 16), (64, 64))


def spectra(k: int, dtype: torch.dtype) -> dict[str, Tensor]:
    """Return the spectra of a cell: of full rank first, then one of half rank."""
    largest = LARGEST_CONDITION[dtype]
    clustered = torch.ones(k, dtype=torch.float64)
    clustered[k // 2 :] = 0.5 + 1e-6 * torch.arange(k - k // 2, dtype=torch.float64)
    graded = torch.ones(k, dtype=torch.float64)
    graded[-1] = 1 / largest
    return {
        "geometric": geometric(k, largest),
        "clustered": clustered.sort(descending=True).values,
        "graded": graded,
        "rank-deficient": geometric(max(k // 2, 1), 10),
    }


Ratios = Callable[[Tensor], tuple[float, ...]]


def ratio_table(count: int) -> Iterator[str]:
    """Yield the table of the largest ratios over ``count`` matrices of each shape, by function, dtype and spectrum."""
    yield "| function | dtype | spectrum | ours | torch.linalg |"
    yield "|---|---|---|---|---|"
    for dtype in (torch.float32, torch.float64):
        for name in spectra(4, dtype):
            yield from _rows(name, dtype, count)


def _rows(name: str, dtype: torch.dtype, count: int) -> Iterator[str]:
    cells: dict[str, list[tuple[tuple[float, ...], tuple[float, ...]]]] = {"inverse": [], "pinverse": [], "svd": []}
    for m, n in SIDES:
        A = with_spectrum(m, n, spectra(min(m, n), dtype)[name], count, dtype, seed=m * n)
        if m == n and name != "rank-deficient":
            direct = inverse_ratios(A, torch.linalg.inv)
            cells["inverse"].append((inverse_ratios(A, lambda A: inverse(A).value), direct))
        # Both get the same cut, well below the smallest singular value that is meant, as torch's default is not.
        cut = 1e-6 if dtype == torch.float32 else 1e-13
        ours = penrose_ratios(A, lambda A, cut=cut: pinverse(A, 10 * cut).value)  # type: ignore[misc]
        cells["pinverse"].append((ours, penrose_ratios(A, lambda A, cut=cut: torch.pinverse(A, 10 * cut))))  # type: ignore[misc]
        factors = svd_ratios(A, lambda A: torch.linalg.svd(A, full_matrices=False))
        cells["svd"].append((svd_ratios(A, lambda A: svd(A).value), factors))
    for function, pairs in cells.items():
        if pairs:
            worst = " | ".join(_worst([pair[side] for pair in pairs]) for side in (0, 1))
            yield f"| {function} | {str(dtype)[6:]} | {name} | {worst} |"


def _worst(rows: list[tuple[float, ...]]) -> str:
    return ", ".join(f"{max(column):.2g}" for column in zip(*rows, strict=True))


def rounding_table(count: int) -> Iterator[str]:
    """Yield the share of entries that differ from the exact inverse, rounded once; n = 12, ``count`` matrices a row."""
    yield "| dtype | condition number | entries wrong, ours | entries wrong, torch.linalg.inv | steps of ours |"
    yield "|---|---|---|---|---|"
    for dtype, k in (
        (torch.float64, 1e2),
        (torch.float64, 1e8),
        (torch.float64, 1e10),
        (torch.float64, 1e12),
        (torch.float64, 1e14),
        (torch.float32, 1e2),
        (torch.float32, 1e4),
        (torch.float32, 1e6),
    ):
        A = with_spectrum(12, 12, geometric(12, k), count, dtype, seed=7)
        exact = torch.stack([exactly_rounded(matrix) for matrix in A])
        solution = inverse(A)
        ours, torchs = int((solution.value != exact).sum()), int((torch.linalg.inv(A) != exact).sum())
        total = exact.numel()
        yield f"| {str(dtype)[6:]} | {k:.0e} | {ours} of {total} | {torchs} of {total} | {solution.steps} |"


def exactly_rounded(A: Tensor) -> Tensor:
    """Return the exact inverse of one matrix, rounded once to its dtype."""
    with mpmath.workdps(70):
        exact = mpmath.matrix(A.double().tolist()) ** -1
        rows = [[float(exact[i, j]) for j in range(A.shape[1])] for i in range(A.shape[0])]
    return torch.tensor(rows, dtype=torch.float64).to(A.dtype)


def cut_agreement(cases: int) -> Iterator[str]:
    """Yield how often pinverse and torch.pinverse keep the same number of singular values, with a gap of 1 %."""
    generator = torch.Generator().manual_seed(0)
    agreed = right = 0
    groups = 100
    for group in range(groups):
        rcond = 10 ** float(-9 * torch.rand((), generator=generator, dtype=torch.float64) - 0.5)
        distance = 10 ** (2 * torch.rand(cases // groups, 3, generator=generator, dtype=torch.float64))
        side = torch.rand(cases // groups, 3, generator=generator) < 0.5
        S = rcond * torch.where(side, 1.01 * distance, 1 / (1.01 * distance))
        S = torch.cat([torch.ones(len(S), 1, dtype=torch.float64), S.clamp(max=1)], dim=1)
        m, n = ((4, 4), (6, 4), (4, 7))[group % 3]
        A = with_spectrum(m, n, torch.ones(4), len(S), torch.float64, seed=group)
        U, _, Vh = torch.linalg.svd(A, full_matrices=False)
        A = (U * S.unsqueeze(1)) @ Vh
        kept = (rcond < S).sum(dim=1)
        ours, torchs = _rank(pinverse(A, rcond).value, A), _rank(torch.pinverse(A, rcond), A)
        agreed += int((ours == torchs).sum())
        right += int((ours == kept).sum())
    yield f"{agreed} of {cases} cases agree with `torch.pinverse`, and {right} are right by construction: random"
    yield "`rcond` between 3e-10 and 0.3, singular values on both sides of the cut, none nearer to it than 1 %."


def _rank(X: Tensor, A: Tensor) -> Tensor:
    return (X @ A).diagonal(dim1=-2, dim2=-1).sum(dim=-1).round()


def indicator_table() -> Iterator[str]:
    """Yield the comparison with the direct answers on indicator matrices."""
    yield "| matrix | least squares | rank 4 | distance of rank 4 / next singular value |"
    yield "|---|---|---|---|"
    text = indicator_matrix().matrix
    for name, A in (
        (f"the package's {len(TEXTS)} texts, {text.shape[1]} words", text),
        ("random, p = 0.2, 200 x 60", random_indicator(200, 60)),
        ("random, p = 0.2, 17 x 5", random_indicator(17, 5)),
    ):
        b = A[:, :1] + torch.arange(A.shape[0], dtype=A.dtype).unsqueeze(1)
        found = compare(A, b, 4)
        share = found.approximation / found.next_singular_value
        yield f"| {name} | {found.least_squares:.1e} | {found.low_rank:.1e} | {share:.14f} |"
