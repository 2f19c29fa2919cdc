"""Changing a shape where it was written: the line of a variable, placeholder or constant.

The size is looked for in that statement: as a number or name in a list `[784, 10]`. Of several
lists the one whose items are the shape's wins.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from tftutor.framework.dtypes import DType, float32
from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known, listed
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition
from tftutor.inspection.shape_errors.fixes.made_by import call_that_made, statements_that_made
from tftutor.inspection.shape_errors.fixes.replay import Scratch
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, quiet_value
from tftutor.inspection.shape_errors.source_text import SourceText
from tftutor.inspection.shape_errors.values import VARIABLES, source_of_tensor

_SHAPED = ("ones", "zeros", "fill", "random_*", "truncated_normal")
MAKERS = VARIABLES | {"Placeholder", "PlaceholderWithDefault"}


def shape_list(case: Case, tensor: Tensor) -> tuple[SourceText, ast.List | ast.Tuple] | None:
    """The list in the student's source that says a variable's or placeholder's shape."""
    maker = source_of_tensor(tensor).op
    if case.call is None or maker.type not in MAKERS and call_that_made(maker, *_SHAPED) is None:
        return None
    shape = source_of_tensor(tensor)._shape
    for source, statement, line in statements_that_made(maker, 3) if shape is not None else ():
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return):
            continue
        found = [node for node in ast.walk(statement) if isinstance(node, ast.List | ast.Tuple)
                 and _says(case, node, known(shape))]
        here = [node for node in found if node.lineno <= line <= (node.end_lineno or line)]
        chosen = here or found  # a dictionary of weights is one statement on many lines
        if len(chosen) == 1 or here and all(_same(n, here[0]) for n in here):
            return source, chosen[0]
    return None


def _same(a: ast.AST, b: ast.AST) -> bool:
    return ast.dump(a) == ast.dump(b)


def _says(case: Case, node: ast.List | ast.Tuple, shape: tuple[int | None, ...]) -> bool:
    assert case.call is not None
    if len(node.elts) != len(shape) or not isinstance(node.ctx, ast.Load):  # `a, b = make()`
        return False
    values = [quiet_value(item, case.call.names) for item in node.elts]
    return all(value is UNKNOWN or value == dim or (value in (None, -1) and dim is None)
               for value, dim in zip(values, shape, strict=True))


def resized(case: Case, tensor: Tensor, axis: int, size: int | None, cost: float
            ) -> Iterator[Candidate]:
    """The same variable or placeholder, with another size along one axis."""
    shape = known(source_of_tensor(tensor)._shape)
    if axis < len(shape):
        yield from redefined(case, tensor, (*shape[:axis], size, *shape[axis + 1 :]), cost)


def redefined(case: Case, tensor: Tensor, shape: tuple[int | None, ...], cost: float
              ) -> Iterator[Candidate]:
    """The same variable or placeholder with another shape, changed where it was made."""
    found = shape_list(case, tensor)
    root = source_of_tensor(tensor)
    was = known(root._shape)
    only_unknown = root.op.type == "Placeholder" and len(was) == len(shape) and all(
        old is None or old == new for old, new in zip(was, shape, strict=True))
    if found is None or only_unknown:  # what is unknown is for the run to say
        return
    source, node = found
    code = new_list(source, node, shape, case)
    name = case.variable_name(root) or root.op.name

    def build(scratch: Scratch) -> None:
        substitute(case, scratch, tensor, shape)

    why = f"Makes `{name}` with shape {listed(shape)}, in the line where it is defined."
    yield Candidate(why, cost, CHANGES_MEANING,
                    definition=Definition(code, source.span(node), build))


def new_list(source: SourceText, node: ast.List | ast.Tuple, shape: tuple[int | None, ...],
             case: Case) -> str:
    """The list's source with the sizes of `shape`; items that stay keep their text."""
    assert case.call is not None
    texts = []
    for position, size in enumerate(shape):
        item = node.elts[position] if position < len(node.elts) else None
        named = _name_of_size(source, node, size, case)
        keeps = item is not None and len(node.elts) == len(shape) and (
            quiet_value(item, case.call.names) == size)
        texts.append(source.text(source.span(item)) if keeps and item is not None
                     else named or str(size))
    if isinstance(node, ast.Tuple):
        return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"
    return f"[{', '.join(texts)}]"


