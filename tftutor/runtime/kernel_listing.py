"""The list of registered kernels that TensorFlow's errors end with.

The facts are those of TensorFlow 1.15's GPU build (`tests/golden/ask_registered_kernels.py`). They
say what TensorFlow has; what tftutor has is `runtime/device_kernels.py`'s to say.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from tftutor.framework.dtypes import as_dtype
from tftutor.runtime.attr_text import shortened, type_name


def registered_kernels(op_type: str) -> str:
    """One line a kernel of an operation type: its device, and the types it takes."""
    found = _lines(op_type)
    return "".join(f"{_kernel_text(line)}\n" for line in found) or "  <no registered kernels>\n"


def _lines(op_type: str) -> list[str]:
    packed = Path(__file__).with_name("registered_kernels.txt.gz").read_bytes()
    _, _, rest = f"\n{gzip.decompress(packed).decode()}".partition(f"\n{op_type}\n")
    found = []
    for line in rest.splitlines():
        if not line.startswith(";"):
            break
        found.append(line)
    return found


def _kernel_text(line: str) -> str:
    _, device, label, *constraints = line.split(";")
    text = f"  device='{device}'" + (f"; label='{label}'" if label else "")
    for constraint in constraints:
        name, _, numbers = constraint.partition("=")
        types = [type_name(as_dtype(int(number))) for number in numbers.split(",")]
        text += f"; {name} in {shortened(types)}"
    return text
