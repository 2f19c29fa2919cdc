"""Ask TensorFlow 1.15 what sessions say of their targets, what a reset does, how they keep tensors.

Writes sessions.json.
"""

import json
import os
import socket

import tensorflow as tf
from session_programs import (
    handles,
    handles_on_clusters,
    local_resets,
    lost_queues,
    resets,
    start,
    targets,
    transfers,
)

tf.logging.set_verbosity(tf.logging.ERROR)


def _ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


SERVERS = start(tf, _ports(3))
ANSWERS = {"targets": targets(tf), "local_resets": local_resets(tf), "handles": handles(tf),
           "resets": resets(tf, SERVERS), "handles_on_clusters": handles_on_clusters(tf, SERVERS),
           "transfers": transfers(tf, SERVERS)}
ANSWERS["lost_queues"], KEPT = lost_queues(tf, SERVERS)
with open("sessions.json", "w") as file:
    json.dump(ANSWERS, file, indent=0, sort_keys=True)
    file.flush()
    os._exit(0)  # TensorFlow crashes where it ends sessions that have lost an accumulator
