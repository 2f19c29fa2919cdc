"""`tf.*`: lazily filled namespaces, from several threads, and names that are missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tftutor as tf


def test_threads_that_ask_first_all_get_the_name() -> None:
    program = """
import threading, tftutor as tf
found = []
def ask():
    found.append(tf.train.AdamOptimizer)
threads = [threading.Thread(target=ask) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(found), len(set(found)))
"""
    run = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True,
                         check=True)
    assert run.stdout.strip() == "8 1", run.stderr


def test_a_failed_import_is_shown_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from tftutor import namespace

    def broken(package: str) -> None:
        raise ImportError(f"{package} is broken")

    monkeypatch.setitem(namespace._LAZY_PACKAGES, "nothing", "tftutor.nothing")
    monkeypatch.setattr(namespace, "import_all", broken)
    for _ in range(2):
        with pytest.raises(ImportError, match="tftutor.nothing is broken"):
            tf.nothing  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    program = ("import sys, tftutor; print([m for m in ('tensorboard', 'google.protobuf', 'zmq', "
               "'torch', 'cupy', 'PIL', 'matplotlib', 'absl', 'IPython', 'pooch', 'unittest') "
               "if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True,
                         check=True)
    assert run.stdout.strip() == "[]"


def test_missing_names_say_what_is_known_about_them() -> None:
    with pytest.raises(AttributeError, match="isn't a name of TensorFlow 1.15"):
        tf.no_such_name  # noqa: B018
    with pytest.raises(AttributeError, match="TensorFlow 1.15"):
        tf.saved_model.loader  # noqa: B018


def test_importing_leaves_the_collector_as_it_was() -> None:
    program = ("import gc, sys\nif sys.argv[1] == 'off': gc.disable()\nimport tftutor\n"
               "print(gc.isenabled(), gc.get_freeze_count() > 50_000)")
    for state, expected in (("on", "True True"), ("off", "False False")):
        run = subprocess.run([sys.executable, "-c", program, state], text=True,
                             capture_output=True, check=True)
        assert run.stdout.strip() == expected
