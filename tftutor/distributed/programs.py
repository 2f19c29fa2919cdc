"""Which programs of the cluster use a task, and whether all of them have come to their end.

A program of between-graph replication has a server of its own and a session on it. When it has
closed its sessions and its connection has ended, it is done; one whose connection ends with a
session still open has crashed, and may be started anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

_TRAINING = ("chief", "master", "worker")


class _Program:
    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self.caller: Any = None
        self.is_connected = True


class Programs:
    """The programs by their task, as "worker:1".

    Args: `cluster`, job -> task index -> address: those of chief and workers must come and go.
    """

    def __init__(self, cluster: Mapping[str, Mapping[int, str]]) -> None:
        self._awaited = {f"{job}:{index}" for job in _TRAINING for index in cluster.get(job, ())}
        self._programs: dict[str, _Program] = {}
        self._of_session: dict[str, _Program] = {}
        self._lock = threading.Lock()

    def open(self, task: str, session: str, caller: Any) -> None:
        """A program has opened a session over this connection; None in this process."""
        with self._lock:
            program = self._programs.setdefault(task, _Program())
            if program.caller is not caller:  # a new process or connection: the old are gone
                for old in program.sessions:
                    self._of_session.pop(old, None)
                program.sessions.clear()
            program.sessions.add(session)
            self._of_session[session] = program
            program.caller = caller
            program.is_connected = True

    def hear(self, session: str, caller: Any) -> None:
        """Something was asked for in a session, maybe over a new connection."""
        program = self._of_session.get(session)
        if program is not None and program.caller is not caller:
            with self._lock:
                program.caller = caller
                program.is_connected = True

    def close(self, session: str) -> None:
        """A session was closed in good order."""
        with self._lock:
            program = self._of_session.pop(session, None)
            if program is not None:
                program.sessions.discard(session)

    def lose(self, caller: Any) -> None:
        """A connection has ended."""
        with self._lock:
            for program in self._programs.values():
                if program.caller is caller:
                    program.is_connected = False

    def ended(self) -> list[str]:
        """The tasks whose programs have been here, have closed their sessions and are gone.

        Parameter servers don't count: a session without one is of no use.
        """
        with self._lock:
            return sorted(name for name, program in self._programs.items()
                          if not name.startswith("ps:")
                          and not program.is_connected and not program.sessions)

    def have_ended(self) -> bool:
        """Whether chief and workers have all been here, and they and all others are done."""
        with self._lock:
            return bool(self._awaited) and self._awaited <= self._programs.keys() and not any(
                program.is_connected or program.sessions for program in self._programs.values())
