"""Task: one task of a cluster in a process of its own, for the rows that measure clusters.

`python -m benchmarks.task MODULE CLUSTER JOB INDEX` (CLUSTER is JSON) starts a server and reads one
JSON object a line:

  {"train": {...}}  builds the training program, here as one of its workers  -> {"ready": true}
  {"steps": 50}     runs some of its steps                                   -> {"done": 50}

It ends with its standard input, and so with the process that started it. Python 3.7 too.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from benchmarks.programs.case import start_server
from benchmarks.worker import load


class Task:
    """Answers requests for one task."""

    def __init__(self, tf: Any, cluster: dict[str, list[str]], job: str, index: int) -> None:
        self.tf = tf
        self.cluster = cluster
        self.index = index
        self.server = start_server(tf, cluster, job, index)
        self.step: Any = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what a request asks for."""
        if "train" in request:
            from benchmarks.programs.replica import training_step

            self.step = training_step(self.tf, self.server.target, self.cluster, self.index,
                                      **request["train"])
            return {"ready": True}
        for _ in range(request["steps"]):
            self.step()
        return {"done": request["steps"]}


def main() -> None:
    """Serve until standard input ends."""
    kind, cluster, job, index = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    task = Task(load(kind), json.loads(cluster), job, int(index))
    _write(answers, {"serving": True})
    for line in sys.stdin:
        try:
            answer = task.answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - whoever asked hears of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        _write(answers, answer)
    os._exit(0)  # TensorFlow's servers can't be stopped


def _write(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
