"""Case: what a program hands back to be timed."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any, Callable, NamedTuple  # noqa: UP035 - also runs on Python 3.7


class Case(NamedTuple):
    """One thing to time.

    step: the call that is timed.
    units: what one call amounts to; the time is divided by it (2,000 for the time of one op).
    prepare: an untimed call before each `step`; its result is the step's argument.
    baseline: a call whose time is taken off (also for `units`), or None.
    is_multiple: the result is the step's time as a multiple of the baseline's.
    close: ends what the program has started, or None.
    """

    step: Callable[..., Any]
    units: int = 1
    prepare: Callable[[], Any] | None = None
    baseline: Callable[[], Any] | None = None
    is_multiple: bool = False
    close: Callable[[], Any] | None = None


def threads() -> int:
    """How many threads an implementation may use: BENCH_THREADS, or the number of processors."""
    return int(os.environ.get("BENCH_THREADS", 0)) or multiprocessing.cpu_count()


def session(tf: Any) -> Any:
    """An initialised session with the stated number of threads."""
    config = tf.ConfigProto(intra_op_parallelism_threads=threads(),
                            inter_op_parallelism_threads=threads())
    sess = tf.Session(config=config)
    sess.run(tf.global_variables_initializer())
    return sess


def start_server(tf: Any, cluster: dict[str, list[str]], job: str, index: int) -> Any:
    """A server of this process, with the stated number of threads."""
    config = tf.ConfigProto(intra_op_parallelism_threads=threads(),
                            inter_op_parallelism_threads=threads())
    return tf.train.Server(tf.train.ClusterSpec(cluster), job_name=job, task_index=index,
                           config=config)
