"""Estimators log, return and raise what TF 1.15's do."""

from __future__ import annotations

import gzip
import json
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

import tftutor as tf

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

from estimator_answers import PROGRAMS, answer  # noqa: E402
from estimator_programs_columns import checkpointed_model, checkpointed_rows  # noqa: E402

ANSWERS = json.loads(gzip.decompress((GOLDEN / "estimator.json.gz").read_bytes()))


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_goes_as_with_tf(name: str) -> None:
    assert answer(tf, name) == ANSWERS[name]


def test_every_recorded_program_is_asked() -> None:
    assert set(ANSWERS) == set(PROGRAMS)


def test_a_model_goes_on_from_a_checkpoint_of_tf(tmp_path: pathlib.Path) -> None:
    folder = str(tmp_path / "model")
    shutil.copytree(GOLDEN / "estimator_checkpoint", folder)
    model = checkpointed_model(tf, folder)
    expected = json.loads((GOLDEN / "estimator_checkpoint" / "results.json").read_text())
    found = model.evaluate(checkpointed_rows(tf), steps=3)
    assert found == pytest.approx(expected, rel=1e-5)
    model.train(checkpointed_rows(tf), steps=5)
    assert model.get_variable_value("global_step") == 10
    assert model.evaluate(checkpointed_rows(tf), steps=3)["loss"] < expected["loss"]


def test_a_model_starts_from_the_values_of_another_one(tmp_path: pathlib.Path) -> None:
    first = checkpointed_model(tf, str(tmp_path / "first"))
    first.train(checkpointed_rows(tf), steps=3)
    dense = [tf.feature_column.numeric_column("x", (2,))]
    settings = tf.estimator.WarmStartSettings(first.model_dir, ".*(bias|logits).*")
    second = tf.estimator.DNNClassifier([4], dense, str(tmp_path / "second"),
                                        warm_start_from=settings)
    second.evaluate(checkpointed_rows(tf), steps=1)
    seen = {}

    class Reading(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            for name in ("dnn/hiddenlayer_0/bias", "dnn/logits/kernel"):
                seen[name] = session.run(f"{name}/part_0/Read/ReadVariableOp:0")

    second.train(checkpointed_rows(tf), [Reading()], 1)
    for name, value in seen.items():
        np.testing.assert_array_equal(value, first.get_variable_value(name))


def test_pandas_frames_are_refused_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(TypeError, match="should not be called without pandas installed"):
        tf.estimator.inputs.pandas_input_fn(None, shuffle=True)


def test_a_saved_model_is_refused_by_name(tmp_path: pathlib.Path) -> None:
    model = checkpointed_model(tf, str(tmp_path))
    for export in (model.export_savedmodel, model.export_saved_model,
                   model.experimental_export_all_saved_models):
        with pytest.raises(tf.errors.UnsupportedError, match=export.__name__):
            export(str(tmp_path), None)
    with pytest.raises(AttributeError, match="tf.estimator.FinalExporter is a class of TensorFlow"):
        tf.estimator.FinalExporter  # noqa: B018


def test_a_strategy_is_refused_by_name() -> None:
    with pytest.raises(tf.errors.UnsupportedError, match="train_distribute"):
        tf.estimator.RunConfig(train_distribute=object())


def test_old_paths_lead_to_estimators() -> None:
    program = ("import tftutor.compat; tftutor.compat.install()\n"
               "import tensorflow as tf\n"
               "from tensorflow.python.estimator import run_config\n"
               "from tensorflow.python.estimator.inputs import numpy_io\n"
               "from tensorflow.python.estimator.model_fn import EstimatorSpec\n"
               "from tensorflow.python.feature_column import feature_column as fc\n"
               "assert run_config.RunConfig is tf.compat.v1.estimator.RunConfig\n"
               "assert run_config.TaskType.PS == 'ps'\n"
               "assert numpy_io.numpy_input_fn is tf.estimator.inputs.numpy_input_fn\n"
               "assert EstimatorSpec is tf.estimator.EstimatorSpec\n"
               "assert fc.input_layer is tf.compat.v1.feature_column.input_layer\n")
    subprocess.run([sys.executable, "-c", program], check=True)


def test_frames_are_fed_by_rows() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": np.arange(5, dtype=np.float32), "b": list("vwxyz")})
    labels = pandas.Series([0, 1, 0, 1, 1])
    batch = tf.estimator.inputs.pandas_input_fn(frame, labels, batch_size=3, shuffle=False)
    with tf.Graph().as_default():
        features, label = batch()
        with tf.train.MonitoredSession() as session:
            values, found = session.run([features, label])
    assert values["a"].tolist() == [0, 1, 2] and values["b"].tolist() == [b"v", b"w", b"x"]
    assert found.tolist() == [0, 1, 0]
