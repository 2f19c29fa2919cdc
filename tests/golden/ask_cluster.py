"""Ask TensorFlow 1.15 about cluster specs and device setters: writes cluster.json.gz.

Run with the interpreter that has TensorFlow 1.15: python ask_cluster.py
"""
from __future__ import annotations

import gzip
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import tensorflow as tf

import cluster_programs

tf.logging.set_verbosity(tf.logging.ERROR)
text = json.dumps(cluster_programs.answers(tf), sort_keys=True)
with open(os.path.join(HERE, "cluster.json.gz"), "wb") as file:
    with gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
