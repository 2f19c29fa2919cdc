"""The rules of recurrent networks: inputs [batch, time, features], one state for each sequence."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.call_site import Argument
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    dimensions,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor

FUNCTIONS = {"dynamic_rnn", "static_rnn", "rnn", "bidirectional_dynamic_rnn",
             "static_bidirectional_rnn", "raw_rnn"}


def is_cell_call(case: Case) -> bool:
    """The student called a cell: `output, state = cell(x, state)`."""
    from tftutor.layers.rnn_cell import RNNCell

    return case.call is not None and isinstance(case.call.target, RNNCell)


def find(case: Case) -> Finding | None:
    """Explain what a recurrent network doesn't take."""
    call = case.call
    if call is None or not (case.function in FUNCTIONS or is_cell_call(case)):
        return None
    if "DataType" in case.message or "that does not match" in case.message:
        return None
    operands = [case.operand(a.value, role, index=call.arguments.index(a), marks=_marks(case, role))
                for role, a in roles(case)]
    if not operands:
        return None
    sentence, rule = _words(case, operands)
    suspects = [(i, tensor, None) for i, (_, a) in enumerate(roles(case))
                if (tensor := as_tensor(a.value)) is not None]
    return Finding("rnn", sentence, operands, rule, [], suspects, unchecked(operands[:1]))


def roles(case: Case) -> Iterator[tuple[str, Argument]]:
    """(role, argument) of inputs, state and sequence lengths, those that were given."""
    assert case.call is not None
    for role, names in (("inputs", ("inputs", "input")), ("state", ("initial_state", "state",
                                                                    "initial_state_fw")),
                        ("sequence lengths", ("sequence_length",))):
        found = case.call.argument(*names)
        if found is None and role == "inputs" and is_cell_call(case) and case.arguments:
            found = case.arguments[0]
        if found is None and role == "state" and is_cell_call(case) and len(case.arguments) > 1:
            found = case.arguments[1]
        if found is not None:
            yield role, found


def _marks(case: Case, role: str) -> dict[int, Mark]:
    if role == "sequence lengths" and "sequence_length" in case.message:
        return {1: "surplus"}
    return {}


def _words(case: Case, operands: list[Operand]) -> tuple[str, Rule]:
    x = operands[0]
    name = case.what
    by_role = {o.role: o for o in operands}
    if case.function in ("static_rnn", "rnn", "static_bidirectional_rnn"):
        rule = Rule("list of [batch, features]", listed(x.shape))
        if "sequence" in case.message and "must be" in case.message:
            return (f"{name} takes a list with one tensor [batch, features] for each time step; "
                    f"`{x.name}` is one tensor {listed(x.shape)}.", rule)
        return f"{name} takes a list of [batch, features]; `{x.name}` is {listed(x.shape)}.", rule
    if is_cell_call(case):
        rule = Rule("[batch, features], state [batch, units]",
                    case_text([o.shape for o in operands], ", "))
        if "iterating" in case.message:
            return (f"The state of {name} has parts (c, h), each [batch, units]; "
                    f"`{operands[-1].name}` is one tensor {listed(operands[-1].shape)}.", rule)
        return (f"{name} takes one time step [batch, features]; `{x.name}` has "
                f"{dimensions(len(known(x.shape)))}, {listed(x.shape)}.", rule)
    rule = Rule("[batch, time, features]", listed(x.shape))
    if "dtype" in case.message and "initial_state" in case.message:
        return (f"{name} starts from zeros when no state is given, and must know their dtype.",
                rule)
    lengths = by_role.get("sequence lengths")
    if lengths is not None and ("sequence_length" in case.message
                                or case.op_type in ("Select", "Assert")):
        return (f"{name} takes one length for each sequence of the batch, [batch]; "
                f"`{lengths.name}` is {listed(lengths.shape)}, `{x.name}` is {listed(x.shape)}"
                + (", read as [time, batch, features]" if is_time_major(case) else "") + ".", rule)
    if len(known(x.shape)) != 3:
        return (f"{name} takes sequences [batch, time, features]; `{x.name}` has "
                f"{dimensions(len(known(x.shape)))}, {listed(x.shape)}.", rule)
    state = by_role.get("state")
    if state is not None:
        return (f"The initial state must fit the cell and the batch: [batch, units]; `{x.name}` is "
                f"{listed(x.shape)}, the state `{state.name}` {listed(state.shape)}.", rule)
    return f"{name} can't take `{x.name}` {listed(x.shape)}.", rule


def is_time_major(case: Case) -> bool:
    """Whether the call says that time is the first axis."""
    found = case.call.argument("time_major") if case.call is not None else None
    return found is not None and found.value is True
