"""Op cases: _Send and _Recv in one graph."""

from __future__ import annotations

from typing import Any

import tftutor as tf
from tests.op_cases.op_case import OpCase, f32
from tftutor.ops.sendrecv import Recv, Send

_X = f32(2, 3)


def _edge(name: str) -> dict[str, Any]:
    return {"tensor_name": name, "send_device": "/device:CPU:0", "send_device_incarnation": 1,
            "recv_device": "/device:CPU:0"}


def _there_and_back(x: Any) -> Any:
    with tf.control_dependencies([Send(x, name="send", **_edge("edge"))]):
        return Recv(tensor_type=tf.float32, name="recv", **_edge("edge"))


def _crossed(x: Any) -> Any:
    sends = [Send(x, name="send", **_edge("a")), Send(-x, name="send", **_edge("b"))]
    with tf.control_dependencies(sends):
        return [Recv(tensor_type=tf.float32, name="recv", **_edge(edge)) for edge in "ba"]


CASES = [
    OpCase("_Send", _there_and_back, [_X], _X),
    OpCase("_Recv", _crossed, [_X], [-_X, _X]),
]
