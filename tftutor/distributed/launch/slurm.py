"""`tf.cluster.from_slurm()`: which task of which cluster a process is that `srun` has started.

    #SBATCH --ntasks=4
    srun python train.py          # in train.py: task = tf.cluster.from_slurm(ps=1)

Slurm gives each process a number and says on which machines they all are; every process finds the
same addresses in that by itself.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.distributed.launch.tf_config import TaskConfig

_LOOPBACK = "127.0.0.1"
_FIRST_PORT, _PORTS = 10_000, 20_000  # below those that systems give to anybody


def from_slurm(ps: int = 1, worker: int | None = None, *, jobs: Mapping[str, int] | None = None,
               port: int | None = None, environ: Mapping[str, str] | None = None) -> TaskConfig:
    """Which task this process is, by the variables that Slurm's `srun` sets.

    The processes of a job step become the tasks of `jobs` in their order, {"ps": ps, "worker":
    worker} and what `jobs` adds; without `worker` those that are left are workers. The tasks of
    one machine have the ports from `port` on, by default a number that follows from Slurm's job.
    Tasks on several machines need keys (`tftutor keys new`).

    Raises: ValueError outside of `srun`, when there are more or fewer processes than tasks, and
    when they aren't spread over the machines block by block (srun's default).
    Source: TF 1.15 docs, tf.distribute.cluster_resolver.SlurmClusterResolver.
    """
    found = os.environ if environ is None else environ
    rank = _number(found, "SLURM_PROCID")
    nodes = list(_nodes(found))
    counts = {"ps": ps, "worker": worker, **(jobs or {})}
    if counts["worker"] is None:
        others = sum(count or 0 for count in counts.values())
        counts["worker"] = max(0, len(nodes) - others)
    tasks = [(job, index) for job, count in counts.items() for index in range(count or 0)]
    if len(tasks) != len(nodes):
        wanted = ", ".join(f"{job}={count}" for job, count in counts.items())
        raise ValueError(f"Slurm has started {len(nodes)} processes, but the cluster has "
                         f"{len(tasks)} tasks: {wanted}")
    names = list(dict.fromkeys(nodes))
    if "SLURM_NODEID" in found and names.index(nodes[rank]) != _number(found, "SLURM_NODEID"):
        raise ValueError(f"process {rank} should be on {nodes[rank]}, but Slurm has put it on "
                         "another node; start the processes with srun --distribution=block")
    first = port or _FIRST_PORT + int(found.get("SLURM_JOB_ID", "0")) % _PORTS
    cluster: dict[str, list[str]] = {}
    for place, (job, _) in enumerate(tasks):
        host = nodes[place] if len(names) > 1 else _LOOPBACK
        cluster.setdefault(job, []).append(f"{host}:{first + place - nodes.index(nodes[place])}")
    return TaskConfig(ClusterSpec(cluster), *tasks[rank])


def _number(environ: Mapping[str, str], name: str) -> int:
    if not environ.get(name, "").isdecimal():
        raise ValueError(f"{name} isn't set: is this a process that srun has started?")
    return int(environ[name])


def _nodes(environ: Mapping[str, str]) -> Iterator[str]:
    """The machine of each process, by their numbers."""
    prefix = "SLURM_STEP" if "SLURM_STEP_NODELIST" in environ else "SLURM_JOB"
    listed = environ.get(f"{prefix}_NODELIST", "")
    counts = environ.get("SLURM_STEP_TASKS_PER_NODE") or environ.get("SLURM_TASKS_PER_NODE", "")
    names = list(expand_hosts(listed))
    numbers = list(_expand_counts(counts))
    if not names or len(names) != len(numbers):
        raise ValueError(f"{prefix}_NODELIST and SLURM_STEP_TASKS_PER_NODE should say which "
                         f"processes are where, but are {listed!r} and {counts!r}")
    for name, number in zip(names, numbers, strict=True):
        yield from [name] * number


def _expand_counts(text: str) -> Iterator[int]:
    """2(x3),1 -> 2, 2, 2, 1."""
    for count, times in re.findall(r"(\d+)(?:\(x(\d+)\))?", text):
        yield from [int(count)] * int(times or 1)


def expand_hosts(text: str) -> Iterator[str]:
    """The machines of a list as Slurm writes it: n[08-10,12],gpu1 -> n08, n09, n10, n12, gpu1."""
    for name in re.findall(r"(?:[^,\[]|\[[^\]]*\])+", text):
        yield from _expand_host(name)


def _expand_host(name: str) -> Iterator[str]:
    before, bracket, rest = name.partition("[")
    if not bracket:
        yield name
        return
    numbers, _, after = rest.partition("]")
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            for tail in _expand_host(after):
                yield f"{before}{number:0{len(first)}}{tail}"
