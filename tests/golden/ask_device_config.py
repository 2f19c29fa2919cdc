"""Ask TensorFlow 1.15 what the programs of device_config_programs.py say: device_config.json.

Run with the interpreter that has TensorFlow 1.15: python ask_device_config.py
Each program runs in a process of its own, since some settings can't be taken back.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import tensorflow as tf
from tensorflow.python import pywrap_tensorflow
from tensorflow.python.eager import context

import device_config_programs as programs


def config():
    """What counts here of the ConfigProto that sessions without one get."""
    proto = context.context().config
    options = proto.gpu_options
    return {
        "device_count": sorted(proto.device_count.items()),
        "soft": proto.allow_soft_placement,
        "inter": proto.inter_op_parallelism_threads,
        "growth": options.allow_growth,
        "visible": options.visible_device_list,
        "virtual": [list(part.memory_limit_mb) for part in options.experimental.virtual_devices],
    }


def ask(program, devices):
    """The answers of one program, from a new process."""
    reading, writing = os.pipe()
    if not os.fork():
        if devices:
            pywrap_tensorflow.TF_ListPhysicalDevices = lambda: devices
        with os.fdopen(writing, "w") as pipe:
            json.dump(programs.answers(tf, program, config), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = json.load(pipe)
    os.wait()
    return said


def main():
    tf.logging.set_verbosity(tf.logging.FATAL)
    two = [b"/physical_device:CPU:0", b"/physical_device:GPU:0", b"/physical_device:GPU:1"]
    found = {"without_gpu": [ask(program, None) for program in programs.WITHOUT_GPU],
             "with_two_gpus": [ask(program, two) for program in programs.WITH_TWO_GPUS]}
    with open(os.path.join(HERE, "device_config.json"), "w") as out:
        json.dump(found, out, indent=1, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    main()
