"""Random graphs with random requests for devices, the same for TensorFlow and tftutor."""

from __future__ import annotations

import random

CALM = ["", "", "", "/cpu:0", "/cpu:1", "/job:localhost"]
MIXED = ["", "", "", "/cpu:0", "/cpu:1", "/device:CPU:*", "/device:XLA_CPU:0", "/job:localhost"]
WILD = [*MIXED, "/cpu:5", "/gpu:0"]


class RandomGraph:
    """Adds nodes to the default graph at random; each call is one more step of the program."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.devices = WILD if seed % 6 == 0 else MIXED if seed % 3 == 0 else CALM
        self.floats, self.variables = [], []

    def __call__(self, tf):
        makers = sorted(name for name in dir(self) if name.startswith("make_"))
        with tf.device("/cpu:0" if not self.floats else ""):
            self.floats.append(tf.placeholder(tf.float32))
        for _ in range(self.random.randint(5, 15)):
            device = self.random.choice(self.devices)
            with tf.device(device):
                name = f"n{tf.get_default_graph().version}"
                getattr(self, self.random.choice(makers))(tf, name, device)

    def one(self):
        return self.random.choice(self.floats)

    def make_constant(self, tf, name, device):
        self.floats.append(tf.constant(1.0, name=name))

    def make_placeholder(self, tf, name, device):
        self.floats.append(tf.placeholder(tf.float32, name=name))

    def make_ref_variable(self, tf, name, device):
        variable = tf.Variable(1.0, name=name, use_resource=False)
        self.variables.append(variable)
        self.floats.append(variable.value())

    def make_resource_variable(self, tf, name, device):
        variable = tf.Variable(1.0, name=name, use_resource=True)
        self.variables.append(variable)
        self.floats.append(variable.value())

    def make_assignment(self, tf, name, device):
        if not self.variables:
            return
        value = tf.reshape(self.one(), [])
        update = tf.assign(self.random.choice(self.variables), value, name=name)
        if self.random.random() < 0.5 and update.op.type == "Assign" and device:
            update.op._set_device(device.replace("/cpu", "/device:CPU").replace("/gpu",
                                                                                "/device:GPU"))

    def make_sum(self, tf, name, device):
        self.floats.append(tf.add(self.one(), self.one(), name=name))

    def make_negative(self, tf, name, device):
        self.floats.append(tf.negative(self.one(), name=name))

    def make_metadata(self, tf, name, device):
        function = self.random.choice([tf.shape, tf.size, tf.rank])
        function(self.one(), name=name)

    def make_colocated(self, tf, name, device):
        z = tf.negative(self.one(), name=name)
        groups = [self.one().op.name, f"group{self.random.randint(0, 2)}"]
        names = [("loc:@" + group).encode() for group in groups[:self.random.randint(1, 2)]]
        z.op._set_attr("_class", tf.AttrValue(list=tf.AttrValue.ListValue(s=names)))
        self.floats.append(z)

    def make_controlled(self, tf, name, device):
        with tf.control_dependencies([self.one()]):
            self.floats.append(tf.constant(2.0, name=name))

    def make_string(self, tf, name, device):
        tf.as_string(self.one(), name=name)

    def make_queue(self, tf, name, device):
        queue = tf.FIFOQueue(3, [tf.float32], name=name)
        queue.enqueue([self.one()])
        self.floats.append(queue.dequeue())

    def make_branches(self, tf, name, device):
        x, y = self.one(), self.one()
        self.floats.append(tf.cond(tf.placeholder(tf.bool, []), lambda: x + 1.0, lambda: y * 2.0))

    def make_loop(self, tf, name, device):
        x, y = self.one(), self.one()
        self.floats.append(tf.while_loop(
            lambda i: tf.reduce_all(i < 3.0), lambda i: i + y, [tf.identity(x)],
            shape_invariants=[tf.TensorShape(None)]))


def random_program(seed):
    """Two steps of a random graph, made anew for each session."""
    graph = []

    def first(tf):
        graph[:] = [RandomGraph(seed)]
        graph[0](tf)

    return [first, lambda tf: graph[0](tf)]


RANDOM_PROGRAMS = {f"random {seed}": random_program(seed) for seed in range(60)}
