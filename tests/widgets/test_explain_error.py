"""`tf.explain_error()`: which error it takes, and what it shows outside of a notebook."""

import sys

import pytest

import tftutor as tf
from tftutor.widgets import show


@pytest.fixture
def last(monkeypatch):
    """Set the last uncaught error."""
    for name in ("last_exc", "last_value"):
        monkeypatch.delattr(sys, name, raising=False)
    return lambda error: monkeypatch.setattr(sys, "last_value", error, raising=False)


@pytest.fixture
def error():
    try:
        tf.zeros([2, 3]) + tf.zeros([2, 4])
    except ValueError as caught:
        return caught


def test_given_error_is_explained_in_print(error, capsys):
    assert tf.explain_error(error) is None
    out = capsys.readouterr().out
    assert out.startswith(f"ValueError: {error}\n") and "[2, 3]" in out


def test_last_uncaught_error_is_explained(error, last, capsys):
    last(error)
    tf.explain_error()
    assert str(error) in capsys.readouterr().out


def test_error_that_is_being_handled_comes_first(error, last, capsys):
    last(KeyError("older"))
    try:
        raise error
    except ValueError:
        tf.explain_error()
    assert str(error) in capsys.readouterr().out


def test_without_an_error_it_says_so(last):
    with pytest.raises(ValueError, match="no error to explain"):
        tf.explain_error()


def test_other_errors_are_refused():
    with pytest.raises(TypeError, match="nothing to explain"):
        tf.explain_error(KeyError("x"))


def test_show_draws_an_error_too(error, capsys):
    tf.show(error)
    assert "What would fit" in capsys.readouterr().out


def test_in_a_notebook_it_is_a_page(error, monkeypatch):
    monkeypatch.setattr(show, "in_notebook", lambda: True)
    bundle = tf.explain_error(error)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "tftutor-error" in bundle["text/html"] and str(error) in bundle["text/plain"]
