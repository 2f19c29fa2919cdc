"""Tensors that stay in the session: one step keeps a tensor for a handle, another one reads it.

A fetched handle comes as a TensorHandle. Feeding it to any placeholder feeds the kept tensor;
feeding its text to the placeholder of `tf.get_session_tensor` reads it on its own device. When ten
TensorHandles have been collected as garbage, their tensors are forgotten.

As in TensorFlow, a session with a target keeps none: there a variable on the task does the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_copies import copy_of
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.device_spec import DeviceSpec
from tftutor.framework.graph_functions import colocate_with, device
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import no_outputs, scalar_shape
from tftutor.ops.constant import placeholder
from tftutor.platform.compat_strings import as_str_any

GetSessionHandle = OpDef("GetSessionHandle", inputs=("value: T",), outputs=("handle: string",),
                         attrs=("T: type",), stateful=True)
GetSessionHandleV2 = OpDef(
    "GetSessionHandleV2", inputs=("value: T",), outputs=("handle: resource",), attrs=("T: type",),
    stateful=True, doc="Keeps a tensor in the session and gives a handle (newer form).")
GetSessionTensor = OpDef("GetSessionTensor", inputs=("handle: string",), outputs=("value: dtype",),
                         attrs=("dtype: type",), stateful=True)
DeleteSessionTensor = OpDef("DeleteSessionTensor", inputs=("handle: string",), stateful=True)
_HANDLES = (GetSessionHandle, GetSessionHandleV2)


class TensorHandle:
    """The handle of a tensor that a session keeps. Source: TF 1.15, TensorHandle.

    Attributes: handle: its text, "node;number;device".
    """

    were_made = False  # whether there has been any

    def __init__(self, handle: Any, dtype: Any, session: Any) -> None:
        TensorHandle.were_made = True
        self._handle = as_str_any(handle)
        self._dtype = dtype
        self._session = session
        self._auto_gc_enabled = True

    def __del__(self) -> None:
        if self._auto_gc_enabled:
            self._session._register_dead_handle(self._handle)

    def __str__(self) -> str:
        return self._handle

    @property
    def handle(self) -> str:
        """The handle as text."""
        return self._handle

    def eval(self) -> Any:
        """The tensor's value.

        Raises: TypeError when the tensor was deleted, or is no longer this object's.
        """
        self._check_alive()
        holder, reader = _reader(self._session.graph, self._handle, self._dtype)
        return self._session.run(reader, feed_dict={holder: self._handle})

    def delete(self) -> None:
        """Forget the tensor. Raises: TypeError when that was done before."""
        self._check_alive()
        self._auto_gc_enabled = False
        graph = self._session.graph
        deleters = _tables(graph).deleters
        if 0 not in deleters:
            with graph.as_default():
                deleters[0] = delete_session_tensor(self._handle)
        holder, deleter = deleters[0]
        self._session.run(deleter, feed_dict={holder: self._handle})

    def get_raw_handle(self) -> str:
        """The handle as text; the tensor stays until somebody deletes it."""
        self._auto_gc_enabled = False
        return self._handle

    def _check_alive(self) -> None:
        if not self._auto_gc_enabled:
            raise TypeError(f"Persistent tensor {self._handle} may have already been deleted.")


class HandleTables:
    """The nodes of a graph that were made for handles.

    Attributes:
      feeders: name of a placeholder for handles -> the dtype of their tensors.
      readers, movers, deleters: (placeholder, what to run) by what they are for.
    """

    def __init__(self) -> None:
        self.feeders: dict[str, Any] = {}
        self.readers: dict[str, tuple[Tensor, Tensor]] = {}
        self.movers: dict[str, tuple[Tensor, Tensor]] = {}
        self.deleters: dict[int, tuple[Tensor, Operation]] = {}


def _tables(graph: Any) -> HandleTables:
    found: HandleTables = graph.__dict__.setdefault("_handle_tables", HandleTables())
    return found


def device_of_handle(handle: Any) -> str:
    """The device of a handle. Raises: ValueError for a text that is none."""
    return DeviceSpec.from_string(as_str_any(handle).split(";")[-1]).to_string()


def _reader(graph: Any, handle: str, dtype: Any) -> tuple[Tensor, Tensor]:
    parts = handle.split(";")
    readers, key = _tables(graph).readers, f"{parts[0]};{parts[-1]}"
    if key not in readers:
        with graph.as_default():
            readers[key] = get_session_tensor(handle, dtype)
    return readers[key]


def mover_for(graph: Any, feeder: Tensor, handle: Any) -> tuple[Tensor, Tensor] | None:
    """What brings a kept tensor to the device of the placeholder to which its handle is fed.

    Returns: (placeholder for the old handle, the new handle); None where nothing need be done.
    """
    tables = _tables(graph)
    dtype = tables.feeders.get(feeder.op.name)
    if dtype is None or feeder.op.device == device_of_handle(handle):
        return None
    parts = as_str_any(handle).split(";")
    key = f"{feeder.op.name};{parts[0]};{parts[-1]}"
    if key not in tables.movers:
        holder, reader = _reader(graph, as_str_any(handle), dtype)
        with graph.as_default(), graph.device(feeder.op.device):
            tables.movers[key] = holder, GetSessionHandle(reader)
    return tables.movers[key]


# -- public functions ---------------------------------------------------------------------------

@tf_export("get_session_handle")
def get_session_handle(data: Any, name: str | None = None) -> Tensor:
    """Keep a tensor in the session. Fetched, this gives a TensorHandle for it.

    Example:
        kept = sess.run(tf.get_session_handle(x))
        holder, y = tf.get_session_tensor(kept.handle, tf.float32)
        sess.run(y * 2.0, {holder: kept.handle})

    Returns: a scalar string. Raises: TypeError when `data` is no Tensor. In the step
    FailedPreconditionError in a session with a target.
    Source: TF 1.15 docs, tf.get_session_handle.
    """
    if not isinstance(data, Tensor):
        raise TypeError("`data` must be of type Tensor.")
    with colocate_with(data):
        return GetSessionHandle(data, name=name)


@tf_export("get_session_tensor")
def get_session_tensor(handle: Any, dtype: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """A placeholder for a handle, and the tensor that was kept for it.

    Args:
      handle: any handle (its text) of the device on which the tensor is.
      dtype: that of the tensor.

    Returns: (placeholder, tensor); both are on the handle's device.
    Raises: ValueError for a text that is no handle. In the step InvalidArgumentError for a handle
    whose tensor is gone, InternalError for a tensor of another dtype.
    Source: TF 1.15 docs, tf.get_session_tensor.
    """
    with device(device_of_handle(handle)):
        holder = placeholder(dtypes.string)
        _tables(holder.graph).feeders[holder.op.name] = dtype
        return holder, GetSessionTensor(holder, dtype=dtype, name=name)


@tf_export("delete_session_tensor")
def delete_session_tensor(handle: Any, name: str | None = None) -> tuple[Tensor, Operation]:
    """A placeholder for a handle, and the operation that forgets its tensor.

    Raises: ValueError for a text that is no handle. In the step InvalidArgumentError for a handle
    whose tensor is gone. Source: TF 1.15 docs, tf.delete_session_tensor.
    """
    with device(device_of_handle(handle)):
        holder = placeholder(dtypes.string)
        return holder, DeleteSessionTensor(holder, name=name)


# -- shapes and gradients -----------------------------------------------------------------------

for _op_def in _HANDLES:
    _op_def.shape(scalar_shape)
    _op_def.not_differentiable("gradients end at the session's tensors")
for _op_def in (GetSessionTensor, DeleteSessionTensor):
    _op_def.not_differentiable("gradients end at the session's tensors")


@GetSessionTensor.shape
def get_session_tensor_shape(c: Any) -> None:
    """Only who keeps the tensor knows its shape."""
    c.with_rank(c.input(0), 0)
    c.set_output(0, None)


@DeleteSessionTensor.shape
def delete_session_tensor_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    no_outputs(c)


# -- kernels ------------------------------------------------------------------------------------

def get_session_handle_kernel(value, *, T, ctx):  # noqa: N803
    """Host arrays are copied: a feed is its owner's."""
    kept = copy_of(value) if isinstance(value, np.ndarray) else value
    return _store(ctx).keep(ctx.op.name, ctx.device_name, kept, T).encode()


for _op_def in _HANDLES:
    _op_def.kernel()(get_session_handle_kernel)


@GetSessionTensor.kernel()
def get_session_tensor_kernel(handle, *, dtype, ctx):
    value, found = _store(ctx).find(as_str_any(handle))
    if found != dtype:
        raise errors.InternalError(
            ctx.op.node_def, ctx.op, f"Output 0 of type {c_name(found)} does not match declared "
            f"output type {c_name(dtype)} for node {{{{node {ctx.op.name}}}}}")
    return value


@DeleteSessionTensor.kernel()
def delete_session_tensor_kernel(handle, *, ctx):
    if not _store(ctx).delete(as_str_any(handle)):
        raise errors.InvalidArgumentError(
            None, None, f"Failed to delete a tensor with handle '{as_str_any(handle)}' in the "
                        "session store.")


def _store(ctx: Any) -> Any:
    store = ctx.resources.session_tensors
    if store is None:
        raise errors.FailedPreconditionError(
            None, None, f"{ctx.op.type} called on null session state (a session with a target "
                        "keeps no tensors for handles: a tf.Variable on the task does the same)")
    return store


def c_name(dtype: Any) -> str:
    """The name of a dtype in errors of TensorFlow's runtime."""
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)
