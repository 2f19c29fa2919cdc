"""The place behind a variable: who may see a change, and which memory is used again."""

import threading

import numpy as np
import pytest

import tftutor as tf
from tests.runtime.device_kinds import use_gpus
from tftutor.runtime.resources import ResourceManager, VariableCell

BIG = (300, 100)


def cell_with(value):
    cell = VariableCell("v")
    cell.commit(value)
    return cell


def test_write_buffer_is_new_memory_while_the_old_value_is_read():
    cell = cell_with(np.zeros(BIG))
    reader = cell.value
    cell.commit(np.ones(BIG))
    buffer = cell.write_buffer()
    assert buffer is not reader and not np.shares_memory(buffer, reader)


def test_write_buffer_uses_memory_again_that_nobody_reads():
    cell = cell_with(np.zeros(BIG))
    address = cell.value.ctypes.data
    cell.commit(np.ones(BIG))
    assert cell.write_buffer().ctypes.data == address


def test_big_table_is_changed_in_place_when_nobody_reads_it():
    cell = cell_with(np.zeros(BIG))
    address = cell.value.ctypes.data
    for _ in range(3):
        table = cell.exclusive_array()
        table[0] += 1
        cell.commit_array(table)
        del table
    assert cell.value.ctypes.data == address and cell.value[0, 0] == 3


@pytest.mark.parametrize("hold", [lambda value: value, lambda value: value[3:5],
                                  lambda value: value.T], ids=["value", "slice", "transpose"])
def test_big_table_is_copied_while_somebody_reads_it(hold):
    cell = cell_with(np.zeros(BIG))
    reader = hold(cell.value)
    table = cell.exclusive_array()
    table[:] = 1
    cell.commit_array(table)
    assert reader.max() == 0 and cell.value.min() == 1


def test_read_only_table_is_copied():
    value = np.zeros(BIG)
    value.setflags(write=False)
    cell = cell_with(value)
    del value
    assert cell.exclusive_array().flags.writeable


def test_cleared_cell_has_no_value():
    cell = cell_with(np.zeros(2))
    cell.clear()
    assert not cell.is_initialized


def test_resource_cells_are_found_by_container_and_name():
    resources = ResourceManager()
    one = resources.resource_variable("", "v")
    assert resources.resource_variable("", "v") is one
    assert resources.resource_variable("other", "v") is not one
    assert resources.variable("", "v") is not one


@pytest.mark.parametrize("shape", [(), (200, 200)], ids=["scalar", "array"])
def test_concurrent_additions_all_count(shape):
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.Variable(tf.zeros(shape))
        add = v.assign_add(tf.ones(shape)).op
        session.run(v.initializer)
        threads = [threading.Thread(target=lambda: [session.run(add) for _ in range(50)])
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert np.all(session.run(v) == 200)


def test_updated_variable_is_once_in_the_memory_of_a_simulated_gpu(monkeypatch):
    library = use_gpus(monkeypatch, "simulated")[1].library
    with tf.Graph().as_default(), tf.device("/gpu:0"), tf.Session() as session:
        v = tf.Variable(tf.zeros(BIG))
        add = v.assign_add(tf.ones(BIG)).op
        session.run(v.initializer)
        for _ in range(3):
            session.run(add)
        assert [a.owner for a in library.memory.allocations()].count("Variable") == 1
