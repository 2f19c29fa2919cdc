"""A task that others reach through a proxy: its address in the cluster is the proxy's.

Arguments, as JSON: cluster, job, index, and `address`, where it really listens. A worker runs the
program in `text`. For each line on its standard input it prints the value of that expression.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import tftutor as tf
from tftutor.distributed.transport import Transport


def main(cluster: dict[str, list[str]], job: str, index: int, address: str, text: str) -> None:
    """Serve, and answer questions."""
    bind = Transport.bind
    Transport.bind = lambda self, _: bind(self, address)  # type: ignore[method-assign]
    spec = tf.train.ClusterSpec(cluster)
    names: dict[str, Any] = {"tf": tf, "cluster": spec, "task_index": index,
                             "server": tf.train.Server(spec, job, index)}
    exec(text, names)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(eval(line, names)), flush=True)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
