"""What sessions say of their targets, and what a reset does: asked of TensorFlow and of tftutor.

Each function takes the `tf` module and returns {what was asked: the answer}; that of an error is
its class and text.
"""

import re

import numpy as np

_JOBS = (("ps", 0), ("worker", 0), ("worker", 1))
TARGETS = ("", "local", "direct", "grpc", "grpc://", "grpc://x", "grpc://localhost:port", "foo://x",
           'foo://"x', b"local", None, 3, ["a"], "localhost:2222")
RESETS = {"all": (), "none": ([],), "empty name": ([""],), "unknown": (["nope"],), "job": (["ps"],),
          "jobs": (["ps", "worker"],), "local": (["localhost"],), "named": (["x"],),
          "text": ("x",), "bytes": ([b"x"],), "number": (3,), "numbers": ([3],)}


def answer(function):
    """What a call gives, or the class and text of its error; names of sessions are masked."""
    try:
        found = function()
    except Exception as error:  # noqa: BLE001 - whatever it is
        text = str(error)
        return "%s: %s" % (type(error).__name__, re.sub(r"\b[0-9a-f]{16}\b", "NAME", text))
    return found if isinstance(found, list) else "ok"


def _configs(tf):
    return {"no config": None, "empty config": tf.ConfigProto(), "config": tf.ConfigProto(
        device_count={"CPU": 2}, device_filters=["/job:ps", 'a"b'], allow_soft_placement=True,
        operation_timeout_in_ms=5, gpu_options=tf.GPUOptions(allow_growth=True))}


def targets(tf):
    """Sessions with targets of all kinds, and resets of them."""
    found = {}
    for target in TARGETS:
        for name, config in _configs(tf).items():
            with tf.Graph().as_default():
                found["Session %r %s" % (target, name)] = answer(
                    lambda t=target, c=config: tf.Session(t, config=c).close())
            found["reset %r %s" % (target, name)] = answer(
                lambda t=target, c=config: tf.Session.reset(t, config=c))
    return found


def local_resets(tf):
    """What a reset without a target does to sessions without one."""
    found = {}
    for name, arguments in (("all", ("",)), ("named", ("", ["x"])), ("none", (None,))):
        with tf.Graph().as_default():
            v = tf.Variable(1.0)
            x = tf.placeholder(tf.float32, [])
            y = x + 1.0
            used, unused = tf.Session(), tf.Session()
            used.run(v.initializer)
            handle = used.partial_run_setup([y], [x])
            call = used.make_callable(y, [x])
            asked = {
                "reset": lambda a=arguments: tf.Session.reset(*a),
                "run": lambda s=used, v=v: s.run(v),
                "call": lambda call=call: call(1.0),
                "partial run": lambda s=used, h=handle, y=y, x=x: s.partial_run(h, y, {x: 1.0}),
                "set-up": lambda s=used, y=y, x=x: s.partial_run_setup([y], [x]),
                "unused": lambda s=unused, y=y, x=x: s.run(y, {x: 1.0}),
                "devices": lambda s=used: s.list_devices() and None,
                "close": used.close, "closed": lambda s=used, v=v: s.run(v),
                "another": lambda y=y, x=x: tf.Session().run([y], {x: 1.0})}
            for what, function in asked.items():
                gives = answer(function)
                found["%s %s" % (name, what)] = (
                    gives if isinstance(gives, str) else str([float(x) for x in gives]))
    return found


def start(tf, ports):
    """A parameter server and two workers."""
    spec = {"ps": ["localhost:%d" % ports[0]],
            "worker": ["localhost:%d" % port for port in ports[1:]]}
    return [tf.train.Server(spec, job, index) for job, index in _JOBS]


def _variables(tf):
    """Two variables on each task, one in a container called x."""
    made = []
    for number, (job, index) in enumerate(_JOBS):
        for container in ("", "x"):
            with tf.device("/job:%s/task:%d" % (job, index)), tf.container(container):
                made.append(tf.Variable(1.0, name="v%d%s" % (number, container)))
    return tf.group(*[v.initializer for v in made]), [tf.is_variable_initialized(v) for v in made]


def resets(tf, servers):
    """What a reset of worker 0 does to sessions of all tasks: which variables are left."""
    found = {}
    own, other = servers[1].target, servers[2].target
    filtered = {"filtered": tf.ConfigProto(device_filters=["/job:ps"])}
    cases = dict({name: (arguments, None) for name, arguments in RESETS.items()},
                 filters=((), filtered["filtered"]))
    for name, (arguments, config) in cases.items():
        with tf.Graph().as_default():
            initialize, left = _variables(tf)
            sessions = {"own": tf.Session(own), "second": tf.Session(own),
                        "other": tf.Session(other), "ps": tf.Session(servers[0].target)}
            alone = tf.Session(other, config=tf.ConfigProto(isolate_session_state=True))
            for session in (sessions["own"], alone):
                session.run(initialize)
            for session in sessions.values():
                session.run(left)
            sessions.update(alone=alone, unused=tf.Session(own))
            found["%s: reset" % name] = answer(
                lambda a=arguments, c=config: tf.Session.reset(own, *a, config=c))
            for who, session in list(sessions.items()) + [("new", tf.Session(own))]:
                for what, function in (("run", lambda s=session: s.run(left)),
                                       ("again", lambda s=session: s.run(left)),
                                       ("close", session.close), ("close again", session.close)):
                    gives = answer(function)
                    found["%s: %s %s" % (name, who, what)] = (
                        gives if isinstance(gives, str) else str([int(x) for x in gives]))
    return found


