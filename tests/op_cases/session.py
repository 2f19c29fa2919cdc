"""Op cases: tensors that a session keeps."""

from __future__ import annotations

from typing import Any

import tftutor as tf
from tests.op_cases.op_case import OpCase, f32
from tftutor.ops.session_ops import DeleteSessionTensor, GetSessionHandleV2, GetSessionTensor

_X = f32(2, 3)


def _kept(x: Any) -> Any:
    return tf.strings.split([tf.get_session_handle(x, name="kept")], ";").values[2]


def _read(x: Any) -> Any:
    return GetSessionTensor(tf.get_session_handle(x), dtype=tf.float32)


def _deleted(x: Any) -> Any:
    handle = tf.get_session_handle(x)
    value = GetSessionTensor(handle, dtype=tf.float32)
    with tf.control_dependencies([value]):
        delete = DeleteSessionTensor(handle)
    with tf.control_dependencies([delete]):
        return tf.identity(value)


def _kept_by_resource(x: Any) -> Any:
    with tf.control_dependencies([GetSessionHandleV2(x)]):
        return tf.identity(x)


CASES = [
    OpCase("GetSessionHandle", _kept, [_X], b"/job:localhost/replica:0/task:0/device:CPU:0"),
    OpCase("GetSessionHandleV2", _kept_by_resource, [_X], _X),
    OpCase("GetSessionTensor", _read, [_X], _X),
    OpCase("DeleteSessionTensor", _deleted, [_X], _X),
]
