"""Asks TensorFlow which op types have a GPU kernel, for which types, and which arguments of it
stay in host memory.

A GPU without a kernel of its own takes the one for every device ("DEFAULT": NoOp, Placeholder,
StackPushV2), so those come after the GPU's in each list.

    pip install "tensorflow-gpu==1.15.5" "protobuf<3.21" "numpy<1.19"    # Python 3.7, needs no GPU
    python tests/golden/ask_gpu_kernels.py > tftutor/runtime/gpu_kernels.json

One entry an op type: a list of kernels [types, host arguments], where `types` maps an attribute to
the type names it may have. Op types that tftutor doesn't define are left out.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from tensorflow.python.framework import kernels

HERE = os.path.dirname(os.path.abspath(__file__))


def known_ops():
    with open(os.path.join(HERE, "op_defs.json")) as f:
        answers = json.load(f)
    return {answer["name"] for answer in answers}


def entry(kernel):
    types = {}
    for constraint in kernel.constraint:
        types[constraint.name] = sorted(
            tf.as_dtype(t).name for t in constraint.allowed_values.list.type)
    return [types, sorted(kernel.host_memory_arg)]


def registered(device_type):
    found, known = {}, known_ops()
    for kernel in kernels.get_all_registered_kernels().kernel:
        if kernel.device_type == device_type and not kernel.label and kernel.op in known:
            found.setdefault(kernel.op, []).append(entry(kernel))
    return found


def main():
    own, default = registered("GPU"), registered("DEFAULT")
    merged = {}
    for op in sorted(set(own) | set(default)):
        merged[op] = merge(own.get(op, [])) + merge(default.get(op, []))
    sys.stderr.write("%d op types with GPU kernels\n" % len(merged))
    lines = ["%s: %s" % (json.dumps(op), json.dumps(merged[op], sort_keys=True)) for op in merged]
    print("{\n" + ",\n".join(lines) + "\n}")


def merge(entries):
    """Kernels that differ in the values of one attribute only, as one."""
    result = []
    for types, host in sorted(entries, key=lambda e: json.dumps(e, sort_keys=True)):
        for other, other_host in result:
            different = [k for k in types if other.get(k) != types[k]]
            if host == other_host and set(other) == set(types) and len(different) <= 1:
                for key in different:
                    other[key] = sorted(set(other[key]) | set(types[key]))
                break
        else:
            result.append([types, host])
    return result


if __name__ == "__main__":
    main()
