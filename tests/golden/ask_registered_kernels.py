"""Asks TensorFlow which kernels are registered for each op type, in the order of its errors.

    python tests/golden/ask_registered_kernels.py      # tensorflow-gpu 1.15.5, Python 3.7, no GPU

Writes tftutor/runtime/registered_kernels.txt.gz: a line `op`, then a line `device;label;T=1,2;N=3`
a kernel, types by number. Kernels for XLA devices are left out, and op types that tftutor lacks.
"""

import gzip
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
from tensorflow.python.framework import kernels

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "..", "tftutor", "runtime", "registered_kernels.txt.gz")


def line(kernel):
    types = ["%s=%s" % (c.name, ",".join(str(t) for t in c.allowed_values.list.type))
             for c in kernel.constraint]
    return ";".join(["", kernel.device_type, kernel.label] + types)


def listing():
    with open(os.path.join(HERE, "op_defs.json")) as file:
        names = sorted({answer["name"] for answer in json.load(file)})
    lines = []
    for name in names:
        found = [k for k in kernels.get_registered_kernels_for_op(name).kernel
                 if not k.device_type.startswith("XLA")]
        lines.append(name)
        lines.extend(line(kernel) for kernel in found)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with open(TARGET, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write(listing().encode())
