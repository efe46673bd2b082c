"""The inverse, the pseudo-inverse and the singular value decomposition by descent: the book behind the assignments.

`inverse`, `pinverse` and `svd` return a `Solution`: the value, how the descent ended, and its losses. The module
`descent_linalg.drop_in` has the same three with torch's return values.
"""

from descent_linalg._inverse import inverse
from descent_linalg._pinverse import pinverse
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
from descent_linalg.solvers.barzilai_borwein import BarzilaiBorwein
from descent_linalg.solvers.brockett import Brockett
from descent_linalg.solvers.cgls import CGLS
from descent_linalg.solvers.gradient_descent import GradientDescent
from descent_linalg.solvers.hard_cut import HardCut
from descent_linalg.solvers.heavy_ball import HeavyBall
from descent_linalg.solvers.jacobi import Jacobi
from descent_linalg.solvers.line_search import SteepestDescent
from descent_linalg.solvers.nesterov import Nesterov
from descent_linalg.solvers.newton_schulz import NewtonSchulz
from descent_linalg.solvers.penalty import Penalty
from descent_linalg.solvers.published import Published
from descent_linalg.solvers.refinement import Refinement
from descent_linalg.solvers.torch_optimizer import TorchOptimizer

__all__ = [
    "CGLS",
    "SVD",
    "BarzilaiBorwein",
    "Brockett",
    "DerivativeError",
    "DescentError",
    "DescentFailedError",
    "DtypeError",
    "Form",
    "GradientDescent",
    "HardCut",
    "HeavyBall",
    "InputError",
    "Jacobi",
    "Nesterov",
    "NewtonSchulz",
    "NonfiniteInputError",
    "OptionError",
    "Outcome",
    "Penalty",
    "Progress",
    "Published",
    "Refinement",
    "ShapeError",
    "Solution",
    "SteepestDescent",
    "TorchOptimizer",
    "inverse",
    "pinverse",
    "svd",
]
