"""The rules of convolution and pooling: images [n, h, w, c], filters [fh, fw, c, out]."""

from __future__ import annotations

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Kind, Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    dimensions,
    known,
    listed,
    unchecked,
)

CONV = {"Conv2D", "DepthwiseConv2dNative", "Conv3D"}
POOL = {"MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D", "MaxPoolV2"}


def is_nchw(case: Case) -> bool:
    """Whether the failing node has its channels right after the batch."""
    value = case.op._attrs.get("data_format") if case.op is not None else b""
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text.startswith("NC")


def find(case: Case) -> Finding | None:
    """Explain a refused convolution or pooling."""
    if not case.inputs:
        return None
    if case.op_type in CONV and len(case.inputs) == 2:
        return _convolution(case)
    if case.op_type in POOL:
        return _pooling(case)
    return None


def _convolution(case: Case) -> Finding:
    image, kernel = case.shape(0), case.shape(1)
    rank = 5 if case.op_type == "Conv3D" else 4
    channel = 1 if is_nchw(case) else rank - 1
    names = "d, h, w" if rank == 5 else "h, w"
    first = f"[n, c, {names}]" if is_nchw(case) else f"[n, {names}, c]"
    second = "[fh, fw, c, m]" if case.op_type.startswith("Depth") else (
        "[fd, fh, fw, c, out]" if rank == 5 else "[fh, fw, c, out]")
    wrong = [len(known(s)) != rank for s in (image, kernel)]
    marks: list[dict[int, Mark]] = [{}, {}]
    if not wrong[0]:
        marks[0] = {channel: "must match"}
    if not wrong[1]:
        marks[1] = {rank - 2: "must match"}
    operands = _operands(case, ("image batch", "filter"), marks, rank)
    left, right = operands
    if wrong[0] or wrong[1]:
        odd, what = (left, f"a batch of images {first}") if wrong[0] else (
            right, f"a filter {second}")
        sentence = (f"{case.what} takes {what}; `{odd.name}` has "
                    f"{dimensions(len(known(odd.shape)))}, {listed(odd.shape)}.")
        kind: Kind = "rank"
    elif known(image)[channel] != known(kernel)[rank - 2] and "Negative" not in case.message:
        sentence = (f"The filter reads {known(kernel)[rank - 2]} channels, the images have "
                    f"{known(image)[channel]}: `{left.name}` is {listed(image)}, `{right.name}` "
                    f"is {listed(kernel)}.")
        kind = "conv channels"
    else:
        sentence = _window_sentence(case, left, right)
        kind = "pool window"
    fits = None if wrong[0] or wrong[1] else (
        known(image)[channel] == known(kernel)[rank - 2])
    joins = [] if wrong[0] or wrong[1] else [Join((0, channel), (1, rank - 2), fits)]
    return Finding(kind, sentence, operands,
                   Rule(f"{first} x {second} -> {first.replace('c', 'out')}",
                        case_text([image, kernel])), joins,
                   [(int(wrong[1] and not wrong[0]), case.inputs[int(wrong[1] and not wrong[0])],
                     None if any(wrong) else channel),
                    (1, case.inputs[1], None if any(wrong) else rank - 2)], unchecked(operands))


def _operands(case: Case, roles: tuple[str, ...], marks: list[dict[int, Mark]], rank: int
              ) -> list[Operand]:
    found = []
    for index, role in enumerate(roles):
        tensor = case.inputs[index]
        shape = known(case.shape(index))
        mine = dict(marks[index])
        if len(shape) > rank:
            mine.update({axis: "surplus" for axis, dim in enumerate(shape) if dim == 1})
        found.append(case.operand(tensor, role, index=case.argument_of(tensor),
                                  shape=case.shape(index), marks=mine))
    return found


def _window_sentence(case: Case, image: Operand, other: Operand | None = None) -> str:
    window = f"the filter `{other.name}` {listed(other.shape)}" if other is not None else (
        "the window")
    if "Negative dimension" in case.message:
        return (f"{window.capitalize() if other is None else 'T' + window[1:]} is larger than "
                f"`{image.name}` {listed(image.shape)}: without padding nothing is left.")
    return f"{case.what} can't slide {window} over `{image.name}` {listed(image.shape)}."


def _pooling(case: Case) -> Finding:
    image = case.shape(0)
    rank = 5 if "3D" in case.op_type else 4
    operands = _operands(case, ("image batch",), [{}], rank)
    if len(known(image)) != rank:
        sentence = (f"{case.what} takes a batch of images [n, h, w, c]; `{operands[0].name}` has "
                    f"{dimensions(len(known(image)))}, {listed(image)}.")
        kind: Kind = "rank"
    else:
        sentence, kind = _window_sentence(case, operands[0]), "pool window"
    return Finding(kind, sentence, operands,
                   Rule("[n, h, w, c] -> [n, h/s, w/s, c]", case_text([image])), [],
                   [(0, case.inputs[0], None)], unchecked(operands))
