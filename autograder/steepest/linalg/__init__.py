"""What the judge measures: numpy only, always in float64. One module an assignment; these are what all share."""

from steepest.linalg.inverse import (
    DESCENT_ACCURACY,
    Float64,
    accuracy_bound,
    condition_number,
    gradient,
    heavy_ball,
    left_residual,
    loss,
    max_abs,
    predicted_losses,
    relative_residual,
    right_residual,
    singular_values,
    stability_limit,
    tail_factor,
    tail_rate,
)

__all__ = [
    "DESCENT_ACCURACY",
    "Float64",
    "accuracy_bound",
    "condition_number",
    "gradient",
    "heavy_ball",
    "left_residual",
    "loss",
    "max_abs",
    "predicted_losses",
    "relative_residual",
    "right_residual",
    "singular_values",
    "stability_limit",
    "tail_factor",
    "tail_rate",
]
