"""docs/protocol.md says what the tables of the code say: methods, states, reasons, limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tftutor as tf
from tftutor.distributed.dialogue import ENDED, RECEIVES, SENDS, State
from tftutor.distributed.handshake import REASONS
from tftutor.distributed.limits import GIB, KIB, MIB, Limits
from tftutor.distributed.messages import PROTOCOL_VERSION
from tftutor.distributed.schema import METHODS, ROLES, Fields
from tftutor.distributed.tensor_bytes import DTYPES

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
MEANINGS = {
    "header_bytes": "a header",
    "items": "values in one list or map of a header",
    "tensors": "tensors in a message",
    "dimensions": "dimensions of a tensor",
    "tiny_bytes": "a tensor inside the header",
    "inline_bytes": "a tensor in the frame after it",
    "chunk_bytes": "a chunk",
    "least_chunk_bytes": "a chunk at least, unless it is the last",
    "multipart_bytes": "all frames of a multipart",
    "strings": "strings in a message",
    "message_bytes": "all tensors of a message",
    "pending_bytes": "all tensors of the messages that are incomplete",
    "pending_messages": "messages that are incomplete",
}
REFUSALS = {
    "version": "the two speak different versions of the protocol",
    "role": "the role does not exist, or a task does not say which it is",
    "task": "the caller means another task; two addresses were mixed up",
    "cluster": "the two were given different ClusterSpecs",
    "duplicate": "another process is this task already",
    "denied": "the caller's key does not allow what it claims to be",
    "incarnation": "one of the two has been restarted",
    "stopping": "the task is being stopped",
}


def _fields(fields: Fields) -> str:
    return ", ".join(name + "?" * getattr(checker, "optional", False)
                     for name, checker in fields.items())


def methods() -> list[str]:
    return [f"| {name} | {_fields(row.request)} | {_fields(row.reply)} | "
            f"{'all' if row.roles == ROLES else ', '.join(row.roles)} |"
            for name, row in METHODS.items()]


def _names(row: dict[type, State], after: State) -> str:
    return ", ".join(cls.__name__.lower() for cls, then in row.items() if then == after)


def states() -> list[str]:
    rows = []
    for state in State:
        afters = [after for after in State
                  if after in [*RECEIVES.get(state, {}).values(), *SENDS.get(state, {}).values()]]
        rows += [f"| {state} | {_names(RECEIVES.get(state, {}), after)} | "
                 f"{_names(SENDS.get(state, {}), after)} | {after} |" for after in afters]
    return [*rows, f"| {', '.join(ENDED)} | | | |"]


def reasons() -> list[str]:
    return [f"| {reason} | "
            f"{tf.errors.exception_type_from_error_code(REASONS[reason]).__name__} | {meaning} |"
            for reason, meaning in REFUSALS.items()]


def limits() -> list[str]:
    def size(name: str, value: int) -> str:
        if not name.endswith("_bytes"):
            return f"{value:,}"
        units = ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB"), (1, "bytes"))
        unit, word = next((unit, word) for unit, word in units if value >= unit)
        return f"{value // unit} {word}"

    return [f"| {name} | {size(name, value)} | {MEANINGS[name]} |"
            for name, value in Limits()._asdict().items()]


TABLES = {"METHODS": methods, "STATES": states, "REASONS": reasons, "LIMITS": limits}


@pytest.mark.parametrize("table", TABLES)
def test_table_of_the_page_is_that_of_the_code(table: str) -> None:
    page = PAGE.read_text().splitlines()
    rows = TABLES[table]()
    assert rows[0] in page
    start = page.index(rows[0])
    assert page[start:start + len(rows) + 1] == [*rows, ""]


def test_page_names_the_version_the_dtypes_and_every_reason() -> None:
    text = " ".join(PAGE.read_text().split())
    assert f"Version {PROTOCOL_VERSION}." in text
    assert ", ".join(DTYPES) + ": little-endian" in text
    assert REFUSALS.keys() == REASONS.keys()


def test_modules_of_the_page_exist() -> None:
    folder = Path(tf.__file__).parent / "distributed"
    named = re.findall(r"`(\w+\.py)`", PAGE.read_text())
    assert len(named) > 8 and all((folder / name).is_file() for name in named)
