"""Which fields a header has: one row for each method, one checker for each kind of field.

A field that a row does not name is refused, and so is a missing one unless it is `maybe`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

# A checker returns None, or what the value must be: "must be text".
Checker: TypeAlias = Callable[[Any], "str | None"]
INT64_MAX = 2**63 - 1
_TASK_NAME = re.compile(r"(/job:[A-Za-z][\w.-]{0,99}(/replica:\d{1,9})?/task:\d{1,9})?", re.ASCII)
ROLES = ("client", "task", "admin")
MAX_TEXT = 64 * 2**10   # characters: a message with its stack trace is far below
MAX_ITEMS = 4096        # of a list or a map
MAX_DEPTH = 6           # of lists and maps in each other, where the form is free


class Fields(dict[str, Checker]):
    """The fields of a header; `needed` are those that must be there."""

    def __init__(self, fields: Mapping[str, Checker]) -> None:
        super().__init__(fields)
        self.needed = frozenset(name for name, checker in fields.items()
                                if not getattr(checker, "optional", False))


def text(value: Any) -> str | None:
    """A string."""
    if type(value) is str and len(value) <= MAX_TEXT:
        return None
    return f"must be text of up to {MAX_TEXT} characters"


def integer(value: Any) -> str | None:
    """An integer that int64 holds."""
    return None if type(value) is int and -INT64_MAX <= value <= INT64_MAX else "must be an int64"


def natural(value: Any) -> str | None:
    """An integer from 0 to 2^63-1."""
    ok = type(value) is int and 0 <= value <= INT64_MAX
    return None if ok else "must be an integer from 0 to 2^63-1"


def number(value: Any) -> str | None:
    """A finite float, or an integer."""
    if type(value) is float and value - value == 0:
        return None
    return None if integer(value) is None else "must be a finite number"


def flag(value: Any) -> str | None:
    """True or False."""
    return None if type(value) is bool else "must be true or false"


def task_name(value: Any) -> str | None:
    """A task, or "" for none. Refusals and logs repeat it, so it must not hold control codes."""
    if type(value) is str and _TASK_NAME.fullmatch(value):
        return None
    return "must be a task like /job:ps/replica:0/task:0, or empty"


def maybe(checker: Checker) -> Checker:
    """A field that may be None or left out."""
    def check(value: Any) -> str | None:
        return None if value is None else checker(value)
    check.optional = True  # type: ignore[attr-defined]
    return check


def maybe_all(fields: Fields) -> Fields:
    """Fields each of which may be left out."""
    return Fields({name: maybe(checker) for name, checker in fields.items()})


def listed(checker: Checker) -> Checker:
    """A list of such values."""
    def check(value: Any) -> str | None:
        if type(value) is not list or len(value) > MAX_ITEMS:
            return f"must be a list of up to {MAX_ITEMS} values"
        for index, item in enumerate(value):
            wrong = checker(item)
            if wrong is not None:
                return f"[{index}] {wrong}"
        return None
    return check


def mapping(checker: Checker) -> Checker:
    """A map from text to such values."""
    def check(value: Any) -> str | None:
        if type(value) is not dict or len(value) > MAX_ITEMS:
            return f"must be a map of up to {MAX_ITEMS} entries"
        return next((f"[{str(key)[:40]!r}] {wrong}" for key, item in value.items()
                     if (wrong := text(key) or checker(item)) is not None), None)
    return check


def record(fields: Mapping[str, Checker]) -> Checker:
    """A map with exactly these fields."""
    known = Fields(fields)

    def check(value: Any) -> str | None:
        return check_fields(value, known)
    return check


def anything(value: Any, levels: int = MAX_DEPTH) -> str | None:
    """Plain data of any form: None, bool, int, float, text, bytes, lists and maps of these."""
    if value is None or type(value) in (bool, bytes):
        return None
    if type(value) in (list, dict):
        if levels == 0:
            return f"must not nest deeper than {MAX_DEPTH} levels"
        inner: Checker = lambda item: anything(item, levels - 1)  # noqa: E731
        return listed(inner)(value) if type(value) is list else mapping(inner)(value)
    return None if text(value) is None or number(value) is None else "must be plain data"


def check_fields(header: Any, fields: Fields) -> str | None:
    """Return what is wrong with a header, or None."""
    if type(header) is not dict:
        return "must be a map"
    for name, value in header.items():  # few of the fields that there may be
        checker = fields.get(name)
        if checker is None:
            return f"field {str(name)[:40]!r} is unknown"
        wrong = checker(value)
        if wrong is not None:
            return f"field {name} {wrong}"
    if not fields.needed <= header.keys():
        missing = next(name for name in fields if name in fields.needed and name not in header)
        return f"field {missing} is missing"
    return None


# The fields of the messages without payload, in the order of their classes in `messages`.
# A hello begins with its version, and these five never change: whoever meets another version
# must be able to say so. The rest of its fields, by name:
HELLO_START: tuple[Checker, ...] = (natural, text, task_name, natural)
HELLO_REST = Fields({"fingerprint": text, "cluster": mapping(mapping(text)), "partial": flag,
                     "to": task_name, "expects": natural, "credit": natural})
CONTROL_FIELDS: dict[str, tuple[Checker, ...]] = {
    "welcome": (text, task_name, natural, text, natural, natural),
    "refused": (text, natural, text),
    "credit": (natural,),
    "heartbeat": (natural, flag),
    "done": (listed(natural),),
    "bye": (text,),
}


class Method(NamedTuple):
    """A row: the fields of a request's header and of a reply's, and who may ask.

    Nobody waits for the reply of a method that `is_told_late`: it comes with others, as a `Done`.
    """

    request: Fields
    reply: Fields
    roles: tuple[str, ...] = ROLES
    is_told_late: bool = False


def _method(request: Mapping[str, Checker], reply: Mapping[str, Checker],
            roles: tuple[str, ...] = ROLES, is_told_late: bool = False) -> Method:
    return Method(Fields(request), Fields(reply), roles, is_told_late)


DEVICE = record({"name": text, "type": text, "memory": natural, "incarnation": natural,
                 "description": maybe(text)})
ERROR = Fields({"message": text, "node": maybe(text), "task": maybe(text)})
EDGES = Fields({"keys": listed(text), "dead": maybe(listed(natural)),
                "signals": maybe(listed(natural))})

METHODS: dict[str, Method] = {
    "status": _method(
        {}, {"task": text, "cluster": mapping(mapping(text)), "devices": listed(DEVICE),
             "incarnation": natural, "uptime": number, "details": maybe(anything)}),
    "open_session": _method(
        {"session": text, "isolate": maybe(flag), "origin": maybe(task_name),
         "hosted": maybe(flag)}, {}),
    "close_session": _method({"session": text}, {}),
    "register_graph": _method(    # tensors: the part's description, and its GraphDef, as uint8
        {"session": text}, {"handle": text, "is_first": maybe(flag)}),
    "deregister_graph": _method({"session": text, "handle": text}, {}),
    "run_graph": _method(         # tensors: what is fed, or fetched; then those of `keys`
        {"session": text, "handle": text, "step": natural, "timeout_ms": maybe(natural),
         "trace": maybe(flag), "origin": maybe(task_name), **maybe_all(EDGES)},
        {"traced": maybe(flag), **maybe_all(EDGES)}),
    "abort_step": _method({"step": natural, "message": text}, {}),
    "confirm_step": _method({"session": text, "step": natural}, {}),
    "send_tensors": _method(      # tensors: one for each key that is neither dead nor a signal
        {"step": natural, **EDGES}, {}, is_told_late=True),
    "reset": _method({"containers": listed(text), "origin": task_name}, {},
                     roles=("client", "admin")),
    "shutdown": _method({}, {}, roles=("client", "admin")),
    "heartbeat": _method({}, {}),
}


def denial(role: str, method: str) -> str | None:
    """Return why a peer of this role may not ask for `method`, or None."""
    roles = METHODS[method].roles
    if role in roles:
        return None
    return f"{method} is denied to the role {role}; it needs {' or '.join(roles)}"