def lost_queues(tf, servers):
    """What another master's session can do with queues and accumulators after a reset.

    (When it ends, TensorFlow's process may crash.)
    """
    found = {}
    session = tf.Session(servers[2].target, graph=tf.Graph())
    with session.graph.as_default():
        with tf.device("/job:ps/task:0"):
            for name in ("a", ""):
                queue = tf.FIFOQueue(3, tf.float32, [], shared_name=name and "q" + name)
                gradients = tf.ConditionalAccumulator(tf.float32, [], shared_name=name)
                asked = {"put": queue.enqueue(1.0), "size": queue.size(),
                         "apply": gradients.apply_grad(1.0, 0),
                         "count": gradients.num_accumulated()}
                for fetch in asked.values():
                    session.run(fetch)
                tf.Session.reset(servers[1].target, ["other"])
                found[name + " before"] = str(int(session.run(asked["count"])))
                tf.Session.reset(servers[1].target)
                for what, fetch in asked.items():
                    text = answer(lambda f=fetch: session.run(f)).split("\n\t [[")[0]
                    found["%s %s" % (name, what)] = re.sub(r"/_\d+_", "/_N_", text)
    return found, session


def _shown(tf, value):
    return value.handle if hasattr(value, "handle") else str(value)


def handles(tf):
    """Tensors that a session keeps: what handles look like, what reads, deletes and moves them."""
    found = {}

    def ask(what, function):
        gives = answer(lambda: [_shown(tf, value) for value in [function()]])
        gives = gives if isinstance(gives, str) else gives[0]
        found[what] = re.sub(r"\(defined at [^)]*\)", "(defined)", gives.split("\n\nOriginal")[0])

    with tf.Graph().as_default() as graph, tf.Session() as session:
        b = tf.placeholder(tf.float32, [2], name="b")
        c = tf.multiply(3.0, b, name="c")
        made, again = tf.get_session_handle(c, name="h"), tf.get_session_handle(c)
        ask("op", lambda: (made.op.type, made.dtype.name, made.shape, made.op.colocation_groups()))
        kept = session.run(made, {b: [1, 2]})
        ask("class", lambda: type(kept).__name__)
        ask("kept", lambda: kept)
        ask("second", lambda: session.run({"k": [again]}, {b: [1, 2]})["k"][0])
        holder, value = tf.get_session_tensor(kept.handle, tf.float32, name="t")
        ask("placeholder", lambda: (holder.name, holder.dtype.name, holder.shape, holder.op.device))
        ask("tensor", lambda: (value.name, value.op.type, value.shape, value.op.device))
        ask("read", lambda: session.run(value + 1.0, {holder: kept.handle}))
        ask("read bytes", lambda: session.run(value, {holder: kept.handle.encode()}))
        ask("object", lambda: session.run(value, {holder: kept}))
        ask("object as a tensor", lambda: session.run(c, {b: kept}))
        ask("eval", kept.eval)
        ask("eval again", kept.eval)
        wrong_holder, wrong = tf.get_session_tensor(kept.handle, tf.string)
        try:
            session.run(wrong, {wrong_holder: kept.handle})
        except tf.errors.InternalError as error:
            found["wrong type"] = error.message.split(" for node")[0]
        ask("no handle", lambda: session.run(value, {holder: "nope"}))
        ask("unknown", lambda: session.run(value, {holder: "c;77;" + kept.handle.split(";")[2]}))
        for text in ("nope", 3, "a;b;/device:CPU:x"):
            ask("tensor of %r" % (text,),
                lambda t=text: tf.get_session_tensor(t, tf.int32)[1].device)
            ask("delete %r" % (text,), lambda t=text: tf.delete_session_tensor(t)[1].device)
        for data in (3, [1.0], None):
            ask("keep %r" % (data,), lambda d=data: tf.get_session_handle(d))
        dead, delete = tf.delete_session_tensor(kept.handle, name="d")
        ask("deleter", lambda: (dead.name, delete.name, delete.type, delete.device))
        ask("delete", lambda: session.run(delete, {dead: kept.handle}))
        ask("delete again", lambda: session.run(delete, {dead: kept.handle}))
        ask("read deleted", lambda: session.run(value, {holder: kept.handle}))
        kept.get_raw_handle()
        other = session.run(made, {b: [1, 2]})
        ask("method delete", other.delete)
        ask("method delete again", other.delete)
        ask("eval deleted", other.eval)
        raw = session.run(made, {b: [5, 6]})
        ask("raw", raw.get_raw_handle)
        ask("eval raw", raw.eval)
        ask("read raw", lambda: session.run(value, {holder: raw.handle}))
        with tf.Session() as stranger:
            ask("other session", lambda: stranger.run(value, {holder: raw.handle}))
            ask("object of another session", lambda: stranger.run(c, {b: raw}))
        ask("callable", lambda: session.make_callable(made, [b])([1, 2]))
        ask("part of a run", lambda: session.partial_run(
            session.partial_run_setup([made], [b]), made, {b: [1, 2]}))
        texts = []
        for _ in range(12):  # each is garbage when the next one comes
            handle = session.run(made, {b: [1, 2]})
            texts.append(handle.handle)
        alive = [not isinstance(answer(lambda t=text: [session.run(value, {holder: t})]), str)
                 for text in texts]
        found["garbage"] = str([int(x) for x in alive])
        del handle
        nodes = [(n.name, n.op, list(n.input), n.device) for n in graph.as_graph_def().node]
        found["nodes"] = str(nodes[:12])
    with tf.Graph().as_default() as graph, tf.Session(
            config=tf.ConfigProto(device_count={"CPU": 2})) as session:
        kept = []
        for number in (0, 1):
            with tf.device("/cpu:%d" % number):
                c = tf.identity([1.0 + number], name="c%d" % number)
                kept.append(session.run(tf.get_session_handle(c)))
        holder, value = tf.get_session_tensor(kept[1].handle, tf.float32)
        ask("on CPU:1", lambda: kept[1])
        ask("at home", lambda: session.run(value, {holder: kept[1].handle}))
        ask("moved", lambda: session.run(value, {holder: kept[0].handle}))
        ask("moved again", lambda: session.run(value, {holder: kept[0].handle}))
        found["moving nodes"] = str([(n.name, n.op, list(n.input), n.device)
                                     for n in graph.as_graph_def().node])
    return found


