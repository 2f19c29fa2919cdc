"""Ask TF 1.15 what it says to every mistake of this folder, and what the repaired programs give.

Run with the oracle's interpreter (tests/golden/README.md says how to get it); writes answers.json
beside itself: class and text of the error, the line it was raised from, and of each repair the
dtype, the shape and the elements of `result`.
"""

import json
import os
import re
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "..", "golden")]

import answers  # noqa: E402
import reading  # noqa: E402


def matmul_of_1_13(matmul, mat_mul):
    """`tf.matmul` as the lecture's TensorFlow had it: a 3-d tensor and a matrix make a MatMul.

    tftutor keeps that, since the lecture's error comes from it (ARCHITECTURE.md, "Fidelity").
    """
    def wrapped(a, b, transpose_a=False, transpose_b=False, *args, **kwargs):
        ranks = {tf.convert_to_tensor(a).shape.ndims, tf.convert_to_tensor(b).shape.ndims}
        if len(ranks) == 2 and None not in ranks:
            return mat_mul(a, b, transpose_a, transpose_b, name=kwargs.get("name"))
        return matmul(a, b, transpose_a, transpose_b, *args, **kwargs)
    return wrapped


def run(source, path):
    """The program's `result`, or the exception it ends with. One of the two is None."""
    names = {"__name__": "__main__"}
    tf.reset_default_graph()
    try:
        exec(compile(source, path, "exec"), names)
    except Exception as error:  # every class is an answer
        return None, error
    return np.asarray(names["result"]), None


def line_of(error, path):
    """The last line of the program in the error's traceback."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def ask(mistake):
    result, error = run(mistake.source, mistake.path)
    if error is None:
        raise AssertionError("%s runs through: it is no mistake" % mistake.name)
    answer = {"name": mistake.name, "line": line_of(error, mistake.path)}
    answer.update(answers.error_answer(error))
    # AutoGraph says where TensorFlow is installed.
    answer["message"] = re.sub(r"relative to \S+", "relative to <path>", answer["message"])
    answer["repairs"] = []
    for repaired in mistake.repaired():
        result, error = run(repaired, mistake.path)
        if error is not None:
            raise AssertionError("%s, repaired, still fails: %r" % (mistake.name, error))
        answer["repairs"].append({"dtype": result.dtype.name, "shape": result.shape,
                                  "elements": result.ravel().tolist()})
    return answer


def main():
    tf.logging.set_verbosity(tf.logging.FATAL)
    from tensorflow.python.ops import gen_math_ops

    tf.matmul = matmul_of_1_13(tf.matmul, gen_math_ops.mat_mul)
    lines = [json.dumps(ask(mistake), sort_keys=True) for mistake in reading.mistakes()]
    with open(os.path.join(HERE, "answers.json"), "w") as out:
        out.write("[\n" + ",\n".join(lines) + "\n]\n")
    print("%d mistakes" % len(lines))


if __name__ == "__main__":
    main()
