"""What may have been meant by a refused `tf.tensordot` or `tf.einsum`: other axes."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.values import is_tensor_like, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """Pairs of axes of one size, and operands with their axes the other way round."""
    call = case.call
    tensors = [(i, known(shape_of(a.value))) for i, a in enumerate(case.arguments)
               if is_tensor_like(a.value)]
    if call is None or len(tensors) != 2:
        return
    (ia, a), (ib, b) = tensors
    if case.function == "tensordot":
        pairs = [(i, j) for i in reversed(range(len(a))) for j in range(len(b))
                 if a[i] == b[j] and a[i] is not None]
        for cost, (i, j) in enumerate(pairs):
            why = f"Sums over axis {i} of the first and axis {j} of the second."
            if "axes" in call.lists:
                yield Candidate(why, 1 + cost / 10, CHANGES_MEANING,
                                lists={"axes": f"[[{i}], [{j}]]"})
            elif call.argument("axes") is not None:
                place = call.arguments.index(call.argument("axes"))  # type: ignore[arg-type]
                yield edit(place, f"[[{i}], [{j}]]", why, 1 + cost / 10, CHANGES_MEANING)
    for index, dims in ((ib, b), (ia, a)):
        if len(dims) == 2:
            yield edit(index, "tf.transpose({})", "The axes the other way round.", 1.2)
