"""Ask TF 1.15 what the programs of saver_programs.py build, give and raise.

Run with the oracle's interpreter: writes saver.json.gz beside itself, one program a line.
"""

import gzip
import json
import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from saver_answers import GRAPHS, RUNS, lines_of, nodes_of  # noqa: E402
from tensorflow.python.ops import gen_io_ops  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    tf.logging.set_verbosity(tf.logging.FATAL)
    found = [{"name": name, "nodes": nodes_of(tf, np, name)} for name in GRAPHS]
    found += [{"name": name, "lines": lines_of(tf, np, gen_io_ops, name)} for name in RUNS]
    lines = [json.dumps(a, sort_keys=True, separators=(",", ":")) for a in found]
    with open(os.path.join(HERE, "saver.json.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as out:
            out.write(("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8"))
    print("%d programs" % len(lines))


if __name__ == "__main__":
    main()
