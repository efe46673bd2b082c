"""What properties expect: each function returns when it holds, and otherwise raises with the facts of the failure."""

from steepest.expect.bounds import expect_at_least, expect_at_most
from steepest.expect.inverse import (
    expect_curves_agree,
    expect_falling,
    expect_first_loss,
    expect_follows_scale,
    expect_heavy_ball,
    expect_history,
    expect_inverse,
    expect_settled,
    expect_stable,
    expect_tail_rate,
    expect_unchanged,
    expect_useful,
)

__all__ = [
    "expect_at_least",
    "expect_at_most",
    "expect_curves_agree",
    "expect_falling",
    "expect_first_loss",
    "expect_follows_scale",
    "expect_heavy_ball",
    "expect_history",
    "expect_inverse",
    "expect_settled",
    "expect_stable",
    "expect_tail_rate",
    "expect_unchanged",
    "expect_useful",
]
