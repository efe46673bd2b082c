"""The inverse, the pseudo-inverse and the singular value decomposition by descent: the book behind the assignments."""

from descent_linalg._inverse import inverse
from descent_linalg._svd import svd
from descent_linalg.errors import (
    DerivativeError,
    DescentError,
    DescentFailedError,
    DtypeError,
    InputError,
    NonfiniteInputError,
    OptionError,
    ShapeError,
)
from descent_linalg.problem import Form
from descent_linalg.solution import SVD, Outcome, Progress, Solution
from descent_linalg.solvers.gradient_descent import GradientDescent
from descent_linalg.solvers.heavy_ball import HeavyBall
from descent_linalg.solvers.jacobi import Jacobi
from descent_linalg.solvers.newton_schulz import NewtonSchulz

__all__ = [
    "SVD",
    "DerivativeError",
    "DescentError",
    "DescentFailedError",
    "DtypeError",
    "Form",
    "GradientDescent",
    "HeavyBall",
    "InputError",
    "Jacobi",
    "NewtonSchulz",
    "NonfiniteInputError",
    "OptionError",
    "Outcome",
    "Progress",
    "ShapeError",
    "Solution",
    "inverse",
    "svd",
]