def _name_of_size(source: SourceText, node: ast.AST, size: int | None, case: Case) -> str | None:
    """What the statement around a list calls a size (`n_hidden`), if it has one name there."""
    assert case.call is not None
    statement = source.statement_at(node.lineno)  # type: ignore[attr-defined]
    found = {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)
             and type(case.call.names.get(part.id)) is int
             and case.call.names[part.id] == size} if statement is not None else set()
    return found.pop() if len(found) == 1 else None


def substitute(case: Case, scratch: Scratch, tensor: Tensor, shape: tuple[int | None, ...]
               ) -> None:
    """Let a stand-in of another shape take the place of a tensor and of what holds it."""
    root = source_of_tensor(tensor)
    stand_in: Any
    if root.op.type in VARIABLES:
        stand_in = scratch.variable(shape, tensor.dtype.base_dtype)
    else:
        stand_in = scratch.placeholder(shape, tensor.dtype.base_dtype)
    scratch.replace(tensor, scratch.placeholder(shape, tensor.dtype.base_dtype))
    scratch.replace(root, scratch.placeholder(shape, root.dtype.base_dtype))
    index = case.argument_of(tensor)
    if index is not None:
        value = case.arguments[index].value
        if value is not tensor and value is not root:
            scratch.replace(value, stand_in)


def retyped(case: Case, tensor: Tensor, dtype: DType, cost: float) -> Iterator[Candidate]:
    """The same placeholder or variable with another dtype, changed where it was made."""
    maker = source_of_tensor(tensor).op
    if maker.type not in MAKERS or case.call is None:
        return
    for source, statement, _ in statements_that_made(maker):
        found = [node for node in ast.walk(statement) if isinstance(node, ast.Attribute)
                 and node.attr == tensor.dtype.base_dtype.name]
        name = case.variable_name(source_of_tensor(tensor)) or maker.name
        for node in found[:1]:
            text = source.text(source.span(node.value))

            def build(scratch: Scratch) -> None:
                other = scratch.placeholder(tensor._shape, dtype)
                index = case.argument_of(tensor)
                scratch.replace(tensor, other)
                if index is not None:
                    scratch.replace(case.arguments[index].value, other)

            yield Candidate(f"Makes `{name}` with dtype {dtype.name}, in the line where it is "
                            "defined.", cost, CHANGES_MEANING,
                            definition=Definition(f"{text}.{dtype.name}", source.span(node), build))
        return


def with_float_literal(case: Case, tensor: Tensor, cost: float) -> Iterator[Candidate]:
    """`tf.constant(0.0)` for `tf.constant(0)`, in the line where the number is written."""
    root = source_of_tensor(tensor)
    found = call_that_made(root.op, "constant", "Variable")
    if root.op.type not in MAKERS | {"Const"} or found is None:
        return
    source, node = found
    if not node.args or not isinstance(node.args[0], ast.Constant) or not isinstance(
            node.args[0].value, int):
        return
    text = source.text(source.span(node.args[0]))

    def build(scratch: Scratch) -> None:
        index = case.argument_of(tensor)
        for value in (tensor, None if index is None else case.arguments[index].value):
            if value is not None:
                scratch.replace(value, scratch.placeholder(tensor._shape, float32))

    yield Candidate(f"The number is a float from the start: {text}.0.", cost, CHANGES_MEANING,
                    definition=Definition(f"{text}.0", source.span(node.args[0]), build))


def size_text(case: Case, tensor: Tensor, axis: int, size: int) -> str:
    """The name that the student gave a size where the tensor was made, else the number."""
    found = shape_list(case, tensor)
    if found is None or case.call is None:
        return str(size)
    item = found[1].elts[axis]
    named = isinstance(item, ast.Name) and case.call.names.get(item.id) == size
    return item.id if named and isinstance(item, ast.Name) else str(size)
