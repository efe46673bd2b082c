"""Mutants of a solution: the same program with one small change, each of a kind that people make by accident."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
NAMES = {
    **{"sum": "mean", "mean": "sum", "max": "min", "min": "max", "zeros": "ones", "zeros_like": "ones_like"},
    **{"float64": "float32", "double": "float", "amax": "amin", "argmax": "argmin", "add_": "sub_", "sub_": "add_"},
    **{"mul_": "div_", "minimum": "maximum", "maximum": "minimum"},
}
TRANSPOSES = frozenset({"T", "mT", "H", "mH"})
UNWRAPPED = frozenset({"abs", "sqrt", "square", "clone", "double", "t", "transpose", "detach", "flip", "zero_grad"})
"""Methods without which the object itself is left: ``x.abs()`` becomes ``x``."""


@dataclass(frozen=True)
class Mutant:
    """A changed program, and what was changed, in words with the line."""

    text: str
    change: str


class Program:
    """A program with all places at which it can be changed; a mutant is made when it is asked for."""

    def __init__(self, source: str) -> None:
        self._tree = ast.parse(source)
        self._dump = ast.dump(self._tree)
        self._variants = [
            (index, node, variant, words)
            for index, node in enumerate(ast.walk(self._tree))
            for variant, words in _variants(node)
        ]

    def __len__(self) -> int:
        return len(self._variants)

    def mutant(self, number: int) -> Mutant | None:
        """Return the mutant of this number; None if it is the program itself, or no program."""
        index, node, variant, words = self._variants[number]
        changed = _with(self._tree, index, variant)
        if changed is None or ast.dump(changed) == self._dump:
            return None
        return Mutant(ast.unparse(changed), f"line {getattr(node, 'lineno', 0)}: {words}")


def mutants(source: str) -> tuple[Mutant, ...]:
    """Return every mutant of a program once, in the order of its places."""
    program = Program(source)
    made = (program.mutant(number) for number in range(len(program)))
    found: dict[str, Mutant] = {}
    for mutant in made:
        if mutant is not None:
            found.setdefault(mutant.text, mutant)
    return tuple(found.values())


Variant = tuple[ast.AST | None, str]
"""What takes the place of a node (None: nothing does), and the change in words."""


def _variants(node: ast.AST) -> Iterator[Variant]:
    match node:
        case ast.BinOp():
            yield from _of_operator(node)
        case ast.AugAssign(op=op) if type(op) in SWAPPED:
            yield _changed(node, op=SWAPPED[type(op)]()), "the other operator in place"
            yield None, f"without `{ast.unparse(node)}`"
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand, f"`{ast.unparse(node)}` without its sign"
        case ast.Constant():
            yield from _of_constant(node)
        case ast.Attribute():
            yield from _of_attribute(node)
        case ast.Call():
            yield from _of_call(node)
        case ast.Compare(ops=[op]) if type(op) in COMPARED:
            for other in COMPARED[type(op)]:
                yield _changed(node, ops=[other()]), f"`{ast.unparse(node)}` with {other.__name__}"
        case ast.BoolOp(op=op):
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield _changed(node, op=other_op), f"`{ast.unparse(node)}` with {type(other_op).__name__}"
        case ast.IfExp(body=body, orelse=orelse):
            yield body, f"`{ast.unparse(node)}` always the first"
            yield orelse, f"`{ast.unparse(node)}` always the second"
        case ast.Assign() | ast.Expr() | ast.Break() | ast.Continue():
            if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
                yield None, f"without `{ast.unparse(node)[:60]}`"
        case ast.If():
            yield _changed(node, test=ast.Constant(value=False)), f"`if {ast.unparse(node.test)}` never"
            yield _changed(node, test=ast.Constant(value=True)), f"`if {ast.unparse(node.test)}` always"
        case _:
            return


def _of_operator(node: ast.BinOp) -> Iterator[Variant]:
    text = ast.unparse(node)
    if isinstance(node.op, ast.Pow):
        yield node.left, f"`{text}` without the exponent"
        return
    if type(node.op) in SWAPPED:
        other = SWAPPED[type(node.op)]
        yield _changed(node, op=other()), f"`{text}` with {other.__name__}"
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield _changed(node, left=node.right, right=node.left), f"`{text}` with its sides swapped"
    yield node.left, f"`{text}` without its right side"


def _of_constant(node: ast.Constant) -> Iterator[Variant]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(value=not value), f"{value} becomes {not value}"
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield ast.Constant(value=other), f"{value} becomes {other}"
    elif isinstance(value, float):
        for changed in (value * 2, value / 2) if value else (1.0,):
            yield ast.Constant(value=changed), f"{value} becomes {changed}"


def _of_attribute(node: ast.Attribute) -> Iterator[Variant]:
    if node.attr in TRANSPOSES:
        yield node.value, f"`{ast.unparse(node)}` without the transpose"
    if node.attr in NAMES:
        yield _changed(node, attr=NAMES[node.attr]), f"{node.attr} becomes {NAMES[node.attr]}"


def _of_call(node: ast.Call) -> Iterator[Variant]:
    text = ast.unparse(node)[:60]
    if isinstance(node.func, ast.Attribute) and node.func.attr in UNWRAPPED:
        inner = node.func.value
        is_module = isinstance(inner, ast.Name) and inner.id in ("torch", "np", "F")
        yield (node.args[0] if is_module and node.args else inner), f"`{text}` without {node.func.attr}"
    for place, keyword in enumerate(node.keywords):
        left = node.keywords[:place] + node.keywords[place + 1 :]
        yield _changed(node, keywords=left), f"`{text}` without {keyword.arg}="
    if isinstance(node.func, ast.Name) and node.func.id == "range" and node.args:
        end = node.args[0] if len(node.args) == 1 else node.args[1]
        for op in (ast.Add(), ast.Sub()):
            moved = ast.BinOp(left=end, op=op, right=ast.Constant(value=1))
            args = [moved] if len(node.args) == 1 else [node.args[0], moved, *node.args[2:]]
            yield _changed(node, args=args), f"`{text}` ends one {'later' if isinstance(op, ast.Add) else 'earlier'}"
    if len(node.args) == 2 and not isinstance(node.args[1], ast.Starred | ast.Constant):
        yield _changed(node, args=node.args[::-1]), f"`{text}` with its arguments swapped"


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    """Return a shallow copy of a node with other fields."""
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _with(tree: ast.Module, index: int, variant: ast.AST | None) -> ast.Module | None:
    """Return a copy of the program whose node number ``index`` is another; None if no program is left."""
    copied = copy.deepcopy(tree)
    target = list(ast.walk(copied))[index]
    new = copy.deepcopy(variant)
    for parent in ast.walk(copied):
        for name, value in ast.iter_fields(parent):
            if value is target and new is not None:
                setattr(parent, name, new)
                return ast.fix_missing_locations(copied)
            if isinstance(value, list) and any(item is target for item in value):
                place = next(place for place, item in enumerate(value) if item is target)
                value[place : place + 1] = [new] if new is not None else []
                if not value and name == "body":
                    value.append(ast.Pass())
                return ast.fix_missing_locations(copied)
    return None