def handles_on_clusters(tf, servers):
    """A session with a target keeps no tensors. (To read one would crash TensorFlow's process.)"""
    with tf.Graph().as_default(), tf.Session(servers[1].target) as session:
        with tf.device("/job:ps/task:0"):
            made = tf.get_session_handle(tf.constant(1.0))
        return {"keep": answer(lambda: session.run(made)).split(" session state")[0]}


def transfers(tf, servers):
    """What traces and partition graphs show of a step of two tasks; all is fetched from one."""
    with tf.Graph().as_default(), tf.Session(servers[1].target) as session:
        with tf.device("/job:ps/task:0"):
            ref = tf.Variable([1.0, 2.0], name="ref")
            values = [tf.fill([size], 2.0, name="fill%d" % size) * ref[0]
                      for size in (1, 200, 26214, 26215, 300000)]
            text = tf.string_join([tf.as_string(ref), "x"], name="text")
        with tf.device("/job:worker/task:0"):
            x = tf.placeholder(tf.float32, [2], name="x")
            total = tf.add_n([tf.reduce_sum(v, name="s%d" % i) for i, v in enumerate(values)])
            y = tf.add(x, total, name="y")
            joined = tf.string_join([text, "y"], name="joined")
        with tf.device("/job:ps/task:0"):
            add = tf.assign_add(ref, y, name="add")
            with tf.control_dependencies([joined]):
                late = tf.negative(ref, name="late")
        with tf.device("/job:worker/task:0"):
            done = tf.identity(late, name="done")
        session.run(ref.initializer)
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True)
        for _ in range(2):
            metadata = tf.RunMetadata()
            session.run([add.op, joined, done], {x: [1.0, 1.0]}, options, metadata)
    rows, wrong = [], []
    for table in metadata.step_stats.dev_stats:
        for node in table.node_stats:
            # With servers in one process TensorFlow doesn't log what the other one receives.
            if node.node_name == "RecvTensor" and "/job:worker" in table.device:
                size, rate, rest = node.timeline_label.split("] ", 2)
                edge, ends = rest.split(" ", 1)
                rows.append([table.device, size, re.sub(r"_\d+_", "_N_", edge), ends])
                nbytes = node.output[0].tensor_description.allocation_description.requested_bytes
                speed = np.float32(8.0 * nbytes / node.all_end_rel_micros)
                wanted = "[%.1fGb/s" % (speed / 1000) if speed >= 1000 else "[%.6fMb/s" % speed
                if rate != wanted:
                    wrong.append([rate, wanted])
    nodes = [[node.op, re.sub(r"_S\d+$", "_S", node.name), node.attr["tensor_name"].s.decode(),
              node.attr["send_device"].s.decode(), node.attr["recv_device"].s.decode(),
              node.attr["client_terminated"].b]
             for graph in metadata.partition_graphs for node in graph.node
             if node.op.endswith(("Send", "Recv"))]
    for node in nodes:
        node[0] = node[0].replace("_Host", "_")
        node[2] = re.sub(r"_\d+_", "_N_", node[2])
    return {"rows": sorted(rows), "wrong rates": wrong, "nodes": sorted(nodes)}
