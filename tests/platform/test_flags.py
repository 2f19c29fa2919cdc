"""Flags: parsed at first read, NumPy values, kernel arguments, TF's errors."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from absl import flags as absl_flags

from tftutor.platform import flags


def test_flags_parse_the_command_line_at_first_read(tf_flags, monkeypatch):
    tf_flags.DEFINE_integer("steps", 3, "how many")
    monkeypatch.setattr("sys.argv", ["program.py", "--steps=7"])
    assert not tf_flags.FLAGS.is_parsed()
    assert tf_flags.FLAGS.steps == 7


@pytest.mark.parametrize(
    ("define", "default", "expected"),
    [
        ("DEFINE_integer", np.int64(3), 3),
        ("DEFINE_float", np.float32(0.5), 0.5),
        ("DEFINE_boolean", np.bool_(True), True),
        ("DEFINE_bool", np.bool_(False), False),
    ],
)
def test_flags_accept_numpy_scalars(tf_flags, define, default, expected):
    getattr(tf_flags, define)("value", default, "help")
    assert tf_flags.FLAGS.value == expected
    assert type(tf_flags.FLAGS.value) is type(expected)
    tf_flags.FLAGS.value = default
    assert type(tf_flags.FLAGS.value) is type(expected)


def test_flags_accept_the_old_keyword_names(tf_flags, caplog):
    tf_flags.DEFINE_string(flag_name="where", default_value="here", docstring="help")
    assert tf_flags.FLAGS.where == "here"
    assert "default_value" in caplog.text


def test_flags_unknown_name_raises_attribute_error(tf_flags):
    with pytest.raises(AttributeError, match="nope"):
        _ = tf_flags.FLAGS.nope


def test_flags_assigning_an_undefined_flag_is_refused(tf_flags):
    with pytest.raises(absl_flags.UnrecognizedFlagError, match="Unknown command line flag 'new'"):
        tf_flags.FLAGS.new = 1


def test_flags_twice_defined_raise_duplicate_flag_error(tf_flags):
    tf_flags.DEFINE_string("name", "a", "first help")
    with pytest.raises(absl_flags.DuplicateFlagError, match="The flag 'name' is defined twice"):
        tf_flags.DEFINE_string("name", "b", "second help")


def test_flags_unknown_argument_is_refused_as_in_tf(tf_flags, monkeypatch):
    tf_flags.DEFINE_string("name", "a", "help")
    monkeypatch.setattr("sys.argv", ["program.py", "--unknown=3"])
    with pytest.raises(absl_flags.UnrecognizedFlagError, match="unknown"):
        _ = tf_flags.FLAGS.name


def test_flags_in_a_notebook_ignore_the_kernels_own_arguments(tf_flags, monkeypatch):
    tf_flags.DEFINE_string("name", "a", "help")
    monkeypatch.setattr("sys.argv", ["/x/ipykernel_launcher.py", "-f", "/run/kernel-1.json"])
    assert tf_flags.FLAGS.name == "a"


def test_flags_mapping_of_all_flags_is_reachable_by_its_old_name(tf_flags):
    tf_flags.DEFINE_string("name", "a", "help")
    assert tf_flags.FLAGS.__dict__["__wrapped"]["name"].value == "a"
    assert getattr(tf_flags.FLAGS, "__flags")["name"].value == "a"


def test_flags_are_the_same_object_in_both_namespaces():
    from tftutor.framework.api import exported

    assert exported("flags.FLAGS") is exported("app.flags.FLAGS") is flags.FLAGS
    assert exported("flags.DEFINE_bool") is exported("app.flags.DEFINE_boolean")


def run_program(text, *args):
    """Run a program in a process of its own; (exit code, stdout, stderr)."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text), *args], capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


PROGRAM = """
    from tftutor.platform import app, flags
    flags.DEFINE_integer("n", 3, "a number")
    def main(argv):
        print("main", argv[1:], flags.FLAGS.n)
        return 5
    app.run()
"""


def test_app_run_calls_main_and_exits_with_its_result():
    code, out, err = run_program(PROGRAM, "--n=4", "rest")
    assert (code, out) == (5, "main ['rest'] 4\n"), err


def test_what_main_logs_is_written_by_tf_and_by_absl():
    code, _, err = run_program(
        "from tftutor.platform import app\n"
        "def main(argv):\n    from tftutor.platform import tf_logging\n"
        "    tf_logging.info('heard')\n"
        "app.run()")
    lines = err.splitlines()
    assert lines[0] == "INFO:tensorflow:heard" and lines[1].endswith("] heard"), err


def test_app_run_leaves_unknown_flags_to_main():
    code, out, err = run_program(PROGRAM, "--unknown=1")
    assert (code, out) == (5, "main ['--unknown=1'] 3\n"), err


def test_app_run_refuses_a_bad_flag_value():
    code, out, err = run_program(PROGRAM, "--n=4x")
    assert code == 1 and out == "" and "flag --n=4x" in err


def test_app_run_without_main_raises_attribute_error():
    code, _, err = run_program("from tftutor.platform import app\napp.run()")
    assert code == 1 and "has no attribute 'main'" in err
