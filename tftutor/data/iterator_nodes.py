"""Iterator nodes: the resource that remembers how far a dataset has been read."""

from __future__ import annotations

import threading
from typing import Any

from tftutor import errors
from tftutor.data.function_runs import Iteration
from tftutor.data.values import DatasetValue, Elements
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import no_outputs, scalar_shape
from tftutor.framework.shape_merge import brackets_text
from tftutor.runtime.executor import place_text
from tftutor.runtime.plan import Plan

_TYPED = ("output_types: list(type) >= 1", "output_shapes: list(shape) >= 1")
_HANDLE = ("handle: resource",)

IteratorV2 = OpDef("IteratorV2", outputs=_HANDLE, stateful=True,
                   attrs=("shared_name: string", "container: string", *_TYPED),
                   doc="An iterator that MakeIterator initialises.")
OneShotIterator = OpDef(
    "OneShotIterator", outputs=_HANDLE, stateful=True,
    attrs=("dataset_factory: func", *_TYPED, "container: string = ''",
           "shared_name: string = ''"),
    doc="An iterator that initialises itself, once.")
MakeIterator = OpDef("MakeIterator", inputs=("dataset: variant", "iterator: resource"),
                     stateful=True, doc="Lets an iterator begin a dataset.")
IteratorGetNext = OpDef("IteratorGetNext", inputs=("iterator: resource",),
                        outputs=("components: output_types",), attrs=_TYPED, stateful=True,
                        doc="The next element of an iterator.")
IteratorToStringHandle = OpDef("IteratorToStringHandle", inputs=("resource_handle: resource",),
                               outputs=("string_handle: string",), stateful=True,
                               doc="A string by which an iterator can be found.")
IteratorFromStringHandleV2 = OpDef(
    "IteratorFromStringHandleV2", inputs=("string_handle: string",),
    outputs=("resource_handle: resource",), stateful=True,
    attrs=("output_types: list(type) >= 0 = []", "output_shapes: list(shape) >= 0 = []"),
    doc="The iterator that a string names.")

for _op_def in (IteratorV2, OneShotIterator, IteratorToStringHandle, IteratorFromStringHandleV2):
    _op_def.shape(scalar_shape)
MakeIterator.shape(no_outputs)
for _op_def in (IteratorV2, OneShotIterator, MakeIterator, IteratorGetNext,
                IteratorToStringHandle, IteratorFromStringHandleV2):
    _op_def.not_differentiable("gradients end at iterators")


@IteratorGetNext.shape
def iterator_get_next_shape(c: Any) -> None:
    for index, shape in enumerate(c.op._attrs["output_shapes"]):
        c.set_output(index, getattr(shape, "shape", shape))


class IteratorResource:
    """An iterator of a session. Steps in several threads take turns."""

    def __init__(self, name: str, types: list[Any], shapes: list[Any]) -> None:
        self.name, self.types, self.shapes = name, types, shapes
        self.lock = threading.RLock()
        self._run: Iteration | None = None
        self._elements: Elements = iter(())

    def start(self, dataset: DatasetValue) -> None:
        """Begin a dataset."""
        with self.lock:
            run = Iteration()
            self._elements = dataset.iterate(run, "Iterator")
            self._run = run

    @property
    def is_started(self) -> bool:
        """True when it has a dataset."""
        return self._run is not None

    def get_next(self, step: Any) -> tuple[Any, ...]:
        """The next element. Raises: FailedPreconditionError, OutOfRangeError."""
        with self.lock:
            run = self._run
            if run is None:
                raise errors.FailedPreconditionError(
                    None, None, "GetNext() failed because the iterator has not been initialized. "
                    "Ensure that you have run the initializer operation for this iterator before "
                    "getting the next element.")
            run.step = step
            try:
                for element in self._elements:
                    return element
            finally:
                run.step = None
            self._elements = iter(())  # the end stays the end
        raise errors.OutOfRangeError(None, None, "End of sequence")


def _resource(ctx: Any) -> IteratorResource:
    attrs = ctx.op._attrs
    return ctx.resource("iterator", lambda container, name: IteratorResource(
        f"{container}/{name}", attrs["output_types"], [_plain(s) for s in attrs["output_shapes"]]))


def _plain(shape: Any) -> Any:
    return getattr(shape, "shape", shape)


@IteratorV2.static_value
def iterator_value(ctx: Any) -> Any:
    return _resource(ctx)


