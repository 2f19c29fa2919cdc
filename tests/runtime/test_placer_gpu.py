"""Placement with GPUs: rules and texts of TensorFlow 1.15's placer.cc and colocation_graph.cc.

No machine with a GPU answered these; the reason for each expectation stands beside it.
"""

from __future__ import annotations

import re

import pytest

import tftutor as tf
from tftutor.runtime.devices import Device
from tftutor.runtime.placer import Placer

HERE = "/job:localhost/replica:0/task:0"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def devices():
    return [Device("CPU", 0), *(Device("GPU", n, is_simulated=True) for n in (0, 1))]


def place(soft=False, log=None):
    return Placer(devices(), soft, log).place(tf.get_default_graph())


def where(tensor_or_op, **kwargs):
    return place(**kwargs).device_of(getattr(tensor_or_op, "op", tensor_or_op)).short_name


def why(tensor_or_op, **kwargs):
    return place(**kwargs).reason_of(getattr(tensor_or_op, "op", tensor_or_op))


def test_a_gpu_is_preferred_and_the_first_of_them():
    assert where(tf.negative(tf.placeholder(tf.float32))) == "/device:GPU:0"


def test_no_gpu_kernel_for_strings():
    text = tf.placeholder(tf.string)
    joined = tf.string_join([text, text])
    assert where(joined) == "/device:CPU:0"
    assert why(joined) == "no GPU kernel for StringJoin"


def test_no_gpu_kernel_for_a_type():
    x = tf.placeholder(tf.int16)
    total = tf.add(x, x)  # Add has CPU kernels for int16, and no GPU kernel
    assert where(total) == "/device:CPU:0"
    assert why(total) == "no GPU kernel for int16 Add"


def test_a_variable_and_its_updates_share_a_device():
    v = tf.Variable([1], name="v", dtype=tf.int32, use_resource=False)
    assert where(v) == where(v.initializer) == "/device:CPU:0"  # VariableV2: no int32 on GPUs
    assert where(tf.negative(v)) == "/device:GPU:0"  # reads it, may stand apart


def test_a_reference_edge_overrules_what_the_update_asks_for():
    said = []
    with tf.device("/gpu:1"):
        v = tf.Variable([1.0], name="v", use_resource=False)
    update = tf.assign(v, [2.0], name="update")
    update.op._attrs.pop("_class", None)
    update.op._set_device("/cpu:0")
    assert where(update, log=said.append) == "/device:GPU:1"
    assert said == ["Ignoring device specification /device:CPU:0 for node 'update' because the "
                    "input edge from 'v' is a reference connection and already has a device field "
                    "set to /device:GPU:1"]
    assert why(update) == "colocated with `v`"


def test_metadata_goes_to_its_input():
    with tf.device("/cpu:0"):
        x = tf.negative(tf.placeholder(tf.float32), name="x")
    shape = tf.shape(x)
    assert where(shape) == "/device:CPU:0"
    assert why(shape) == "with its input `x` (metadata)"


def test_a_source_goes_to_its_only_consumer():
    one = tf.constant(1.0, name="one")
    with tf.device("/gpu:1"):
        tf.negative(one, name="taker")
    assert where(one) == "/device:GPU:1"
    assert why(one) == "with its only consumer `taker`"
    tf.negative(one)  # on GPU:0: the consumers differ, so the best device it is
    assert where(one) == "/device:GPU:0"
    assert why(one) == "default: best device that has a kernel"


def test_an_iterator_prefers_the_host():
    # its CPU kernel has priority 2, its GPU kernel 1
    data = tf.data.Dataset.range(3).make_one_shot_iterator()
    assert where(data.get_next()) == "/device:CPU:0"


def test_a_number_that_is_not_there():
    with tf.device("/gpu:7"):
        x = tf.placeholder(tf.float32, name="x")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        place()
    # with CUDA in the build TensorFlow leaves the sentence about CUDA away
    assert caught.value.message.endswith(
        f"was explicitly assigned to /device:GPU:7 but available devices are [ {HERE}/device:CPU:0,"
        f" {HERE}/device:GPU:0, {HERE}/device:GPU:1 ]. Make sure the device specification refers to"
        " a valid device.\n\t [[x]]")
    assert where(x, soft=True) == "/device:GPU:0"  # soft placement forgets the type and the number
    assert why(x, soft=True) == "soft placement: /device:GPU:7 isn't there"


def test_no_kernel_on_the_device_that_was_asked_for():
    with tf.device("/gpu:0"):
        v = tf.Variable([1], name="v", dtype=tf.int32, use_resource=False)
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        place()
    message = caught.value.message
    lines = message.splitlines()
    assert lines[:2] == [
        "Cannot assign a device for operation v: Could not satisfy explicit device specification "
        "'/device:GPU:0' because no supported kernel for GPU devices is available.",
        "Colocation Debug Info:"]
    assert lines[3] == (
        "Root Member(assigned_device_name_index_=-1 requested_device_name_='/device:GPU:0' "
        "assigned_device_name_='' resource_device_name_='/device:GPU:0' "
        "supported_device_types_=[CPU] possible_devices_=[]")
    assert "VariableV2: CPU \nAssign: CPU \nIdentity: GPU CPU \n" in message
    assert "\n  v (VariableV2) /device:GPU:0\n  v/Assign (Assign) /device:GPU:0\n" in message
    assert ('\nOp: VariableV2\nNode attrs: container="", dtype=DT_INT32, shape=[1], shared_name=""'
            "\nRegistered kernels:\n  device='GPU'; dtype in [DT_INT64]\n") in message
    assert caught.value.op is v.op
    assert where(v, soft=True) == "/device:CPU:0"
    assert why(v, soft=True) == "soft placement: no GPU kernel for int32 VariableV2"


