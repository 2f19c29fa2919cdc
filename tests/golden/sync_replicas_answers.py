"""How a program of sync_replicas_programs.py becomes comparable lines; for both libraries.

Imports neither library: the caller hands its `tf` and `np` in.
"""

from graph_answers import graph_answer
from sync_replicas_programs import GRAPHS, RUNS


def plain(value):
    """A value as text that doesn't depend on the library or on NumPy's version."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {plain(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    if hasattr(value, "tolist"):
        return f"{value.dtype} {value.tolist()}"
    return str(value)


def nodes_of(tf, np, name):
    """The nodes that the program builds."""
    graph = tf.Graph()
    with graph.as_default():
        exec(compile(GRAPHS[name], "<program>", "exec"), {"tf": tf, "np": np})
    return graph_answer(graph, tf.make_ndarray)


def lines_of(tf, np, name):
    """What the program shows, and the error that ended it."""
    lines = []

    def show(*values):
        lines.append(" ".join(plain(value) for value in values))

    try:
        with tf.Graph().as_default():
            exec(compile(RUNS[name], "<program>", "exec"), {"tf": tf, "np": np, "show": show})
    except Exception as error:  # every class is an answer
        first_line = str(error).split("\n")[0]
        lines.append(f"raised {type(error).__name__}: {first_line}")
    return lines
