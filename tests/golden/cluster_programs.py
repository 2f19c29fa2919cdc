"""Programs about cluster specs and replica_device_setter; answers(tf): what each gives.

Shared by ask_cluster.py (TensorFlow 1.15) and tests/distributed (tftutor).
"""

from __future__ import annotations

SPECS = [
    {}, {"ps": ["a:1"]}, {"ps": ["a:1", "b:2"], "worker": ["c:3"]}, {"worker": {1: "c:3"}},
    {"worker": {1: "c:3", 0: "d:4"}, "ps": ("a:1",)}, {"ps": []}, {"ps": {}}, {"ps": {-1: "a:1"}},
    {"ps": {-1: "a:1", 0: "b:2"}}, {"ps": {True: "a:1"}}, {b"ps": [b"a:1"]}, {"ps": [b"a:1"]},
    {"ps": {"0": "a:1"}}, {"ps": {1.0: "a:1"}}, {"ps": {2 ** 40: "a:1"}}, {"ps": [3]},
    {"ps": [None]}, {3: ["a:1"]}, {"ps": "a:1"}, {"ps": None}, {b"\xff": ["a:1"]},
    {"ps": [b"\xff"]}, {3: ["a"], "b": ["c"]}, [], None, "ps", [("ps", ["a:1"])],
]
LOOKUPS = [("num_tasks",), ("task_indices",), ("job_tasks",), ("task_address", 0),
           ("task_address", 1), ("task_address", -1), ("task_address", "0")]
LARGE = {"ps": ["p0", "p1", "p2"], "worker": ["w0", "w1"]}

# Arguments of replica_device_setter; "cluster" and "ps_strategy" name what is made of them.
SETTERS = {
    "nothing": {}, "no tasks": {"ps_tasks": 0}, "one": {"ps_tasks": 1}, "three": {"ps_tasks": 3},
    "dict": {"cluster": "dict"}, "spec": {"cluster": "spec"}, "def": {"cluster": "def"},
    "sparse": {"cluster": "sparse"}, "no ps": {"cluster": "no ps"},
    "empty ps": {"cluster": "empty"},
    "list": {"cluster": "list"}, "tasks ignored": {"cluster": "dict", "ps_tasks": 1},
    "worker task": {"cluster": "dict", "worker_device": "/job:worker/task:1"},
    "worker gpu": {"cluster": "dict", "worker_device": "/job:worker/task:1/gpu:0"},
    "no worker": {"cluster": "dict", "worker_device": ""},
    "worker None": {"cluster": "dict", "worker_device": None},
    "ps cpu": {"cluster": "dict", "ps_device": "/job:ps/cpu:0"},
    "ps of another job": {"cluster": "dict", "ps_device": "/job:worker"},
    "ps task": {"ps_tasks": 2, "ps_device": "/job:ps/task:1"},
    "ps without job": {"ps_tasks": 2, "ps_device": "/cpu:0"},
    "ps without job, cluster": {"cluster": "dict", "ps_device": "/cpu:0"},
    "no ps device": {"ps_tasks": 2, "ps_device": ""},
    "ps None": {"ps_tasks": 2, "ps_device": None},
    "unmerged": {"cluster": "dict", "merge_devices": False},
    "ps ops": {"cluster": "dict", "ps_ops": ["MatMul", "VariableV2"]},
    "no ps ops": {"cluster": "dict", "ps_ops": []},
    "random": {"cluster": "dict", "ps_strategy": "random"},
    "random seed": {"cluster": "dict", "ps_strategy": "random 5"},
    "greedy": {"cluster": "dict", "ps_strategy": "greedy"},
    "greedy names": {"cluster": "dict", "ps_strategy": "greedy names"},
    "strategy": {"cluster": "dict", "ps_strategy": "last"},
    "text strategy": {"cluster": "dict", "ps_strategy": "text"},
    "no strategy": {"cluster": "dict", "ps_strategy": "number"},
    "bad ps device": {"cluster": "dict", "ps_device": "/foo:1"},
    "bad worker device": {"cluster": "dict", "worker_device": "/foo:1"},
}
OUTER = ["", "/job:outer/task:7", "/cpu:0"]
NODES = {"first", "second", "third", "fourth", "product", "second/Assign", "first/read",
         "fourth/Assign", "fourth/Read/ReadVariableOp"}
INNER = ["", "/gpu:0", "/job:ps", "/job:ps/task:2", "/job:worker", "/job:other", "/task:1"]


def answer(program):
    """What a program gives, or its error."""
    try:
        return repr(program())
    except Exception as error:  # noqa: BLE001 - the error is the answer
        return f"{type(error).__name__}: {error}".partition("\n")[0]