def test_soft_placement_says_when_a_resource_moves():
    said = []
    with tf.device("/gpu:0"):
        v = tf.Variable([1], name="v", dtype=tf.int32, use_resource=False)
    where(v, soft=True, log=said.append)
    assert said[0].startswith("Failed to place the graph without changing the devices of some "
                              "resources.")
    assert f"Current candidate devices are [\n  {HERE}/device:CPU:0].\n" in said[0]


def test_a_contradiction_is_forgotten_by_soft_placement():
    with tf.device("/cpu:0"):
        a = tf.placeholder(tf.float32, name="a")
    with tf.get_default_graph().colocate_with(a):
        b = tf.negative(a, name="b")
    b.op._set_device("/gpu:1")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        place()
    assert ("Cannot merge devices with incompatible types: '/device:GPU:1' and '/device:CPU:0'"
            in caught.value.message)
    assert caught.value.op is b.op
    assert where(a, soft=True) == where(b, soft=True) == "/device:GPU:0"


def test_a_contradiction_shows_the_device_blocks():
    with tf.device("/job:localhost"), tf.device("cpu:0"):
        tf.placeholder(tf.float32, name="a")
    with tf.device("/gpu:1"), tf.device(None), tf.device(_on_gpu_1):
        b = tf.placeholder(tf.float32, name="b")
    b.op._set_attr("_class", tf.AttrValue(list=tf.AttrValue.ListValue(s=[b"loc:@a"])))
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        place()
    message = re.sub(r"<\S*:\d+>", "<file:line>", caught.value.message)
    message = re.sub(r"<\S*, \d+>", "<file, line>", message)
    blocks = ("Device assignments active during op 'b' creation:\n"
              "  with tf.device(_on_gpu_1<file, line>): <file:line>\n"
              "  with tf.device(None): <file:line>\n"
              "  with tf.device(/gpu:1): <file:line>")
    assert f") placed on device {blocks}  and node a (defined at " in message
    assert message.endswith(
        "No node-device colocations were active during op 'a' creation.\n"
        "Device assignments active during op 'a' creation:\n"
        "  with tf.device(cpu:0): <file:line>\n  with tf.device(/job:localhost): <file:line>")


def _on_gpu_1(op):
    return "/device:GPU:1"


def test_no_device_type_for_both_of_a_group():
    a = tf.placeholder(tf.float32, name="a")
    with tf.get_default_graph().colocate_with(a):
        text = tf.as_string(a, name="text")  # no GPU kernel: the group goes to the CPU
    assert where(a) == where(text) == "/device:CPU:0"
    assert why(a) == "colocated with `text`: no GPU kernel for float32 AsString"


def test_a_variable_stays_when_the_graph_grows():
    v = tf.Variable([1.0], name="v", use_resource=False)
    placer = Placer(devices())
    graph = tf.get_default_graph()
    first = placer.place(graph)
    assert placer.place(graph) is first
    with tf.device("/gpu:1"):
        w = tf.placeholder(tf.float32, name="w")
    second = placer.place(graph)
    assert second.device_of(v.op) is first.device_of(v.op)
    assert second.device_of(w.op).short_name == "/device:GPU:1"
    assert second.reason_of(v.op) == "stateful: it stays where it was placed first"


def test_variables_of_a_trivial_placement_stay_too():
    graph = tf.get_default_graph()
    v = tf.Variable([1.0], name="v", use_resource=False)
    placer = Placer([Device("CPU", 0), Device("CPU", 1)])
    assert placer.place(graph).is_trivial
    v.op._set_device("/cpu:1")
    tf.get_default_graph().get_operation_by_name("v/Assign")._set_device("/cpu:1")
    assert placer.place(graph).device_of(v.op).index == 0


def test_one_device_takes_everything_or_fails():
    with tf.device("/gpu:0"):
        x = tf.placeholder(tf.float32, name="x")
    graph = tf.get_default_graph()
    placement = Placer([Device("CPU", 0)], True).place(graph)
    assert placement.is_trivial and placement.device_of(x.op).short_name == "/device:CPU:0"
    assert placement.reason_of(x.op) == "soft placement: /device:GPU:0 isn't there"
    with pytest.raises(tf.errors.InvalidArgumentError, match="but CUDA is not enabled"):
        Placer([Device("CPU", 0)]).place(graph)


def test_resources_on_two_devices_at_one_edge_fail_even_softly():
    with tf.device("/cpu:0"):
        v = tf.Variable([1.0], name="v", use_resource=False)
    with tf.device("/gpu:0"):
        w = tf.Variable([1.0], name="w", use_resource=False)
    update = tf.assign(v, [2.0], name="update")
    update.op._update_input(0, w._variable if hasattr(w, "_variable") else w)
    update.op._set_attr("_class", tf.AttrValue(list=tf.AttrValue.ListValue(s=[b"loc:@v"])))
    softly = Placer([Device("CPU", 0)], True).place(tf.get_default_graph())
    assert softly.device_of(update.op).short_name == "/device:CPU:0"


def test_table_has_a_row_an_operation():
    with tf.device("/gpu:1"):
        tf.placeholder(tf.float32, name="x")
    assert place().table() == [("x", "Placeholder", "/device:GPU:1", "/device:GPU:1",
                                "asked for: /device:GPU:1")]
