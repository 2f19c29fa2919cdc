"""How a program of saver_programs.py becomes comparable lines; for both libraries.

Imports neither library: the caller hands its `tf` and `np` in.
"""

import contextlib
import logging
import os
import re
import shutil
import socket
import tempfile

import checkpoint_programs
import object_programs
import saver_programs
import slim_programs
from graph_answers import graph_answer
from monitored_answers import _ASIDE, _TIMES
from sync_replicas_answers import plain

HERE = os.path.dirname(os.path.abspath(__file__))
GRAPHS = {**saver_programs.GRAPHS, **checkpoint_programs.GRAPHS, **slim_programs.GRAPHS}
RUNS = {**saver_programs.RUNS, **checkpoint_programs.RUNS, **slim_programs.RUNS,
        **object_programs.RUNS}

STARTED = []  # TF's servers can't be stopped: they last as long as the process
MODULE = re.compile(r"<class '[\w.]+\.")
# With TF a thread of synchronous training outlives it by 120 seconds.
ASIDE = re.compile(_ASIDE.pattern + "|^Coordinator stopped with threads still running")
TIMES = (*_TIMES, (re.compile(r"\([\d.]+ sec/step\)"), "(# sec/step)"),
         (re.compile(r"\d{4}-\d\d-\d\d[-T][\d:]+Z?"), "<time>"))
RANDOM = re.compile("_temp_[0-9a-f]{32}/part")


def masked(answer):
    """Without the random name of a sharded saver's directory, paths, and modules of classes."""
    if isinstance(answer, str):
        answer = MODULE.sub("<class '", answer)
        return RANDOM.sub("_temp_<random>/part", answer).replace(HERE, "<here>")
    if isinstance(answer, list):
        return [masked(each) for each in answer]
    if isinstance(answer, dict):
        return {key: masked(each) for key, each in answer.items()}
    return answer


def nodes_of(tf, np, name):
    """The nodes that the program builds, and what each is colocated with."""
    graph = tf.Graph()
    with graph.as_default():
        exec(compile(GRAPHS[name], "<program>", "exec"), {"tf": tf, "np": np, "here": HERE})
    places = [list(node.attr["_class"].list.s) for node in graph.as_graph_def().node]
    return [node + [[place.decode() for place in each]] for node, each in
            zip(masked(graph_answer(graph, tf.make_ndarray)), places)]


def starter(tf):
    """What starts tasks in this process and gives their targets."""
    def start(**jobs):
        sockets = {(job, task): socket.socket() for job in jobs for task in range(jobs[job])}
        for each in sockets.values():
            each.bind(("127.0.0.1", 0))
        addresses = {job: ["127.0.0.1:%d" % sockets[job, task].getsockname()[1]
                           for task in range(jobs[job])] for job in jobs}
        for each in sockets.values():
            each.close()
        spec = tf.train.ClusterSpec(addresses)
        servers = {each: tf.train.Server(spec, job_name=each[0], task_index=each[1])
                   for each in sockets}
        STARTED.append(servers)
        return {each: servers[each].target for each in servers}
    return start


@contextlib.contextmanager
def logged(show, name):
    """Shows what is logged in the block; where several tasks run, their order is nobody's."""
    class Handler(logging.Handler):
        def emit(self, record):
            text = record.getMessage().split("\n")[0]
            if text and not ASIDE.search(text) and "cluster" not in name:
                show(f"{record.levelname}:{text}")

    logger, handler = logging.getLogger("tensorflow"), Handler()
    old_handlers, old_level = logger.handlers[:], logger.level
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if name in slim_programs.RUNS else logging.FATAL)
    try:
        yield
    finally:
        logger.handlers[:] = old_handlers
        logger.setLevel(old_level)


def lines_of(tf, np, io, graph_message, name):
    """What the program shows, and the error that ended it."""
    lines = []
    folder = tempfile.mkdtemp()

    def show(*values):
        text = " ".join(plain(value) for value in values).replace(folder, "<folder>")
        for pattern, by in TIMES:
            text = pattern.sub(by, text)
        lines.append(masked(text))

    def graph_of(text):
        """Of each node its children, the names of its value, and its slots."""
        graph = graph_message()
        graph.ParseFromString(text)
        return [[[(child.local_name, child.node_id) for child in node.children],
                 [[each.name, each.full_name, each.checkpoint_key] for each in node.attributes],
                 [[each.original_variable_node_id, each.slot_name, each.slot_variable_node_id]
                  for each in node.slot_variables]] for node in graph.nodes]

    given = {"tf": tf, "graph_of": graph_of, "np": np, "show": show, "folder": folder, "io": io,
             "start": starter(tf)}
    try:
        with tf.Graph().as_default(), logged(show, name):
            exec(compile(RUNS[name], "<program>", "exec"), given)
    except Exception as error:  # every class is an answer
        first_line = str(error).split("\n")[0]
        show(f"raised {type(error).__name__}: {first_line}")
    finally:
        for server in [each for servers in STARTED for each in servers.values()]:
            getattr(server, "stop", lambda: None)()
        tf.summary.FileWriterCache.clear()  # or a writer's thread makes files in the folder still
        shutil.rmtree(folder)
    return lines
