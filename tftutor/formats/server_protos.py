"""The message of tensorflow_server.proto, wire-compatible with TensorFlow's.

TensorBoard ships the ClusterDef and the ConfigProto that it is made of, but not this one, so it is
described here and made at first use: `tf.train.ServerDef`.
"""

from __future__ import annotations

import functools
from typing import Any

_FILE = "tftutor/tensorflow_server.proto"
_PACKAGE = "tftutor"
# Name, number, type: a scalar, or a message of the module after it.
_FIELDS: tuple[tuple[str, int, str, str], ...] = (
    ("cluster", 1, "ClusterDef", "cluster_pb2"), ("job_name", 2, "string", ""),
    ("task_index", 3, "int32", ""), ("default_session_config", 4, "ConfigProto", "config_pb2"),
    ("protocol", 5, "string", ""),
)


@functools.cache
def server_def() -> Any:
    """The class of the message that says which task of which cluster a server is."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    from tftutor.framework.protos import proto_module

    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name=_FILE, package=_PACKAGE, syntax="proto3")
    described = file.message_type.add(name="ServerDef")
    for name, number, kind, module in _FIELDS:
        entry = described.field.add(name=name, number=number, label=field.LABEL_OPTIONAL)
        if module:
            message = getattr(proto_module(module), kind).DESCRIPTOR
            file.dependency.append(message.file.name)
            entry.type, entry.type_name = field.TYPE_MESSAGE, f".{message.full_name}"
        else:
            entry.type = getattr(field, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.Default()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.ServerDef"))


def __getattr__(name: str) -> Any:
    if name == "ServerDef":
        return server_def()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
