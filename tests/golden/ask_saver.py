"""Ask TF 1.15 what the programs with Savers, checkpoints and TF-Slim build, give and raise.

Run with the oracle's interpreter: writes saver.json.gz beside itself, one program a line. With
names of programs only these are asked; all take four minutes, as TF ends synchronous training so
slowly.
"""

import gzip
import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from saver_answers import GRAPHS, RUNS, lines_of, nodes_of  # noqa: E402
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph  # noqa: E402
from tensorflow.python.ops import gen_io_ops  # noqa: E402

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "saver.json.gz")


def main():
    tf.compat.v1.logging.set_verbosity("FATAL")
    known, asked = {}, sys.argv[1:] or [*GRAPHS, *RUNS]
    if sys.argv[1:]:
        with gzip.open(PATH) as file:
            known = {answer["name"]: answer for answer in json.loads(file.read().decode("utf-8"))}
    for name in asked:
        if name in GRAPHS:
            known[name] = {"name": name, "nodes": nodes_of(tf, np, name)}
        else:
            known[name] = {"name": name, "lines": lines_of(
                tf, np, gen_io_ops, TrackableObjectGraph, name)}
    lines = [json.dumps(known[name], sort_keys=True, separators=(",", ":"))
             for name in [*GRAPHS, *RUNS]]
    with open(PATH, "wb") as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
            out.write(("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8"))
    print("%d programs" % len(lines))


if __name__ == "__main__":
    main()
