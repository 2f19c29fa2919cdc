"""What may have been meant by a refused cond or while_loop.

The branches and bodies are the student's own functions, which are not run again: functions that
give what those gave take their place in the trial.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.call_site import Argument
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA, Span
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition, edit
from tftutor.inspection.shape_errors.fixes.dtypes import cast, common
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch, outcome_of
from tftutor.inspection.shape_errors.rules.control_flow import (
    Growing,
    branch_types,
    growing,
    is_vector_predicate,
    loop_types,
)
from tftutor.inspection.shape_errors.values import as_tensor, dtype_of, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """Casts of a branch, looser invariants, one truth value of many."""
    types, grown, rounds = branch_types(case), growing(case), loop_types(case)
    if types is not None:
        yield from _same_types(case, types)
    if grown is not None:
        yield from _invariants(case, grown)
    if rounds is not None:
        yield from _same_rounds(case, rounds)
    if is_vector_predicate(case) and case.function == "cond":
        if known(shape_of(case.arguments[0].value)) == (1,):
            yield edit(0, "tf.squeeze({})", "The only truth value.", 0.8)
        yield edit(0, "tf.reduce_all({})", "True when all are true.", 1.0, CHANGES_MEANING)
        yield edit(0, "tf.reduce_any({})", "True when one is true.", 1.1, CHANGES_MEANING)


def returned(case: Case, *parameters: str) -> list[tuple[str, Span]]:
    """Source and place of what a function argument returns: a lambda's body, items of `return`."""
    call = case.call
    argument = call.argument(*parameters) if call is not None else None
    if call is None or argument is None:
        return []
    node: Any = argument.node
    if isinstance(node, ast.Lambda):
        value: Any = node.body
    elif isinstance(node, ast.Name):
        definition = next((n for n in ast.walk(call.source.tree)
                           if isinstance(n, ast.FunctionDef) and n.name == node.id), None)
        ends = [n for n in ast.walk(definition) if isinstance(n, ast.Return)] if definition else []
        if len(ends) != 1 or ends[0].value is None:
            return []
        value = ends[0].value
    else:
        return []
    items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    spans = [call.source.span(item) for item in items]
    return [(call.source.text(span), span) for span in spans]


def _same_types(case: Case, types: tuple[str, str]) -> Iterator[Candidate]:
    best = common(list(types))
    for position, parameters in enumerate((("true_fn", "fn1"), ("false_fn", "fn2"))):
        other = types[1 - position]
        found = returned(case, *parameters)
        if len(found) != 1:
            continue
        text, span = found[0]
        template = cast(types[position], other)

        def trial(scratch: Scratch, position: int = position, template: str = template) -> Outcome:
            return outcome_of(scratch.run(lambda: _cond(types, position, template)))

        yield Candidate(f"Both branches give {other}.", 1.0 if other == best else 1.4, SAME_DATA
                        if other == best else CHANGES_MEANING,
                        definition=Definition(template.replace("{}", text), span), trial=trial)


def _cond(types: tuple[str, str], position: int, template: str) -> Any:
    import tftutor

    def branch(index: int) -> Callable[[], Any]:
        def build() -> Any:
            value = exported("zeros")([], dtypes.as_dtype(types[index]))
            if index != position:
                return value
            code = template.replace("{}", "value")
            return eval(code, {"tf": tftutor, "value": value})  # noqa: S307 - our own template

        return build

    predicate = exported("placeholder")(dtypes.bool, [])
    return exported("cond")(predicate, branch(0), branch(1))


# -- loops -----------------------------------------------------------------------------------------

def loosened(before: Shape, after: Shape) -> Shape:
    """The shape that both have: `None` where they differ."""
    if before is None or after is None or len(before) != len(after):
        return None
    return tuple(a if a == b else None for a, b in zip(before, after, strict=True))


def _invariants(case: Case, grown: Growing) -> Iterator[Candidate]:
    call = case.call
    if call is None:
        return
    variables = [a for a in case.arguments if a.parameter.startswith("loop_vars")]
    position = _position(variables, grown)
    if position is None:
        return
    invariant = loosened(grown.before, grown.after)
    text = "tf.TensorShape(None)" if invariant is None else f"tf.TensorShape({list(invariant)})"
    items, shapes = [], []
    for index, argument in enumerate(variables):
        shape = invariant if index == position else shape_of(argument.value)
        shapes.append(shape)
        if index == position:
            items.append(text)
        elif as_tensor(argument.value) is not None:
            items.append(f"{argument.text}.get_shape()")
        else:
            items.append(f"tf.TensorShape({list(known(shape))})")
    closing = call.rendered([a.text for a in case.arguments]).rstrip()
    code = f"{closing[:-1].rstrip().rstrip(',')}, shape_invariants=[{', '.join(items)}])"

    def trial(scratch: Scratch) -> Outcome:
        return outcome_of(scratch.run(lambda: _loop(
            scratch, variables, position, grown.after, shapes)))

    yield Candidate("Lets the shape change from round to round.", 0.9, SAME_DATA,
                    definition=Definition(code, call.span), trial=trial)


def _position(variables: list[Argument], grown: Growing) -> int | None:
    """Which of the loop's variables changes its shape."""
    if len(variables) == 1:
        return 0
    names = [getattr(as_tensor(argument.value), "name", "") for argument in variables]
    return names.index(grown.tensor) if grown.tensor in names else None


def _loop(scratch: Scratch, variables: list[Argument], position: int, after: Shape,
          shapes: list[Shape]) -> Any:
    entering = [exported("convert_to_tensor")(scratch.stand_in(a.value)) for a in variables]

    def body(*values: Any) -> list[Any]:
        return [exported("placeholder")(value.dtype, after) if index == position
                else exported("identity")(value) for index, value in enumerate(values)]

    tensor_shape = exported("TensorShape")
    loop = exported("while_loop")(
        lambda *values: exported("placeholder")(dtypes.bool, []), body, entering,
        shape_invariants=[tensor_shape(None if s is None else list(s)) for s in shapes])
    return loop[position] if isinstance(loop, list | tuple) else loop


def _same_rounds(case: Case, rounds: tuple[str, str]) -> Iterator[Candidate]:
    """The body's result cast back to the dtype that entered."""
    call = case.call
    if call is None:
        return
    variables = [a for a in case.arguments if a.parameter.startswith("loop_vars")]
    found = returned(case, "body")
    if len(found) != len(variables):
        return
    number = _merge_number(case.message)
    chosen = [i for i, a in enumerate(variables) if dtype_of(a.value) == rounds[0]]
    if number is not None and number in chosen:
        chosen = [number]
    for position in chosen[:1]:
        text, span = found[position]
        template = cast(rounds[1], rounds[0])

        def trial(scratch: Scratch, template: str = template) -> Outcome:
            import tftutor

            value = scratch.placeholder((), dtypes.as_dtype(rounds[1]))
            code = template.replace("{}", "value")
            return outcome_of(scratch.run(
                lambda: eval(code, {"tf": tftutor, "value": value})))  # noqa: S307 - our template

        yield Candidate(f"Gives {rounds[0]} back, as it came in.", 1.0, SAME_DATA,
                        definition=Definition(template.replace("{}", text), span), trial=trial)


def _merge_number(message: str) -> int | None:
    match = re.search(r"of node \S*?Merge(?:_(\d+))? ", message)
    return None if match is None else int(match[1] or 0)