def answers(tf):
    """{what was asked: the answer}."""
    found = {}
    for cluster in SPECS:
        for label, program in sorted(_about_spec(tf, cluster).items()):
            found[f"{label} of {cluster!r}"] = answer(program)
    for one in SPECS[1:5]:
        for other in SPECS[1:5]:
            found[f"{one!r} is {other!r}"] = answer(lambda: _compared(tf, one, other))  # noqa: B023
    for name, arguments in sorted(SETTERS.items()):
        for outer in OUTER:
            for inner in INNER:
                found[f"{name}: {outer}: {inner}"] = answer(
                    lambda: _devices(tf, arguments, outer, inner))  # noqa: B023
    for name, program in sorted(LOADS.items()):
        found["load of " + name] = answer(lambda: _load(tf, program))  # noqa: B023
    return found


def _about_spec(tf, cluster):
    def spec():
        return tf.train.ClusterSpec(cluster)

    programs = {
        "dict": lambda: spec().as_dict(), "text": lambda: str(spec()), "jobs": lambda: spec().jobs,
        "def": lambda: _jobs_of(spec().as_cluster_def()),
        "truth": lambda: bool(spec()), "hash": lambda: hash(spec()),
        "copy": lambda: tf.train.ClusterSpec(spec()).as_dict(),
        "from def": lambda: tf.train.ClusterSpec(spec().as_cluster_def()).as_dict(),
        "same def": lambda: _def_is_kept(tf, spec()),
    }
    for lookup in LOOKUPS:
        for job in ("ps", "worker"):
            programs[f"{job} {lookup}"] = (
                lambda lookup=lookup, job=job: getattr(spec(), lookup[0])(job, *lookup[1:]))
    return programs


def _jobs_of(cluster_def):
    """What a ClusterDef holds; the order of a map's entries says nothing."""
    return [(job.name, sorted(job.tasks.items())) for job in cluster_def.job]


def _def_is_kept(tf, spec):
    """Whether a spec keeps the very ClusterDef that it is made of, and a copy of it doesn't."""
    cluster_def = spec.as_cluster_def()
    return (tf.train.ClusterSpec(cluster_def).as_cluster_def() is cluster_def,
            tf.train.ClusterSpec(spec).as_cluster_def() is cluster_def,
            spec.as_cluster_def() is cluster_def)


def _compared(tf, one, other):
    one_spec, other_spec = tf.train.ClusterSpec(one), tf.train.ClusterSpec(other)
    return one_spec == other_spec, one_spec != other_spec, one_spec == other, one_spec == 3


def _cluster(tf, name):
    return {
        "dict": LARGE, "spec": tf.train.ClusterSpec(LARGE),
        "def": tf.train.ClusterSpec(LARGE).as_cluster_def(),
        "sparse": {"ps": {1: "p1", 4: "p4"}, "worker": {0: "w0"}},
        "no ps": {"worker": ["w0"]}, "empty": {"ps": [], "worker": ["w0"]}, "list": ["p0"],
    }[name]


def _strategy(tf, name):
    training = tf.contrib.training
    return {
        "random": training.RandomStrategy(3), "random 5": training.RandomStrategy(3, 5),
        "greedy": training.GreedyLoadBalancingStrategy(3, training.byte_size_load_fn),
        "greedy names": training.GreedyLoadBalancingStrategy(3, lambda op: len(op.name)),
        "last": lambda op: 2, "text": lambda op: "1", "number": 5,
    }[name]


def _devices(tf, arguments, outer, inner):
    """Where the nodes of a small model go."""
    made = dict(arguments)
    if "cluster" in made:
        made["cluster"] = _cluster(tf, made["cluster"])
    if "ps_strategy" in made:
        made["ps_strategy"] = _strategy(tf, made["ps_strategy"])
    with tf.Graph().as_default() as graph:
        with tf.device(outer or None), tf.device(tf.train.replica_device_setter(**made)):
            first = tf.Variable(tf.zeros([10, 20]), name="first")
            with tf.device(inner or None):
                second = tf.Variable(tf.zeros([20, 3]), name="second")
                tf.matmul(first, second, name="product")
            tf.Variable(1.0, name="third")
            tf.get_variable("fourth", [7], use_resource=True)
        return sorted((op.name, op.device) for op in graph.get_operations() if op.name in NODES)


def _load(tf, program):
    with tf.Graph().as_default():
        return tf.contrib.training.byte_size_load_fn(program(tf).op)


LOADS = {
    "a variable": lambda tf: tf.Variable(tf.zeros([10, 20])),
    "a scalar": lambda tf: tf.Variable(1.0),
    "doubles": lambda tf: tf.Variable(tf.zeros([3], tf.float64)),
    "a shape unknown": lambda tf: tf.placeholder(tf.float32),
    "a shape known in part": lambda tf: tf.placeholder(tf.float32, [None, 3]),
    "two outputs": lambda tf: tf.split(tf.zeros([4]), 2)[0],
    "a computed tensor": lambda tf: tf.boolean_mask(tf.zeros([4]), [True] * 4),
}
