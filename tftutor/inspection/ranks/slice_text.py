"""Slice specs as text: `0, :, 2:5` read without evaluating it, and written again."""

from __future__ import annotations

import ast
from typing import Any

Item = int | slice | None   # None is a new axis; an Ellipsis stands for itself
_NEW_AXES = ("newaxis",)


def parse(text: str) -> tuple[Any, ...]:
    """Read a spec.

    Args:
      text: what stands between the brackets, or the whole `x[0, :, 2:5]`. Numbers, `:`, `...`,
        `None` and `tf.newaxis` are allowed.

    Returns: integers, slices, None and Ellipsis, as Python gives them to `__getitem__`.
    Raises: ValueError that says what isn't understood.
    """
    inside = text.strip()
    if not inside:
        return ()
    if inside.endswith("]") and "[" in inside:
        inside = inside[inside.index("[") + 1:-1]
    try:
        node = ast.parse(f"x[{inside}]", mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"Python can't read the slice [{inside}]: {error.msg}.") from None
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
        raise ValueError(f"[{inside}] isn't one slice.")
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return tuple(_item(item) for item in items)


def _item(node: ast.expr) -> Any:
    if isinstance(node, ast.Slice):
        return slice(*(None if part is None else _number(part)
                       for part in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.Constant) and node.value in (None, Ellipsis):
        return node.value
    if isinstance(node, ast.Attribute | ast.Name):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in _NEW_AXES:
            return None
    return _number(node)


def _number(node: ast.expr) -> int:
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return sign * node.value
    raise ValueError(f"{ast.unparse(node)} is no index: write numbers, slices such as 2:5, `...` "
                     "or `tf.newaxis`.")


def item_text(item: Any) -> str:
    """`2:5`, `::-1`, `...`, `tf.newaxis`, `-1`."""
    if item is Ellipsis:
        return "..."
    if item is None:
        return "tf.newaxis"
    if not isinstance(item, slice):
        return str(item)
    start, stop, step = ("" if part is None else str(part)
                         for part in (item.start, item.stop, item.step))
    return f"{start}:{stop}" + (f":{step}" if step else "")


def spec_text(name: str, spec: tuple[Any, ...]) -> str:
    """`x[0, :, 2:5]`; `x` for an empty spec."""
    return f"{name}[{', '.join(map(item_text, spec))}]" if spec else name
