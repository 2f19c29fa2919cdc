"""Fixes in an earlier line: another argument of the call that made the operand.

The call is found through the node's own line and tried by making it anew in the scratch graph,
with all that leads from there to the failing call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.axis_history import before
from tftutor.inspection.shape_errors.call_site import CallSite, call_from
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition
from tftutor.inspection.shape_errors.fixes.definitions import redefined
from tftutor.inspection.shape_errors.fixes.made_by import call_that_made
from tftutor.inspection.shape_errors.fixes.replay import Scratch
from tftutor.inspection.shape_errors.fixes.upstream import put, regrown
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN
from tftutor.inspection.shape_errors.values import VARIABLES, ancestors, source_of_tensor

_FAR = 30
_HEADS = ("dense", "fully_connected")


class _Earlier(NamedTuple):
    """A call in an earlier line, the value of its first argument filled in; a tensor it made."""

    call: CallSite
    made: Tensor


def _earlier_call(case: Case, tensor: Tensor, *functions: str) -> _Earlier | None:
    """The call of one of these functions that made the nearest node on the way back."""
    if case.call is None:
        return None
    for each in ancestors(tensor, 60):
        found = call_that_made(each.op, *functions)
        if found is None:
            continue
        source, node = found
        line = each.op._frames[0][1]
        call = call_from(source, node, case.call.names, "", line)
        entering = _entering(each)
        if call is None or entering is None or not call.arguments:
            return None
        call.arguments[0].value = entering
        return _Earlier(call, each)
    return None


def _entering(tensor: Tensor) -> Tensor | None:
    """The data tensor that goes into the line which made a tensor."""
    place = tensor.op._frames
    waiting, seen = [tensor], {id(tensor)}
    while waiting:
        for source in waiting.pop(0).op._inputs:
            if id(source) in seen:
                continue
            seen.add(id(source))
            if source.op._frames == place:
                waiting.append(source)
            else:
                return source
    return None


def _made_anew(case: Case, earlier: _Earlier, goal: Tensor, scratch: Scratch, position: int,
               template: str) -> None:
    """Make an earlier call anew with one argument changed, and what leads to `goal` from there."""
    import tftutor

    call, old = earlier.call, _last_of_line(goal, earlier.made)
    texts: list[str] = []
    given: dict[str, Any] = {"tf": tftutor, "np": np}
    for index, argument in enumerate(call.arguments):
        hole = f"_earlier_{index}"
        if argument.value is not UNKNOWN:
            given[hole] = scratch.stand_in(argument.value)
            texts.append(template.replace("{}", hole) if index == position else hole)
        else:
            texts.append(argument.text)
    outcome = scratch.evaluate(call.rendered(texts), call.names, given)
    value = outcome.value
    put(case, scratch, goal, regrown(scratch, goal, old, value) if goal is not old else value)


def flattened_before(case: Case, tensor: Tensor, cost: float) -> Iterator[Candidate]:
    """`tf.layers.flatten` before the dense layer that made a tensor of too many axes."""
    shape = tensor._shape
    if shape is None or len(shape) < 3:
        return
    found = _earlier_call(case, tensor, *_HEADS)
    if found is None:
        return
    if len(known(found.call.arguments[0].value._shape)) < 3:
        return
    yield Candidate("Flattens each example into one row before the dense layer.", cost, SAME_DATA,
                    definition=_changed(case, found, tensor, 0, "tf.layers.flatten({})"))


def _changed(case: Case, earlier: _Earlier, goal: Tensor, position: int, template: str
             ) -> Definition:
    """An earlier call with one argument changed."""
    texts = [argument.text for argument in earlier.call.arguments]
    texts[position] = template.replace("{}", texts[position])

    def build(scratch: Scratch) -> None:
        _made_anew(case, earlier, goal, scratch, position, template)

    return Definition(earlier.call.rendered(texts), earlier.call.span, build)


def _last_of_line(tensor: Tensor, made: Tensor) -> Tensor:
    """The tensor nearest to `tensor` that the line of `made` gave."""
    return next((t for t in ancestors(tensor) if t.op._frames == made.op._frames), made)


def rows_kept(case: Case, tensor: Tensor, cost: float) -> Iterator[Candidate]:
    """A reshape whose rows aren't the examples: `[-1, n]` where an example has other than n."""
    for each in ancestors(tensor, 60):
        if each.op.type != "Reshape" or len(known(each._shape)) != 2:
            continue
        row = product(known(each.op._inputs[0]._shape)[1:])
        have = known(each._shape)[1]
        if row is None or have is None or row == have or case.call is None:
            continue
        found = call_that_made(each.op, "reshape")
        if found is None:
            continue
        source, node = found
        call = call_from(source, node, case.call.names, "", each.op._frames[0][1])
        if call is None or "shape" not in call.lists and call.argument("shape") is None:
            continue
        texts = [argument.text for argument in call.arguments]
        if "shape" in call.lists:
            code = call.rendered(texts, {"shape": f"[-1, {row}]"})
        else:
            position = next(i for i, a in enumerate(call.arguments) if a.parameter == "shape")
            texts[position] = f"[-1, {row}]"
            code = call.rendered(texts)

        def build(scratch: Scratch) -> None:
            put(case, scratch, tensor, scratch.placeholder(tensor._shape, tensor.dtype))

        yield Candidate(f"Each example has {row} numbers, so that a row is one example (the "
                        "weights after it need as many rows).", cost, CHANGES_MEANING,
                        definition=Definition(code, call.span, build))
        return


