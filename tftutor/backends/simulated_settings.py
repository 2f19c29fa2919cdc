"""TFTUTOR_SIMULATED_GPUS and TFTUTOR_SIMULATED_GPU_MEMORY: the simulated GPUs that are asked for.

Simulated GPUs exist only on request, so that nobody takes their times or memory for a real GPU's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

COUNT = "TFTUTOR_SIMULATED_GPUS"
MEMORY = "TFTUTOR_SIMULATED_GPU_MEMORY"
MOST_GPUS = 64
DEFAULT_MEMORY = 1 << 30
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def simulated_count(environ: Mapping[str, str]) -> int | None:
    """How many simulated GPUs the environment asks for; None when it doesn't say.

    Raises: ValueError when the variable holds no number from 0 to 64.
    """
    text = environ.get(COUNT, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise ValueError(f"{COUNT} must be a number of GPUs such as 2, not {text!r}.")
    return check_count(int(text), COUNT)


def check_count(count: int, source: str) -> int:
    """The number itself. Raises: ValueError when it isn't one from 0 to 64."""
    if not 0 <= count <= MOST_GPUS:
        raise ValueError(f"{source} must lie between 0 and {MOST_GPUS}, not {count}.")
    return count


def simulated_memory(environ: Mapping[str, str]) -> int:
    """Bytes of memory of each simulated GPU: "1G", "512M", "1.5GiB" or a number of bytes.

    Raises: ValueError for anything else, and for less than 1 KiB.
    """
    text = environ.get(MEMORY, "").strip()
    if not text:
        return DEFAULT_MEMORY
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?", text, re.IGNORECASE)
    size = int(float(match[1]) * _UNITS[match[2].upper()]) if match else 0
    if size < 1 << 10:
        raise ValueError(f"{MEMORY} must be a size such as 512M or 1G (at least 1K), not {text!r}.")
    return size
