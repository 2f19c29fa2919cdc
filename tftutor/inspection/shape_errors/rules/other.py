"""Any other shape error: the operands and their shapes, in plain words."""

from __future__ import annotations

import re

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Operand
from tftutor.inspection.shape_errors.finding import Finding, listed, unchecked
from tftutor.inspection.shape_errors.values import as_tensor, is_tensor_like

_NODE = re.compile(r"must be (at least |at most )?(rank|equal)|[Dd]imension|incompatible shapes|"
                   r"[Ss]hapes? .*(must|should|not)", re.DOTALL)
_PYTHON = re.compile(r"must have .*dimensions?|must be .*dimensional|must have rank|"
                     r"[Ss]hapes? .*(must|incompatible|not compatible|differ)|"
                     r"(must|can't|cannot) be (a )?(scalar|vector)|rank \d|ndims? ?=|same shape|"
                     r"Dimensions \S+ and \S+ are not compatible", re.DOTALL)
_RUN = re.compile(r"shape|rank|dimension|must be (a )?(scalar|vector|matrix)", re.IGNORECASE)
_NOT_ABOUT = re.compile(r"must feed a value|None values not supported|uninitialized|out of bound|"
                        r"not in \[0|does not index|same graph|No gradients|Unsupported|"
                        r"is empty|in the range")


def find(case: Case) -> Finding | None:
    """Say which tensors took part and what their shapes are."""
    made = case.op is not None
    words = _RUN if case.at_run_time else (_NODE if made else _PYTHON)
    if _NOT_ABOUT.search(case.message) or not words.search(case.message):
        return None
    tensors: list[tuple[int, Tensor]] = []
    operands: list[Operand] = []
    for index, argument in enumerate(case.arguments):
        if is_tensor_like(argument.value):
            operands.append(case.operand(argument.value, argument.parameter, index=index))
            tensor = as_tensor(argument.value)
            if tensor is not None:
                tensors.append((len(operands) - 1, tensor))
    if not operands and made:
        for tensor in case.inputs:
            operands.append(case.operand(tensor, "", index=case.argument_of(tensor)))
            tensors.append((len(operands) - 1, tensor))
    if not operands:
        return None
    have = ", ".join(f"`{o.name}` is {listed(o.shape)}" for o in operands)
    return Finding("other", f"{case.what} can't take these shapes: {have}.", operands, None, [],
                   [(position, tensor, None) for position, tensor in tensors],
                   unchecked(operands))
