"""Programs about tf.config, each for a process of its own, with TensorFlow or tftutor.

A program is a list of expressions over `tf`, `E` (tf.config.experimental), `V`
(E.VirtualDeviceConfiguration) and the physical devices `cpu`, `g0`, `g1`. Where it has no GPU to
ask, TensorFlow is told that there are two; only what reads no real GPU is asked then.
"""

from __future__ import annotations

import re

WITHOUT_GPU = [
    ["E.list_physical_devices()", "E.list_physical_devices('GPU')", "E.list_physical_devices('x')",
     "E.get_visible_devices()", "E.get_visible_devices('CPU')", "E.get_visible_devices('GPU')"],
    ["E.set_visible_devices([], 'GPU')", "E.get_visible_devices()",
     "E.set_visible_devices([], 'CPU')", "E.get_visible_devices()", "E.list_logical_devices()",
     "E.set_visible_devices(cpu)", "E.list_logical_devices()", "E.get_visible_devices()"],
    ["E.set_visible_devices(['x'])", "E.set_visible_devices(cpu, 'GPU')",
     "E.set_memory_growth(cpu, True)", "E.get_memory_growth(cpu)", "E.get_memory_growth('x')",
     "E.set_memory_growth('x', True)", "E.get_virtual_device_configuration('x')",
     "E.set_virtual_device_configuration('x', [V()])"],
    ["V()", "V(3)", "V(memory_limit=4)", "E.get_virtual_device_configuration(cpu)",
     "E.set_virtual_device_configuration(cpu, [V(), V(10)])",
     "E.set_virtual_device_configuration(cpu, [V(), V()])",
     "E.get_virtual_device_configuration(cpu)", "E.list_logical_devices()",
     "E.list_logical_devices('CPU')", "E.list_logical_devices('GPU')",
     "tf.config.experimental_list_devices()", "E.set_visible_devices([], 'CPU')",
     "E.set_visible_devices(cpu)", "E.set_virtual_device_configuration(cpu, [V(), V()])",
     "E.set_virtual_device_configuration(cpu, [V()])",
     "tf.config.threading.set_inter_op_parallelism_threads(3)",
     "tf.config.threading.set_intra_op_parallelism_threads(3)",
     "[d.name for d in tf.Session().list_devices()]",
     "[d.name for d in tf.Session(config=tf.ConfigProto()).list_devices()]"],
    ["tf.config.get_soft_device_placement()", "tf.config.set_soft_device_placement(True)",
     "tf.config.get_soft_device_placement()", "CONFIG",
     "tf.config.set_soft_device_placement(False)", "tf.config.get_soft_device_placement()",
     "tf.config.threading.get_inter_op_parallelism_threads()",
     "tf.config.threading.set_inter_op_parallelism_threads(3)",
     "tf.config.threading.get_inter_op_parallelism_threads()",
     "tf.config.threading.get_intra_op_parallelism_threads()",
     "tf.config.threading.set_intra_op_parallelism_threads(1)",
     "tf.config.threading.get_intra_op_parallelism_threads()", "CONFIG"],
]
WITH_TWO_GPUS = [
    ["E.list_physical_devices()", "E.list_physical_devices('GPU')", "E.get_visible_devices()",
     "E.get_memory_growth(g0)", "E.get_virtual_device_configuration(g1)"],
    ["E.set_visible_devices(g1, 'GPU')", "E.get_visible_devices()", "CONFIG",
     "E.set_visible_devices([g1, g0], 'GPU')", "E.get_visible_devices()", "CONFIG",
     "E.set_visible_devices([], 'GPU')", "E.get_visible_devices()", "CONFIG",
     "E.set_visible_devices([cpu, g0], 'GPU')", "E.set_visible_devices(g0)", "CONFIG"],
    ["E.set_memory_growth(g0, True)", "E.get_memory_growth(g0)", "E.get_memory_growth(g1)",
     "CONFIG", "E.set_memory_growth(g1, True)", "CONFIG", "E.set_memory_growth(g0, False)",
     "CONFIG", "E.set_visible_devices(g0, 'GPU')", "CONFIG"],
    ["E.set_virtual_device_configuration(g0, [V()])",
     "E.set_virtual_device_configuration(g0, [V(100), V(200)])", "CONFIG",
     "E.get_virtual_device_configuration(g0)", "E.set_memory_growth(g0, True)",
     "E.set_memory_growth(g1, True)", "CONFIG",
     "E.set_virtual_device_configuration(g1, [V(300)])", "CONFIG",
     "E.set_visible_devices(g1, 'GPU')", "CONFIG",
     "E.set_virtual_device_configuration(cpu, [V(), V()])", "CONFIG"],
]
_XLA = re.compile(r"(, )?(\w+\(name='\S*XLA_CPU:0', device_type='XLA_CPU'\)|'\S*XLA_CPU:0')")


def answers(tf, program, config):
    """What each expression says; CONFIG stands for the answer of `config()`."""
    experimental = tf.config.experimental
    found = experimental.list_physical_devices("CPU") + experimental.list_physical_devices("GPU")
    names = dict(zip(["cpu", "g0", "g1"], found), tf=tf, E=experimental,  # noqa: B905 - py3.7
                 V=experimental.VirtualDeviceConfiguration, CONFIG=None)
    said = []
    for expression in program:
        try:
            answer = config() if expression == "CONFIG" else eval(expression, names)
            said.append(_XLA.sub("", repr(answer)))
        except Exception as error:  # every class is an answer
            said.append("%s: %s" % (type(error).__name__, error))  # noqa: UP031 - py3.7
    return said
