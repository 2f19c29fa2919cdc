"""Saver: nodes, files, restoring, what can go wrong."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import pytest

import tftutor as tf
from tftutor.formats.sorted_table import read_table


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def _saver_nodes() -> list[tuple[str, str]]:
    return [(op.name, op.type) for op in tf.get_default_graph().get_operations()
            if op.name.startswith("save")]


def test_saver_adds_the_nodes_of_tf() -> None:
    tf.Variable([1.0], name="w")
    tf.get_variable("r", [2], use_resource=True)
    saver = tf.train.Saver()
    assert _saver_nodes() == [
        ("save/filename/input", "Const"), ("save/filename", "PlaceholderWithDefault"),
        ("save/Const", "PlaceholderWithDefault"), ("save/SaveV2/tensor_names", "Const"),
        ("save/SaveV2/shape_and_slices", "Const"), ("save/SaveV2", "SaveV2"),
        ("save/control_dependency", "Identity"), ("save/RestoreV2/tensor_names", "Const"),
        ("save/RestoreV2/shape_and_slices", "Const"), ("save/RestoreV2", "RestoreV2"),
        ("save/Identity", "Identity"), ("save/AssignVariableOp", "AssignVariableOp"),
        ("save/Assign", "Assign"), ("save/restore_all", "NoOp")]
    assert saver.as_saver_def().filename_tensor_name == "save/Const:0"
    assert saver.as_saver_def().restore_op_name == "save/restore_all"


def test_restore_gives_variables_their_saved_values(tmp_path: pathlib.Path) -> None:
    w = tf.Variable(tf.random_normal([3, 2]), name="w")
    step = tf.train.get_or_create_global_step()
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run([w.initializer, step.initializer])
        before = session.run(w)
        path = saver.save(session, str(tmp_path / "model"), global_step=step)
        assert path == str(tmp_path / "model-0")
    with tf.Session() as session:
        saver.restore(session, tf.train.latest_checkpoint(str(tmp_path)))
        np.testing.assert_array_equal(session.run(w), before)
    assert tf.train.list_variables(str(tmp_path)) == [("global_step", []), ("w", [3, 2])]
    np.testing.assert_array_equal(tf.train.load_variable(path, "w"), before)


def test_only_the_recent_checkpoints_are_kept(tmp_path: pathlib.Path) -> None:
    w = tf.Variable(1.0)
    saver = tf.train.Saver(max_to_keep=2)
    with tf.Session() as session:
        session.run(w.initializer)
        for step in range(4):
            saver.save(session, str(tmp_path / "m"), global_step=step, write_meta_graph=False)
    assert {name for name in os.listdir(tmp_path) if name.endswith("index")} == {
        "m-2.index", "m-3.index"}
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == saver.last_checkpoints == [
        str(tmp_path / "m-2"), str(tmp_path / "m-3")]


def test_a_dictionary_renames_variables(tmp_path: pathlib.Path) -> None:
    old = tf.Variable([1.0, 2.0], name="old")
    with tf.Session() as session:
        session.run(old.initializer)
        path = tf.train.Saver({"weights": old}).save(session, str(tmp_path / "m"))
        new = tf.Variable([0.0, 0.0], name="new")
        tf.train.Saver({"weights": new}).restore(session, path)
        assert session.run(new).tolist() == [1.0, 2.0]


def test_missing_variable_and_wrong_shape_are_explained(tmp_path: pathlib.Path) -> None:
    w = tf.Variable([1.0, 2.0], name="w")
    with tf.Session() as session:
        session.run(w.initializer)
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable([1.0], name="other")
        with pytest.raises(tf.errors.NotFoundError, match="Key other not found in checkpoint"):
            tf.train.Saver().restore(session, path)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.Variable([[1.0]], name="w")
        with pytest.raises(tf.errors.InvalidArgumentError,
                           match=r"Assign requires shapes of both tensors to match"):
            tf.train.Saver().restore(session, path)


def test_bad_paths_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="No variables to save"):
        tf.train.Saver()
    w = tf.Variable(1.0)
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(w.initializer)
        with pytest.raises(ValueError, match="Can't load save_path when it is None"):
            saver.restore(session, None)
        with pytest.raises(ValueError, match="not a valid checkpoint"):
            saver.restore(session, str(tmp_path / "nothing"))
        with pytest.raises(ValueError, match="Parent directory of .* doesn't exist"):
            saver.save(session, str(tmp_path / "no" / "such" / "m"))
        with pytest.raises(TypeError, match="'sess' must be a Session"):
            saver.save(None, str(tmp_path / "m"))


SHARDED = pathlib.Path(__file__).parent.parent / "golden" / "checkpoint" / "tf115_sharded"
TWO_CPUS = tf.ConfigProto(device_count={"CPU": 2})


def _sharded_variables() -> dict[str, tf.Variable]:
    """What tests/golden/ask_checkpoint.py saves from two devices."""
    found = {}
    for number in (0, 1):
        with tf.device(f"/cpu:{number}"):
            found[f"v{number}"] = tf.get_variable(f"v{number}", initializer=np.arange(3 + number))
    for number in (0, 1):
        with tf.device(f"/cpu:{number}"):
            part = tf.Variable(np.arange(5.0) + 5 * number, name=f"parts/part_{number}")
        part._set_save_slice_info(tf.Variable.SaveSliceInfo("parts", [10], [5 * number], [5]))
        found[f"parts{number}"] = part
    with tf.device("/cpu:0"):
        found["text"] = tf.get_variable("text", initializer=tf.constant(["a", "bc"]))
    return found


def test_sharded_files_are_those_of_tf(tmp_path: pathlib.Path) -> None:
    _sharded_variables()
    with tf.Session(config=TWO_CPUS) as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver(sharded=True).save(session, str(tmp_path / "m"))
    names = [".data-00000-of-00002", ".data-00001-of-00002", ".index"]
    assert sorted(file.name[1:] for file in tmp_path.glob("m.[di]*")) == names
    for name in names[:2]:
        assert pathlib.Path(path + name).read_bytes() == pathlib.Path(
            f"{SHARDED}{name}").read_bytes()
    ours, theirs = (read_table(pathlib.Path(f"{each}.index").read_bytes())
                    for each in (path, SHARDED))
    assert ours == theirs


def test_sharded_files_of_tf_are_restored() -> None:
    found = _sharded_variables()
    with tf.Session(config=TWO_CPUS) as session:
        tf.train.Saver(sharded=True).restore(session, str(SHARDED))
        values = session.run(found)
    assert {name: value.tolist() for name, value in values.items()} == {
        "v0": [0, 1, 2], "v1": [0, 1, 2, 3], "parts0": [0, 1, 2, 3, 4], "parts1": [5, 6, 7, 8, 9],
        "text": [b"a", b"bc"]}