def other_units(case: Case, tensor: Tensor, have: int, want: int, cost: float, effect: str
                ) -> Iterator[Candidate]:
    """The last dense layer with another number of units."""
    found = _earlier_call(case, tensor, *_HEADS)
    if found is None:
        return
    units = found.call.argument("units", "num_outputs")
    if units is None or units.value != have:
        return
    position = found.call.arguments.index(units)
    yield Candidate(f"As many units as the labels have columns: {want}.", cost, effect,
                    definition=_changed(case, found, tensor, position, str(want)))


def same_padding(case: Case, tensor: Tensor, wanted: tuple[int | None, ...], cost: float
                 ) -> Iterator[Candidate]:
    """`padding="SAME"` in the convolution or pooling that lost the border."""
    shape = tensor._shape
    if shape is None or not all(a is None or b is None or a <= b
                                for a, b in zip(shape, wanted, strict=True)):
        return
    found = _earlier_call(case, tensor, "conv*", "max_pool*", "avg_pool*", "average_pooling*",
                          "separable_conv*", "depthwise_conv*")
    if found is None:
        return
    call = found.call
    padding = call.argument("padding")
    if padding is not None:
        position = call.arguments.index(padding)
        if not isinstance(padding.value, str) or padding.value.upper() == "SAME":
            return
        quote = padding.text[0] if padding.text[:1] in "'\"" else "'"
        template = f"{quote}{'same' if padding.value.islower() else 'SAME'}{quote}"
    elif ".layers." in call.callee:
        position, template = len(call.arguments) - 1, "{}, padding='same'"
    else:
        return
    yield Candidate("Keeps the size: the border is padded with zeros.", cost, CHANGES_MEANING,
                    definition=_changed(case, found, tensor, position, template))


def other_weights(case: Case, tensor: Tensor, axis: int, size: int | None, cost: float
                  ) -> Iterator[Candidate]:
    """The variable that an axis comes from, with another size there."""
    current: Tensor | None = tensor
    last, place = tensor, axis
    for _ in range(_FAR):
        earlier = before(current, place) if current is not None else None
        if current is None or earlier is None or earlier.axis is None:
            break
        last, current, place = current, earlier.tensor, earlier.axis
    root = source_of_tensor(last)
    if size is None or last is tensor or root.op.type not in VARIABLES:
        return
    read = next((t for t in ancestors(tensor) if source_of_tensor(t) is root), None)
    shape = known(root._shape)
    if read is None or place >= len(shape):
        return
    new = (*shape[:place], size, *shape[place + 1 :])
    for candidate in redefined(case, read, new, cost):
        assert candidate.definition is not None

        def build(scratch: Scratch, read: Tensor = read) -> None:
            other = scratch.placeholder(new, read.dtype.base_dtype)
            put(case, scratch, tensor, regrown(scratch, tensor, read, other))

        yield replace(candidate, definition=replace(candidate.definition, build=build))
