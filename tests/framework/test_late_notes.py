"""Notes of errors are written when they are read, and never otherwise."""

import copy
import gc
import pickle
import subprocess
import sys
import textwrap
import traceback
import weakref
from types import SimpleNamespace

import pytest

import tftutor
from tftutor.framework import late_notes
from tftutor.framework.late_notes import LateNotes, drop, explained, settle


@pytest.fixture
def written(monkeypatch):
    """The errors whose note was written; each note is "about <error>", none for KeyErrors."""
    errors = []

    def note(error):
        errors.append(error)
        return "" if isinstance(error, KeyError) else f"about {error}"

    monkeypatch.setitem(sys.modules, "scribe", SimpleNamespace(note=note))
    monkeypatch.setattr(late_notes, "_writer_name", "scribe")
    return errors


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_error_that_is_caught_and_not_printed_writes_no_note(written):
    error = raised(explained(ValueError("x")))
    assert str(error) == "x" and error.args == ("x",) and repr(error) == "ValueError('x')"
    del error
    assert written == []


def test_traceback_has_early_notes_then_the_late_one(written):
    error = explained(ValueError("x"))
    error.add_note("early")
    lines = traceback.format_exception(raised(error))
    assert lines[-3:] == ["ValueError: x\n", "early\n", "about x\n"]
    traceback.format_exception(error)
    assert written == [error]


def test_empty_late_note_leaves_no_line(written):
    assert traceback.format_exception(raised(explained(KeyError("x"))))[-1] == "KeyError: 'x'\n"


def test_notes_given_before_stay(written):
    error = ValueError("x")
    error.add_note("early")
    assert list(explained(error).__notes__) == ["early", "about x"]
    assert explained(error).__notes__ is error.__notes__


def test_settle_writes_the_notes_of_what_is_printed(written):
    hidden, shown = explained(ValueError("hidden")), explained(ValueError("shown"))
    last = explained(ValueError("last"))
    shown.__context__, shown.__suppress_context__ = hidden, True
    last.__context__ = shown
    settle(last)
    assert sorted(map(str, written)) == ["last", "shown"]


def test_drop_leaves_early_notes_only(written):
    error = explained(ValueError("x"))
    error.add_note("early")
    drop(error)
    assert error.__notes__ == ["early"] and type(error.__notes__) is list and written == []


def test_error_can_be_copied_and_pickled(written):
    error = raised(explained(ValueError("x")))
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(twin.__notes__) is list and twin.__notes__ == ["about x"]


def test_errors_of_tftutor_have_late_notes_and_their_own_text():
    with pytest.raises(ValueError, match="must be rank 2") as caught:
        tftutor.matmul(tftutor.zeros([3, 2, 1]), tftutor.zeros([2, 2]))
    assert isinstance(caught.value.__notes__, LateNotes)


@pytest.mark.parametrize("ending", ["tf.matmul(x, w)", """\
try:
    tf.matmul(x, w)
except ValueError as error:
    traceback.print_exception(error)"""])
def test_python_itself_prints_the_page_below_the_message(ending):
    program = textwrap.dedent("""\
        import traceback
        import tftutor as tf
        x = tf.zeros([10, 512, 1])
        w = tf.zeros([512, 2])
        """) + ending
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    before, message, after = done.stderr.partition(
        "ValueError: Shape must be rank 2 but is rank 3 for 'MatMul' (op: 'MatMul') with input "
        "shapes: [10,512,1], [512,2].\n")
    assert message and "[m, k]" in after and "[m, k]" not in before


def test_error_that_was_dropped_keeps_nothing_alive():
    class Big:
        """Stands for an array of the student's."""

    def fail():
        big = Big()
        try:
            tftutor.matmul(tftutor.zeros([3, 2, 1]), tftutor.zeros([2, 2]))
        except ValueError as error:
            return weakref.ref(big), error

    reference, error = fail()
    assert reference() is not None and error is not None
    del error
    gc.collect()
    assert reference() is None
