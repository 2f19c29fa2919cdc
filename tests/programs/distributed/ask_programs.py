"""Ask TF 1.15 what each program of this directory prints: writes <program>.<run>.txt beside it.

Run with the oracle's interpreter: `python ask_programs.py [NAME...]`. Every task is a process of
its own, started as `tests/programs/ask_programs.py --run FILE ARGS`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

import tasks


def ask(path: str, run: tasks.Run) -> None:
    """Run a program; keep what it printed."""
    script = os.path.join(os.path.dirname(tasks.HERE), "ask_programs.py")
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONUNBUFFERED="1")
    begun = time.time()
    with tempfile.TemporaryDirectory() as folder:
        ending = [task for task in run.until if task not in tasks.hanging(path)]
        outcomes = tasks.run_tasks([sys.executable, "-W", "ignore", script, "--run", path],
                                   run._replace(until=ending), folder, environment, limit=200,
                                   grace=5.0)
    for task in ending:
        if outcomes[task].status != 0:
            sys.exit("{} of {} failed:\n{}".format(task, path, outcomes[task].err[-3000:]))
    lines = tasks.transcript(outcomes, run.until)
    with open(tasks.output_path(path, run), "w") as file:
        file.writelines(line + "\n" for line in lines)
    print("{} {}: {} lines, {:.1f} s".format(os.path.basename(path), run.name, len(lines),
                                            time.time() - begun))


if __name__ == "__main__":
    for program in tasks.programs():
        if not sys.argv[1:] or os.path.basename(program)[:-3] in sys.argv[1:]:
            for each in tasks.runs(program):
                ask(program, each)
