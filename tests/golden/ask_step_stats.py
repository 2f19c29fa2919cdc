"""Ask TensorFlow 1.15 for the traces of step_stats_programs.py: writes step_stats.json.

Run with the interpreter that has TensorFlow 1.15: python ask_step_stats.py
"""
import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
warnings.simplefilter("ignore")

import tensorflow as tf

import step_stats_programs


def config(tf):
    """Two CPUs, and nothing that rewrites the graph."""
    proto = tf.ConfigProto(device_count={"CPU": 2})
    proto.graph_options.rewrite_options.disable_meta_optimizer = True
    proto.graph_options.optimizer_options.opt_level = -1
    return proto


found = {name: step_stats_programs.answers(step_stats_programs.run(tf, name, config))
         for name in step_stats_programs.PROGRAMS}
with open(os.path.join(HERE, "step_stats.json"), "w") as file:
    json.dump(found, file, indent=1, sort_keys=True)
    file.write("\n")
