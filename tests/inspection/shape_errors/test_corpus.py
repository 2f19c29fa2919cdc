"""The corpus of mistakes: TF's own error for each, and the share that is explained rightly.

A fix is right when the program with the fix in it computes what one of the repairs written beside
the mistake computes in TF 1.15: the same dtype, shape and elements.
"""

from __future__ import annotations

import json
import runpy
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.shape_errors import explain, text

CORPUS = Path(__file__).parent / "corpus"
GOLDEN = runpy.run_path(str(CORPUS.parents[2] / "golden" / "answers.py"))
MISTAKES = {m.name: m for m in runpy.run_path(str(CORPUS / "reading.py"))["mistakes"]()}
ANSWERS = {a["name"]: a for a in json.loads((CORPUS / "answers.json").read_text())}
LEAST_SHARE = 0.9
# Where tftutor's words can't be TF's, and why.
OTHER_WORDS = dict.fromkeys(
    ("rnn/state_of_another_size", "rnn/state_for_another_batch"),
    "TF puts AutoGraph's list of converted files before the text")


@pytest.fixture(autouse=True)
def as_tensorflow(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", tf)


def run(source, path):
    """The program's `result`, or the exception it ends with. One of the two is None."""
    names = {"__name__": "__main__"}
    tf.reset_default_graph()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(source, path, "exec"), names)
            return np.asarray(names["result"]), None
    except Exception as error:
        return None, error


def error_of(mistake):
    result, error = run(mistake.source, mistake.path)
    assert error is not None, f"{mistake} gives {result}"
    return error


def agrees(result, answer):
    """Whether a result is what TF 1.15 recorded."""
    expected = np.array(answer["elements"]).reshape(answer["shape"])
    return (result is not None and list(result.shape) == answer["shape"]
            and result.dtype.name == answer["dtype"]
            and np.allclose(result, expected, rtol=1e-5, atol=1e-6))


def judgement(mistake):
    """"" when the first fix is right, else what is wrong with it."""
    explanation = explain(error_of(mistake))
    if explanation is None:
        return "not explained"
    if not explanation.fixes:
        return "no fix"
    fix = explanation.fixes[0]
    if fix.where is None:
        return f"a fix without a place: {fix.code}"
    if fix.where.file != mistake.path:
        return f"a fix in another file: {fix.where.file}"
    result, error = run(fix.apply_to(mistake.source), mistake.path)
    if any(agrees(result, answer) for answer in ANSWERS[mistake.name]["repairs"]):
        return ""
    return f"{fix.code} -> {f'{error!r:.80}' if error else f'{result.shape}, other values'}"


def test_corpus_is_large_and_all_of_it_was_asked():
    assert len(MISTAKES) >= 60
    assert sorted(MISTAKES) == sorted(ANSWERS)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_raises_the_error_of_tf(name):
    error, expected = error_of(MISTAKES[name]), ANSWERS[name]
    answer = GOLDEN["error_answer"](error)
    assert answer["error"] == expected["error"], answer["message"]
    if name not in OTHER_WORDS:
        assert answer["message"] == expected["message"]
    else:
        assert answer["message"] in expected["message"].replace("\n    ", "\n")


@pytest.mark.parametrize("name", MISTAKES)
def test_repaired_program_computes_what_tf_computes(name):
    programs, answers = MISTAKES[name].repaired(), ANSWERS[name]["repairs"]
    for source, answer in zip(programs, answers, strict=True):
        result, error = run(source, MISTAKES[name].path)
        assert error is None
        assert agrees(result, answer)


@pytest.mark.parametrize("name", MISTAKES)
def test_explained_line_is_the_one_that_failed(name):
    error = error_of(MISTAKES[name])
    explanation = explain(error)
    assert explanation is not None
    if explanation.at_run_time:  # the line to change is the one that made the operation
        assert explanation.frame.line == error.op.traceback[-1][1]
    else:  # Python 3.7 names the last line of a call
        span = explanation.frame.span
        assert span.line <= ANSWERS[name]["line"] <= span.end_line
    assert explanation.message == str(error)
    assert explanation.sentence


@pytest.mark.parametrize("name", MISTAKES)
def test_plain_python_prints_the_page_below_the_message(name):
    error = error_of(MISTAKES[name])
    printed = "".join(traceback.format_exception_only(error))
    explanation = explain(error)
    assert printed.startswith(f"{type(error).__name__}: " if type(error).__module__ == "builtins"
                              else type(error).__module__)
    assert printed.index(str(error)) < printed.index(text.page(explanation))


def test_first_fix_is_right_for_most_mistakes(capsys):
    misses = {name: why for name, m in MISTAKES.items() if (why := judgement(m))}
    share = 1 - len(misses) / len(MISTAKES)
    with capsys.disabled():
        print(f"\nThe first fix is right for {share:.0%} of {len(MISTAKES)} mistakes. Misses:")
        for name, why in misses.items():
            print(f"  {name}: {why}")
    assert share >= LEAST_SHARE


def test_origin_is_found_for_most_mistakes(capsys):
    found, missed = 0, []
    for name, mistake in MISTAKES.items():
        if mistake.origin is None:
            continue
        explanation = explain(error_of(mistake))
        lines = {s.line for s in explanation.origin if s.is_origin} if explanation else set()
        if mistake.origin in lines:
            found += 1
        else:
            missed.append(f"{name}: line {mistake.origin}, found {sorted(map(str, lines))}")
    share = found / (found + len(missed))
    with capsys.disabled():
        print(f"\nThe origin is found for {share:.0%}. Missed:", *missed, sep="\n  ")
    assert share >= LEAST_SHARE
