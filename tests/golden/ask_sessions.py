"""Ask TensorFlow 1.15 what sessions say of their targets, and what a reset does; sessions.json."""

import json
import socket

import tensorflow as tf
from session_programs import local_resets, resets, start, targets

tf.logging.set_verbosity(tf.logging.ERROR)


def _ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    found = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return found


ANSWERS = {"targets": targets(tf), "local_resets": local_resets(tf),
           "resets": resets(tf, start(tf, _ports(3)))}
with open("sessions.json", "w") as file:
    json.dump(ANSWERS, file, indent=0, sort_keys=True)