@OneShotIterator.kernel()
def one_shot_iterator_kernel(*, ctx, step):
    iterator = _resource(ctx)
    if not iterator.is_started:
        with iterator.lock:
            if not iterator.is_started:
                factory = ctx.op.graph._functions[ctx.op._attrs["dataset_factory"].name]
                iterator.start(factory.make(ctx, step))
    return iterator


class DatasetFactory:
    """Makes the dataset of a one-shot iterator from the nodes that describe it."""

    def __init__(self, name: str, dataset: Tensor, is_optimized: bool) -> None:
        self.name = name
        self.dataset = dataset
        self.is_optimized = is_optimized

    def make(self, ctx: Any, step: Any) -> DatasetValue:
        """Run the nodes behind the dataset, but nothing that only a control edge asks for."""
        data = data_ancestors(self.dataset.op)
        others = {c for op in data for c in op._control_inputs} - set(data)
        plan = Plan((self.dataset,), (), (), ctx.resources, others)
        try:
            dataset = plan.function([], step)[0]
            return dataset.fused() if self.is_optimized else dataset
        except errors.OpError as error:
            raise self._explained(ctx.op, plan, error) from None

    @staticmethod
    def _explained(op: Operation, plan: Plan, error: errors.OpError) -> Exception:
        from tftutor.runtime.executor import explain_failure

        explained = explain_failure(plan, error)
        inner = explained.op  # type: ignore[attr-defined]
        text = explained.message.removesuffix(  # type: ignore[attr-defined]
            f"\n\t [[{place_text(inner)}]]" if inner is not None else "")
        name = inner.name if inner is not None else op.name
        return type(error)(op.node_def, op,  # type: ignore[call-arg]
                           f"[_Derived_]{text}\n\t [[{{{{node OptimizeDataset/{name}}}}}]]\n\t "
                           f"[[{op.name}]]")


def data_ancestors(op: Operation) -> list[Operation]:
    """`op` and what its data comes from; an op before its inputs, inputs in order."""
    found: dict[Operation, None] = {}
    stack = [op]
    while stack:
        current = stack.pop()
        if current not in found:
            found[current] = None
            stack.extend(tensor.op for tensor in reversed(current._inputs))
    return list(found)


@MakeIterator.kernel()
def make_iterator_kernel(dataset, iterator):
    iterator.start(dataset)


@IteratorGetNext.kernel()
def iterator_get_next_kernel(iterator, *, ctx, step):
    try:
        return iterator.get_next(step)
    except errors.OpError as error:
        if not getattr(error, "in_function", False):
            raise
        op = ctx.op
        raise type(error)(op.node_def, op,  # type: ignore[call-arg]
                          f"{error.message}\n\t [[{op.name}]]") from None


_PREFIX = "iterator:"


@IteratorToStringHandle.kernel()
def iterator_to_string_handle_kernel(resource_handle):
    return f"{_PREFIX}{resource_handle.name}".encode()


@IteratorFromStringHandleV2.kernel()
def iterator_from_string_handle_kernel(string_handle, *, ctx, output_types, output_shapes):
    text = string_handle.decode(errors="replace")
    if not text.startswith(_PREFIX):
        raise errors.InvalidArgumentError(
            None, None, "Could not parse string_handle as a valid ResourceHandle")
    container, _, name = text[len(_PREFIX):].partition("/")
    iterator = ctx.resources.lookup("iterator", container, name)
    if iterator is None:
        raise errors.NotFoundError(
            None, None, f"Resource {container or 'localhost'}/{name}/"
            "N10tensorflow4data16IteratorResourceE does not exist.")
    _check_types(iterator.types, output_types)
    _check_shapes(iterator.shapes, [_plain(s) for s in output_shapes])
    return iterator


def _check_types(given: list[Any], expected: list[Any]) -> None:
    if expected and len(given) != len(expected):
        raise errors.InvalidArgumentError(
            None, None, f"Number of components does not match: expected {len(expected)} types but "
            f"got {len(given)}.")
    for index, (have, want) in enumerate(zip(given, expected, strict=False)):
        if have != want:
            raise errors.InvalidArgumentError(
                None, None, f"Data type mismatch at component {index}: expected {_cpp(want)} but "
                f"got {_cpp(have)}.")


def _check_shapes(given: list[Any], expected: list[Any]) -> None:
    for index, (have, want) in enumerate(zip(given, expected, strict=False)):
        if have is not None and want is not None and (len(have) != len(want) or any(
                None not in (a, b) and a != b for a, b in zip(have, want, strict=True))):
            raise errors.InvalidArgumentError(
                None, None, f"Incompatible shapes at component {index}: expected "
                f"{brackets_text(want)} but got {brackets_text(have)}.")


def _cpp(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)
