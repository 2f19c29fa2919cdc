"""`tftutor run`: scripts as under python, notebooks cell by cell, clean tracebacks."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

import tftutor


@pytest.fixture
def tutor(tmp_path):
    """Run `python -m tftutor ...` in an empty directory; (exit code, stdout, stderr)."""
    source = os.path.dirname(os.path.dirname(tftutor.__file__))
    environment = {**os.environ, "PYTHONPATH": source}
    environment.pop("TFTUTOR_FULL_TRACEBACK", None)

    def run(*args, **files):
        for name, text in files.items():
            (tmp_path / name.replace("__", ".")).write_text(textwrap.dedent(text))
        done = subprocess.run(
            [sys.executable, "-m", "tftutor", *args],
            capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def notebook(*cells):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": textwrap.dedent(c)} for c in cells]}
    )


def test_run_script_is_main_with_its_arguments_and_directory(tutor):
    code, out, err = tutor(
        "run", "s.py", "--flag", "x", helper__py="VALUE = 7",
        s__py="""
            import sys, os
            import helper
            import tensorflow as tf
            print(__name__, sys.argv, helper.VALUE, tf.__version__, os.path.basename(__file__))
            print(os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)))
        """,
    )
    assert code == 0, err
    assert out == "__main__ ['s.py', '--flag', 'x'] 7 1.15.5 s.py\nTrue\n"


@pytest.mark.parametrize(
    ("text", "code", "err"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("raise SystemExit('bye')", 1, "bye\n"),
        ("import sys; sys.exit()", 0, ""),
    ],
)
def test_run_script_exit_code_is_the_programs(tutor, text, code, err):
    assert tutor("run", "s.py", s__py=text) == (code, "", err)


def test_run_script_app_run_finds_main_and_flags(tutor):
    program = """
        import tensorflow as tf
        tf.app.flags.DEFINE_integer("steps", 3, "how many")
        FLAGS = tf.app.flags.FLAGS
        def main(argv):
            print(FLAGS.steps, argv[1:])
        if __name__ == "__main__":
            tf.app.run()
    """
    assert tutor("run", "s.py", "--steps=5", "rest", s__py=program) == (0, "5 ['rest']\n", "")


def test_processes_that_a_script_starts_find_the_alias_too(tutor):
    code, out, err = tutor(
        "run", "s.py", child__py="""
            import tensorflow.python as python
            import tensorflow as tf
            print(tf.__version__, tf.constant(3).shape, python.framework.ops.Graph is tf.Graph)
        """,
        s__py="""
            import multiprocessing, subprocess, sys
            import tensorflow as tf

            def double(x):
                with tf.Session() as session:
                    return session.run(2 * tf.constant(x))

            if __name__ == "__main__":
                print(subprocess.check_output([sys.executable, "child.py"], text=True))
                print(subprocess.check_output([sys.executable, "-m", "tftutor", "run", "child.py"],
                                              text=True, stderr=subprocess.STDOUT))
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    print(pool.map(double, [1, 2]))
        """,
    )
    assert code == 0, err
    assert out == "1.15.5 () True\n\n" * 2 + "[2, 4]\n"


def test_run_script_traceback_ends_in_the_users_line(tutor):
    program = """
        import tensorflow as tf
        def model():
            return tf.constant([1, 2], shape=[3, 3, 3], dtype="nonsense")
        model()
    """
    code, out, err = tutor("run", "s.py", s__py=program)
    lines = err.splitlines()
    assert code == 1 and lines[1] == "Traceback (most recent call last):"
    files = [line.split('"')[1] for line in lines if line.startswith("  File")]
    assert files == ["s.py", "s.py"]
    assert "frames inside tftutor are hidden; TFTUTOR_FULL_TRACEBACK=1 shows them" in lines[0]
    code, out, err = tutor("run", "--full-traceback", "s.py")
    assert code == 1 and "framework" in err and "hidden" not in err


def test_run_script_traceback_keeps_the_programs_main_under_app_run(tutor):
    program = """
        import tensorflow as tf
        def main(argv):
            raise ValueError("wrong")
        tf.app.run()
    """
    code, _, err = tutor("run", "s.py", s__py=program)
    files = [line.split('"')[1] for line in err.splitlines() if line.startswith("  File")]
    assert code == 1 and files == ["s.py", "s.py"] and err.endswith("ValueError: wrong\n")


def test_run_script_missing_symbol_is_explained(tutor):
    code, _, err = tutor("run", "s.py", s__py="import tensorflow as tf\ntf.nothing_here\n")
    assert code == 1
    assert "AttributeError: tf.nothing_here isn't a name of TensorFlow 1.15" in err


def test_run_script_in_python2_is_told_so(tutor):
    code, _, err = tutor("run", "s.py", s__py="x = 1\nprint 'a'\n")
    assert code == 1
    assert "s.py: line 2 is Python 2 (a print statement)" in err and "SyntaxError" in err


def test_run_of_a_missing_file_exits_with_2(tutor):
    code, _, err = tutor("run", "none.py")
    assert code == 2 and "can't open file 'none.py'" in err


def test_run_interrupted_exits_with_130(tmp_path):
    script = tmp_path / "s.py"
    script.write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    source = os.path.dirname(os.path.dirname(tftutor.__file__))
    process = subprocess.Popen(
        [sys.executable, "-m", "tftutor", "run", str(script)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and err.rstrip().endswith("KeyboardInterrupt")


def test_run_notebook_shares_one_namespace_and_shows_last_values(tutor):
    text = notebook(
        "%matplotlib inline\nimport tensorflow as tf",
        "x = 3\nx + 1",
        "x * 2;",
        "%%time\nprint('timed', x)",
        "y = 10 %3\ny",
        "",
    )
    code, out, err = tutor("run", "n.ipynb", n__ipynb=text)
    assert (code, out) == (0, "4\ntimed 3\n1\n"), err
    assert "note: %matplotlib inline has no effect outside Jupyter" in err


def test_run_notebook_refuses_shell_commands_unless_allowed(tutor):
    text = notebook("print('before')", "!echo hello\nnames = !echo one two", "print(names)")
    code, out, err = tutor("run", "n.ipynb", n__ipynb=text)
    assert (code, out) == (1, "before\n")
    assert "`echo hello`" in err and "--allow-shell" in err
    code, out, err = tutor("run", "--allow-shell", "n.ipynb")
    assert (code, out) == (0, "before\nhello\n['one two']\n"), err


def test_run_notebook_traceback_names_the_cell_and_its_line(tutor):
    text = notebook("a = 1", "b = 2\nraise ValueError('wrong')")
    code, _, err = tutor("run", "n.ipynb", n__ipynb=text)
    assert code == 1
    assert 'File "n.ipynb, code cell 2", line 2' in err
    assert "    raise ValueError('wrong')" in err and err.rstrip().endswith("ValueError: wrong")


def test_version_names_package_and_api(tutor):
    code, out, _ = tutor("version")
    assert code == 0 and out.startswith("tftutor ") and "TensorFlow 1.15.5's API" in out


@pytest.mark.parametrize("form", ["script", "notebook"])
def test_run_explains_a_shape_error_below_its_message(tutor, form):
    program = """
        import tensorflow as tf
        features = tf.placeholder(tf.float32, [10, 512, 1])
        weights = tf.ones([512, 2])
        tf.matmul(features, weights)
    """
    files = {"s__py": program} if form == "script" else {"s__ipynb": notebook(program)}
    code, _, err = tutor("run", f"s.{'py' if form == 'script' else 'ipynb'}", **files)
    assert code == 1 and "shape_inference.py" not in err
    _, message, page = err.partition("ValueError: Shape must be rank 2 but is rank 3 for 'MatMul'")
    assert message and "tf.matmul(tf.squeeze(features, 2), weights)" in page
    assert "└ [512, 2] float32" in page
